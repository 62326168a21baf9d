import type { FenceResult } from '#kinds/ports.ts'
import { clean } from '../failures.ts'
import type { Link } from '../link.ts'
import { oneAnswer } from './one-answer.ts'
import type { HelperCall } from './verbs.ts'

const ANSWER_WITHIN_MS = 30_000
/** A host may hold many jobs of a run; a hostile one may name more. */
const MOST_JOBS = 10_000

/** Raises the fence of a run on a host, and learns what the host holds of it. Null when its answer did not arrive. */
export function raiseFence(link: Link, call: HelperCall, token: number, signal: AbortSignal): Promise<FenceResult | null> {
  const jobs: string[] = []
  return oneAnswer<FenceResult>({
    link, call, withinMs: ANSWER_WITHIN_MS, signal,
    onLine: ([word, value = '']) => {
      if (word === 'job' && jobs.length < MOST_JOBS) jobs.push(clean(value))
      if (word === 'unfenced') return { raised: false, message: 'it takes no files (full, or over quota)', above: null }
      if (word !== 'fence' || !/^\d{1,15}$/.test(value)) return undefined
      const highest = Number(value)
      if (highest === token) return { raised: true, jobs }
      return { raised: false, message: highest > token ? 'another machine has taken the run over later' : 'it does not say that it does', above: highest > token ? highest : null }
    },
  })
}
