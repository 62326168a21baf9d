import { failureLabel } from '../failure-label.ts'
import { own } from '../own.ts'
import { LOCAL_HOST, type Step } from '../step.ts'
import { isExcluded } from './decide/hosts.ts'
import type { HostState, RunState, StepStatus } from './state.ts'
import { describeResult } from './describe.ts'
import { rollbackSteps } from './view.ts'

/** One step on one host, in the step's current attempt. */
export interface MatrixCell {
  state: HostState['state'] | 'planned' | 'excluded'
  startedAt: number | null
  finishedAt: number | null
  /** How it ended, in a word or two: `exit 0`, `timeout`; '' while it has not. */
  end: string
  /** The same in full. */
  words: string
  linkLost: boolean
}

export interface MatrixRow {
  step: Step
  status: StepStatus
  /** Why it did not succeed, in a word or two and with the number of further reasons: `exit 3`, `host key at bastion, 1 more`; '' while nothing failed. */
  why: string
  /** One for each of the matrix's hosts, null where the step does not run there. */
  cells: (MatrixCell | null)[]
}

/** Every step that runs on hosts, against every host that any of them runs on, in the order of the runbook. */
export function hostMatrix(state: RunState): { hosts: string[]; rows: MatrixRow[] } {
  const { runbook } = state
  const steps = [...runbook.phases.flatMap((phase) => phase.steps), ...(state.rollback ? rollbackSteps(state) : [])]
  const rows = steps.map((step) => ({ step, ran: hostsThatRan(state, step) })).filter(({ step, ran }) => step.hosts.length + ran.length > 0)
  const used = new Set(rows.flatMap(({ step, ran }) => [...step.hosts, ...ran]))
  const known = runbook.inventory.hosts.map(({ name }) => name).filter((name) => used.has(name))
  const hosts = [...known, ...[...used].filter((name) => !known.includes(name))]
  return { hosts, rows: rows.map(({ step }) => rowOf(state, step, hosts)) }
}

function rowOf(state: RunState, step: Step, hosts: string[]): MatrixRow {
  const cells = hosts.map((host) => cellOf(state, step, host))
  const reasons = [...new Set(cells.filter((cell) => cell?.state === 'failed' || cell?.state === 'unknown').map((cell) => cell?.end ?? ''))].filter((end) => end !== '')
  const [why = '', ...more] = reasons
  return { step, status: state.steps[step.id]?.status ?? 'planned', why: more.length === 0 ? why : `${why}, ${more.length} more`, cells }
}

const hostsThatRan = (state: RunState, step: Step): string[] => Object.keys(state.steps[step.id]?.hosts ?? {}).filter((name) => name !== LOCAL_HOST)

function cellOf(state: RunState, step: Step, host: string): MatrixCell | null {
  const is = own(state.steps[step.id]?.hosts ?? {}, host)
  if (!is && !step.hosts.includes(host)) return null
  if (!is) return { state: isExcluded(state, host) ? 'excluded' : 'planned', startedAt: null, finishedAt: null, end: '', words: '', linkLost: false }
  const { result } = is
  return {
    state: is.state, startedAt: is.startedAt, finishedAt: is.finishedAt, linkLost: is.linkLostAt !== null,
    end: result === null ? '' : result.outcome === 'succeeded' ? `exit ${result.exitCode}` : failureLabel(result), words: result === null ? '' : describeResult(result),
  }
}
