import type { Channel } from '../channel.ts'
import type { ExecOpened, Link } from '../link.ts'
import type { HelperCall } from './verbs.ts'

/** A call of the helper in progress. */
export interface Talk {
  write(text: string): void
  /** The call is answered: what carried it may carry the next one. */
  leave(): void
  /** Nobody listens any more, whatever is still said. */
  close(): void
}

export interface TalkListener {
  onBytes(bytes: Buffer): void
  /** Something on stderr: there is news. */
  onSign(): void
  onClose(): void
}

export type TalkOpened = { opened: 'yes'; talk: Talk } | Exclude<ExecOpened, { opened: 'yes' }>

/**
 * Calls the helper, on the channel of one that has stayed after a former call where there is one: then nothing is started on
 * the host that the call itself does not need, and no answer is waited for before it is sent.
 */
export async function openTalk(link: Link, call: HelperCall, listener: TalkListener, signal: AbortSignal): Promise<TalkOpened> {
  if (signal.aborted) return { opened: 'aborted' }
  const free = call.stay === null ? null : takeStayed(link)
  if (call.stay !== null && free !== null) return { opened: 'yes', talk: free.begin(`leave\n${call.stay.line}\n`, call.input, listener) }
  const opened = await link.exec(call.stay?.command ?? call.command, signal)
  if (opened.opened !== 'yes') return opened
  const carrier = createCarrier(link, opened.channel, call.stay !== null)
  return { opened: 'yes', talk: carrier.begin(call.stay === null ? '' : `${call.stay.line}\n`, call.input, listener) }
}

/** A channel to a helper. */
interface Carrier {
  begin(words: string, input: Buffer | null, listener: TalkListener): Talk
}

/** One a link, at most, waits for the next call. */
const stayed = new WeakMap<Link, Carrier>()

function takeStayed(link: Link): Carrier | null {
  const carrier = stayed.get(link) ?? null
  stayed.delete(link)
  return carrier
}

function createCarrier(link: Link, channel: Channel, canStay: boolean): Carrier {
  let listener: TalkListener | null = null
  let isClosed = false
  const close = (): void => {
    listener = null
    if (stayed.get(link) === carrier) stayed.delete(link)
    channel.close()
  }
  const carrier: Carrier = {
    begin: (words, input, heard) => {
      listener = heard
      const first = Buffer.concat([Buffer.from(words), input ?? Buffer.alloc(0)])
      if (first.length > 0) channel.write(first)
      if (isClosed) queueMicrotask(heard.onClose)
      // A talk that is over says nothing in the next one.
      const isOurs = (): boolean => listener === heard
      return {
        write: (text) => { if (isOurs()) channel.write(text) },
        leave: () => {
          if (!isOurs()) return
          listener = null
          if (canStay && !isClosed && link.isAlive() && !link.isShort() && !stayed.has(link)) stayed.set(link, carrier)
          else close()
        },
        close: () => { if (isOurs()) close() },
      }
    },
  }
  channel.on('data', (bytes) => listener?.onBytes(bytes))
  channel.stderr.on('data', () => listener?.onSign())
  channel.on('close', () => {
    isClosed = true
    heedless()
    if (stayed.get(link) === carrier) stayed.delete(link)
    listener?.onClose()
  })
  // A write after the far end closed; `close` follows and decides.
  channel.on('error', () => undefined)
  const heedless = link.onShort(() => { if (stayed.get(link) === carrier) close() })
  return carrier
}
