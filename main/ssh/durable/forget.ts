import type { Link } from '../link.ts'
import { readFrames } from './frames.ts'
import type { HelperCall } from './verbs.ts'

const ANSWER_WITHIN_MS = 10_000

/** Tells a host by a call of its own that it may forget a job, where it did not hear it at the job's end. True when it has. */
export async function forgetJob(link: Link, call: HelperCall): Promise<boolean> {
  const opened = await link.exec(call.command, AbortSignal.timeout(ANSWER_WITHIN_MS))
  if (opened.opened !== 'yes') return false
  const { channel } = opened
  return new Promise((resolve) => {
    const settle = (isForgotten: boolean): void => {
      clearTimeout(impatience)
      resolve(isForgotten)
      channel.close()
    }
    const impatience = setTimeout(() => settle(false), ANSWER_WITHIN_MS)
    channel.on('data', readFrames(call.nonce, {
      onHello: () => undefined,
      onLine: ([word]) => settle(word === 'acked'),
      onData: () => undefined,
      onLate: () => undefined,
      onGarbage: () => settle(false),
    }))
    channel.stderr.resume()
    channel.on('close', () => settle(false))
    // A write after the far end closed; `close` follows.
    channel.on('error', () => undefined)
  })
}
