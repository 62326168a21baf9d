import { Problem } from '#domain/problem.ts'
import type { Leftover } from '#kinds/ports.ts'
import { clean } from '../failures.ts'
import type { Link } from '../link.ts'
import { oneAnswer } from './one-answer.ts'
import type { HelperCall } from './verbs.ts'

const ANSWER_WITHIN_MS = 30_000
/** A host may hold many; a hostile one may name more. */
const MOST_JOBS = 1000

const STATES = ['done', 'running', 'orphan', 'starting', 'rebooted', 'lost'] as const

/** What a host still holds of jobs. Throws Problem when it does not say. */
export async function listLeftovers(link: Link, call: HelperCall, place: string, signal: AbortSignal): Promise<Leftover[]> {
  const jobs: Leftover[] = []
  const answer = await oneAnswer<true>({
    link, call, withinMs: ANSWER_WITHIN_MS, signal,
    onLine: ([word, id = '', said = '', age = '', bytes = '']) => {
      const state = STATES.find((known) => known === said)
      if (word === 'job' && state !== undefined && /^[\w.-]{1,200}$/.test(id) && jobs.length < MOST_JOBS) jobs.push({ id, state, ageMs: numberOf(age) * 1000, bytes: numberOf(bytes) })
      return word === 'listed' ? true : undefined
    },
  })
  if (answer === null) throw new Problem('leftovers-unheard', `${place} did not say what it still holds.`, 'Try again. Nothing was removed.')
  return jobs
}

/** True when it is gone, else why it was kept. Throws Problem when the host does not say. */
export async function clearLeftover(link: Link, call: HelperCall, place: string, signal: AbortSignal): Promise<true | string> {
  const answer = await oneAnswer<true | string>({
    link, call, withinMs: ANSWER_WITHIN_MS, signal,
    onLine: ([word, why = '']) => (word === 'acked' ? true : word === 'kept' ? clean(why) || 'another machine leads its run' : undefined),
  })
  if (answer === null) throw new Problem('leftovers-unheard', `${place} did not say whether it has removed the job.`, 'List them again.')
  return answer
}

const numberOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0)
