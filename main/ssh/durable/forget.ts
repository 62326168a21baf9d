import type { Link } from '../link.ts'
import { oneAnswer } from './one-answer.ts'
import type { HelperCall } from './verbs.ts'

const ANSWER_WITHIN_MS = 10_000

/** Tells a host that it may forget a job. True when it has. */
export async function forgetJob(link: Link, call: HelperCall): Promise<boolean> {
  return (await oneAnswer({ link, call, withinMs: ANSWER_WITHIN_MS, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), onLine: ([word]) => word === 'acked' })) ?? false
}
