import type { Link } from '../link.ts'
import { readFrames } from './frames.ts'
import { openTalk, type Talk } from './talk.ts'
import type { HelperCall } from './verbs.ts'

export interface AnswerOptions<T> {
  link: Link
  call: HelperCall
  /** How long the answer is waited for once the channel is open. */
  withinMs: number
  /** Until the call is made. */
  signal: AbortSignal
  /** The answer, when this line completes it; null for a line that is no answer of ours; undefined to go on reading. */
  onLine(words: string[]): T | null | undefined
}

/** Calls the helper for one answer in lines. Null when it did not arrive, or was not understood. */
export function oneAnswer<T>({ link, call, withinMs, signal, onLine }: AnswerOptions<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    let talk: Talk | null = null
    let impatience: NodeJS.Timeout | undefined
    const settle = (answer: T | null): void => {
      clearTimeout(impatience)
      resolve(answer)
      if (answer === null) talk?.close()
      else talk?.leave()
    }
    const onBytes = readFrames(call.nonce, {
      onHello: () => undefined,
      onLine: (words) => {
        const answer = onLine(words)
        if (answer !== undefined) settle(answer)
      },
      onData: () => undefined,
      onLate: () => undefined,
      onGarbage: () => settle(null),
    })
    openTalk(link, call, { onBytes, onSign: () => undefined, onClose: () => settle(null) }, signal).then((opened) => {
      if (opened.opened !== 'yes') return settle(null)
      talk = opened.talk
      impatience = setTimeout(() => settle(null), withinMs)
    }, reject)
  })
}
