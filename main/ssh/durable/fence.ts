import type { FenceResult } from '#kinds/ports.ts'
import { clean } from '../failures.ts'
import type { Link } from '../link.ts'
import { readFrames } from './frames.ts'
import type { HelperCall } from './verbs.ts'

const ANSWER_WITHIN_MS = 30_000
/** A host may hold many jobs of a run; a hostile one may name more. */
const MOST_JOBS = 10_000

/** Raises the fence of a run on a host, and learns what the host holds of it. Null when its answer did not arrive. */
export async function raiseFence(link: Link, call: HelperCall, token: number, signal: AbortSignal): Promise<FenceResult | null> {
  const opened = await link.exec(call.command, signal)
  if (opened.opened !== 'yes') return null
  const { channel } = opened
  return new Promise((resolve) => {
    const jobs: string[] = []
    const settle = (answer: FenceResult | null): void => {
      clearTimeout(impatience)
      resolve(answer)
      channel.close()
    }
    const impatience = setTimeout(() => settle(null), ANSWER_WITHIN_MS)
    channel.on('data', readFrames(call.nonce, {
      onHello: () => undefined,
      onLine: ([word, value = '']) => {
        if (word === 'job' && jobs.length < MOST_JOBS) jobs.push(clean(value))
        if (word === 'unfenced') settle({ raised: false, message: 'it takes no files (full, or over quota)', above: null })
        if (word !== 'fence' || !/^\d{1,15}$/.test(value)) return
        const highest = Number(value)
        if (highest === token) settle({ raised: true, jobs })
        else settle({ raised: false, message: highest > token ? 'another machine has taken the run over later' : 'it does not say that it does', above: highest > token ? highest : null })
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
