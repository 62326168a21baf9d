import { own } from '../own.ts'
import type { Step } from '../step.ts'
import { parseBatch } from './batches.ts'
import { type Capture, parseCaptures } from './capture.ts'
import { parseMaxFail } from './max-fail.ts'
import { type OnFail, parseOnFail } from './on-fail.ts'
import { type Parsed, notUnderstood, understood } from './parsed.ts'
import { NO_RETRIES, parseBackoff, parseDelay, parseRetryCount, type Retries } from './retries.ts'
import { parseShare, type Share } from './share.ts'
import { parseCwd, parseEnv, parseUser, type Variable } from './surroundings.ts'
import { parseWhen } from './when-parse.ts'
import type { When } from './when.ts'

/** How a step spreads over its hosts, and what surrounds it: everything its attributes say besides the command. */
export interface Flow {
  hosts: string[]
  /** On how many hosts of a batch at once; null is the program's usual number. */
  parallel: Share | null
  batch: Share[] | null
  maxFail: Share | null
  timeoutMs: number | null
  retries: Retries
  onFail: OnFail
  when: When | null
  captures: Capture[]
  env: Variable[]
  cwd: string | null
  /** The account the script runs as, through sudo; null is the one that logs in. */
  user: string | null
  idempotent: boolean
  undo: string | null
  /** A command that looks at a host whether the step's work is done; null when it has none. */
  probe: string | null
  danger: boolean
}

export interface FlowProblem {
  code: string
  message: string
  hint: string
}

/** The attributes a kind of step may take from here, besides those every kind takes. */
export const LOCAL_FLOW = ['retries', 'delay', 'backoff', 'on-fail', 'when', 'capture', 'idempotent', 'danger'] as const
export const HOST_FLOW = [...LOCAL_FLOW, 'parallel', 'batch', 'max-fail', 'env', 'cwd', 'user', 'sudo', 'probe'] as const

/** Reads a step's attributes. With a problem the attribute counts as not given, so nothing may run before it is mended. */
export function flowOf(step: Step): { flow: Flow; problems: FlowProblem[] } {
  const problems: FlowProblem[] = []
  const read = <T>(name: string, parse: (text: string) => Parsed<T>, usual: T): T => {
    const text = own(step.attributes, name)
    if (text === undefined) return usual
    const parsed = parse(text)
    if (parsed.ok) return parsed.value
    problems.push(senseless(step, name, text, parsed.hint))
    return usual
  }
  const flow: Flow = {
    hosts: step.hosts,
    parallel: read<Share | null>('parallel', parseShare, null),
    batch: read<Share[] | null>('batch', parseBatch, null),
    maxFail: read<Share | null>('max-fail', parseMaxFail, null),
    timeoutMs: step.timeoutMs,
    retries: {
      count: read('retries', parseRetryCount, NO_RETRIES.count),
      delayMs: read('delay', parseDelay, NO_RETRIES.delayMs),
      ...read('backoff', parseBackoff, { backoff: NO_RETRIES.backoff, capMs: NO_RETRIES.capMs }),
    },
    onFail: read('on-fail', parseOnFail, { action: 'stop' }),
    when: read<When | null>('when', parseCondition, null),
    captures: read<Capture[]>('capture', parseCaptures, []),
    env: read<Variable[]>('env', parseEnv, []),
    cwd: read<string | null>('cwd', parseCwd, null),
    user: read<string | null>('user', parseUser, null) ?? (read('sudo', parseFlag, false) ? 'root' : null),
    idempotent: read('idempotent', parseFlag, false),
    undo: step.undo,
    probe: read<string | null>('probe', parseProbe, null),
    danger: read('danger', parseFlag, false),
  }
  return { flow, problems: [...problems, ...contradictions(step, flow)] }
}

function parseFlag(text: string): Parsed<boolean> {
  return text === 'true' || text === 'false' ? understood(text === 'true') : notUnderstood('Write the word alone, or leave it out.')
}

function parseProbe(text: string): Parsed<string> {
  return text.trim() === '' ? notUnderstood('Write the command that looks whether the work is done, such as probe="test -e /srv/shop/4.2".') : understood(text)
}

function parseCondition(text: string): Parsed<When> {
  const parsed = parseWhen(text)
  return parsed.ok ? parsed : notUnderstood(`At character ${parsed.column}: ${parsed.hint}`)
}

function contradictions(step: Step, flow: Flow): FlowProblem[] {
  const lonely = flow.retries.count > 0 ? [] : ['delay', 'backoff'].filter((name) => own(step.attributes, name) !== undefined && own(step.attributes, 'retries') === undefined)
  const found = lonely.map((name) => ({ code: 'attribute-conflict', message: `The step "${step.title}" has ${name}= but no retries=, so it would never be tried again.`, hint: 'Add retries=3, or take it out.' }))
  if (flow.onFail.action === 'run-step' && flow.onFail.stepId === step.id) {
    found.push({ code: 'attribute-conflict', message: `The step "${step.title}" names itself as what to run when it fails.`, hint: 'Use retries=, or name another step.' })
  }
  return found
}

const senseless = (step: Step, name: string, text: string, hint: string): FlowProblem => ({
  code: 'attribute-invalid', message: `The ${step.kind} step "${step.title}" has ${name}="${text}", which does not make sense.`, hint,
})
