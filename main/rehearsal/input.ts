import type { Readable } from 'node:stream'

/** What a client sends on a channel, in the portions that are asked for; null once it has left without sending that much. */
export interface Input {
  bytes(length: number): Promise<Buffer | null>
  line(): Promise<string | null>
  /** Everything before the line that is `mark`. */
  until(mark: string): Promise<string | null>
}

/** More than any script; a client that sends more is not ours. */
const MOST_HELD = 8 * 1024 * 1024

export function readInput(channel: Readable): Input {
  let held: Buffer = Buffer.alloc(0)
  let hasLeft = false
  let wake = (): void => undefined
  const leave = (): void => {
    hasLeft = true
    wake()
  }
  channel.on('data', (bytes: Buffer) => {
    if (held.length + bytes.length > MOST_HELD) return leave()
    held = Buffer.concat([held, bytes])
    wake()
  })
  channel.once('end', leave)
  channel.once('close', leave)

  const take = (length: number): Buffer => {
    const taken = held.subarray(0, length)
    held = held.subarray(length)
    return taken
  }
  const find = async (look: () => Buffer | null): Promise<Buffer | null> => {
    for (;;) {
      const found = look()
      if (found !== null || hasLeft) return found
      await new Promise<void>((resolve) => { wake = resolve })
    }
  }
  /** Everything before a text, which is taken as well. */
  const before = async (text: string): Promise<string | null> => {
    const found = await find(() => {
      const at = held.indexOf(text)
      return at === -1 ? null : take(at + text.length)
    })
    return found && found.subarray(0, found.length - text.length).toString('utf8')
  }
  return {
    bytes: (length) => find(() => (held.length < length ? null : take(length))),
    line: () => before('\n'),
    until: (mark) => before(`\n${mark}\n`),
  }
}
