import type { Link } from '../link.ts'
import { oneAnswer } from './one-answer.ts'
import type { HelperCall } from './verbs.ts'

export interface Stopped {
  /** What it was when it was to be stopped: ended already, running, never begun (and kept from beginning now), or another machine's by now, and left alone. */
  was: 'ended' | 'running' | 'never' | 'fenced'
  /** How many of its processes are still alive, children that left its group included, and the first of their numbers. */
  left: number
  pids: string
}

const WAS: readonly string[] = ['ended', 'running', 'never', 'fenced'] satisfies Stopped['was'][]
const isWas = (word: string): word is Stopped['was'] => WAS.includes(word)

/** TERM, grace, KILL, then the survivors: the proof an abort rests on. Null when the host's answer did not arrive. */
export function stopJob(link: Link, call: HelperCall, timeoutMs: number): Promise<Stopped | null> {
  return oneAnswer({
    link, call, withinMs: timeoutMs, signal: AbortSignal.timeout(timeoutMs),
    onLine: ([word, was = '', count = '', ...pids]) => {
      if (word !== 'stopped') return undefined
      if (!isWas(was) || !/^\d{1,7}$/.test(count)) return null
      return { was, left: Number(count), pids: pids.filter((pid) => /^\d{1,10}$/.test(pid)).slice(0, 10).join(', ') }
    },
  })
}
