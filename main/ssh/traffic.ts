import type { Duplex } from 'node:stream'

/** Watches what a server sends besides the output of commands, for ssh2 takes all of it and answers. */
export interface Traffic {
  /** Takes a line of ssh2's debug output, which tells of every message. */
  listen(line: string): void
  /** From here on output may come, as much as there is. */
  loggedIn(): void
}

/** Keys, offers and a banner take a few KiB. */
const MOST_BEFORE_LOGIN = 1024 * 1024
/** Besides what the commands we ask for need: a keepalive is answered with one. */
const MOST_MESSAGES = 1000
const WINDOW_MS = 10_000
/** A key exchange costs as much as many messages. */
const KEY_EXCHANGE = 50
/** How the command ended, and a word or two that its output has. */
const REQUESTS_OF_A_CHANNEL = 4
/** What it does not read of our answers stays here in memory. */
const MOST_UNREAD = 64 * 1024 * 1024

const ASKS = /^Inbound: (?!CHANNEL_(?!REQUEST|OPEN \())/
const CHANNEL_ASKS = 'Inbound: CHANNEL_REQUEST'
const WE_OPEN = 'Outbound: Sending CHANNEL_OPEN '
const EXCHANGES_KEYS = 'Handshake: (remote) KEX method'

/** Calls `onTooMuch` with what it was, once, and then looks no more. */
export function limitTraffic(sock: Duplex, now: () => number, onTooMuch: (what: string) => void): Traffic {
  let bytes = 0
  let messages = 0
  let owed = 0
  let windowAt = now()
  let over = false
  const end = (what: string): void => {
    if (over) return
    over = true
    sock.removeListener('data', count)
    onTooMuch(what)
  }
  const count = (piece: Buffer): void => {
    bytes += piece.length
    if (bytes > MOST_BEFORE_LOGIN) end('more than a megabyte before the login was done')
  }
  sock.on('data', count)
  return {
    listen: (line) => {
      if (line.startsWith(WE_OPEN)) owed += REQUESTS_OF_A_CHANNEL
      if (owed > 0 && line.startsWith(CHANNEL_ASKS)) return void owed--
      const cost = line.startsWith(EXCHANGES_KEYS) ? KEY_EXCHANGE : ASKS.test(line) ? 1 : 0
      if (over || cost === 0) return
      if (now() - windowAt > WINDOW_MS) {
        windowAt = now()
        messages = 0
      }
      messages += cost
      if (messages > MOST_MESSAGES) end('a flood of messages that belong to no command')
      else if (sock.writableLength > MOST_UNREAD) end('requests without reading the answers')
    },
    loggedIn: () => { sock.removeListener('data', count) },
  }
}
