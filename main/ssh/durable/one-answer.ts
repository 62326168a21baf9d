import type { Link } from '../link.ts'
import { readFrames } from './frames.ts'
import type { HelperCall } from './verbs.ts'

export interface AnswerOptions<T> {
  link: Link
  call: HelperCall
  /** How long the answer is waited for once the channel is open. */
  withinMs: number
  /** Until the channel is open. */
  signal: AbortSignal
  /** The answer, when this line completes it; null for a line that is no answer of ours; undefined to go on reading. */
  onLine(words: string[]): T | null | undefined
}

/** Calls the helper for one answer in lines. Null when it did not arrive, or was not understood. */
export async function oneAnswer<T>({ link, call, withinMs, signal, onLine }: AnswerOptions<T>): Promise<T | null> {
  const opened = await link.exec(call.command, signal)
  if (opened.opened !== 'yes') return null
  const { channel } = opened
  return new Promise((resolve) => {
    const settle = (answer: T | null): void => {
      clearTimeout(impatience)
      resolve(answer)
      channel.close()
    }
    const impatience = setTimeout(() => settle(null), withinMs)
    channel.on('data', readFrames(call.nonce, {
      onHello: () => undefined,
      onLine: (words) => {
        const answer = onLine(words)
        if (answer !== undefined) settle(answer)
      },
      onData: () => undefined,
      onLate: () => undefined,
      onGarbage: () => settle(null),
    }))
    channel.stderr.resume()
    channel.on('close', () => settle(null))
    // A write after the far end closed; `close` follows.
    channel.on('error', () => undefined)
  })
}
