import { own } from '../own.ts'
import type { StepStatus } from '../run/state.ts'
import type { VerdictWord } from '../verdict.ts'

export type WhenOutcome = 'succeeded' | 'failed' | 'skipped' | 'unknown'
export type WhenOperator = '==' | '!=' | '>' | '>=' | '<' | '<='

/** A condition, read: closed, finite, and without any way to call or to loop. `not`, `and` and `or` are Kleene's. */
export type When =
  | { is: 'or' | 'and'; parts: When[] }
  | { is: 'not'; part: When }
  /** `step` null is the step before. */
  | { is: 'outcome'; step: string | null; outcome: WhenOutcome }
  | { is: 'metric'; metric: string; verdict: VerdictWord }
  /** `name` is `environment` or a captured value; a bare literal in digits is a number. */
  | { is: 'compare'; name: string; operator: WhenOperator; literal: string | number }

/** What is true at the moment the step would begin. */
export interface WhenFacts {
  /** The step before this one in its phase or in the rollback; null when it is the first. */
  previous: StepStatus | null
  steps: Readonly<Record<string, StepStatus>>
  /** By lower-case metric name; a metric with several limits has the worst of their verdicts. */
  metrics: Readonly<Record<string, VerdictWord>>
  environment: string | null
  captured: Readonly<Record<string, string>>
}

export type Truth = boolean | 'unknown'

/** Whether a condition holds. What nobody knows is unknown, which is never true: the step then waits for a person. */
export function evaluateWhen(when: When, facts: WhenFacts): Truth {
  switch (when.is) {
    case 'or': return anyOf(when.parts.map((part) => evaluateWhen(part, facts)))
    case 'and': return negated(anyOf(when.parts.map((part) => negated(evaluateWhen(part, facts)))))
    case 'not': return negated(evaluateWhen(when.part, facts))
    case 'outcome': return outcomeIs(when.step === null ? facts.previous : own(facts.steps, when.step), when.outcome)
    case 'metric': return verdictIs(own(facts.metrics, when.metric) ?? 'inconclusive', when.verdict)
    case 'compare': return when.name === 'environment' ? environmentIs(facts.environment, when) : compare(own(facts.captured, when.name), when)
  }
}

const negated = (truth: Truth): Truth => (truth === 'unknown' ? truth : !truth)
const anyOf = (truths: Truth[]): Truth => (truths.includes(true) ? true : truths.includes('unknown') ? 'unknown' : false)

/** A step that has not ended has no outcome yet, and one whose outcome is unknown neither succeeded nor failed. */
function outcomeIs(status: StepStatus | null | undefined, outcome: WhenOutcome): Truth {
  if (status === null || status === undefined || status === 'planned' || status === 'running') return 'unknown'
  if (status === outcome) return true
  return status === 'unknown' && outcome !== 'skipped' ? 'unknown' : false
}

function verdictIs(verdict: VerdictWord, asked: VerdictWord): Truth {
  if (verdict === asked) return true
  return verdict === 'inconclusive' ? 'unknown' : false
}

type Comparison = Extract<When, { is: 'compare' }>

/** People write Production and production for the same place. */
function environmentIs(environment: string | null, { operator, literal }: Comparison): Truth {
  const fold = (text: string) => text.trim().toLowerCase()
  return environment === null ? 'unknown' : compare(fold(environment), { operator, literal: typeof literal === 'string' ? fold(literal) : literal })
}

/** Order is for numbers only: is 10.0 after 9.0? As text it is not. */
function compare(value: string | undefined, { operator, literal }: Pick<Comparison, 'operator' | 'literal'>): Truth {
  if (value === undefined) return 'unknown'
  const number = toNumber(value)
  if (operator === '==' || operator === '!=') {
    const equal = typeof literal === 'number' && number !== null ? number === literal : value === String(literal)
    return equal === (operator === '==')
  }
  if (number === null || typeof literal === 'string') return 'unknown'
  return order[operator](number, literal)
}

const order: Record<Exclude<WhenOperator, '==' | '!='>, (value: number, literal: number) => boolean> = {
  '>': (value, literal) => value > literal,
  '>=': (value, literal) => value >= literal,
  '<': (value, literal) => value < literal,
  '<=': (value, literal) => value <= literal,
}

/** A plain decimal of at most fifteen digits, which a number holds exactly; null is anything else. */
export function toNumber(text: string): number | null {
  const digits = text.trim()
  return /^-?\d+(?:\.\d+)?$/.test(digits) && digits.replace(/\D/g, '').length <= 15 ? Number(digits) + 0 : null
}

/** The condition as it could have been written; reads back as the same. */
export function describeWhen(when: When): string {
  switch (when.is) {
    case 'or': return when.parts.map((part) => (part.is === 'or' ? `(${describeWhen(part)})` : describeWhen(part))).join(' or ')
    case 'and': return when.parts.map((part) => (part.is === 'or' || part.is === 'and' ? `(${describeWhen(part)})` : describeWhen(part))).join(' and ')
    case 'not': return `not ${when.part.is === 'or' || when.part.is === 'and' ? `(${describeWhen(when.part)})` : describeWhen(when.part)}`
    case 'outcome': return `${when.step === null ? 'previous' : `step(${when.step})`}.${when.outcome}`
    case 'metric': return `metric(${when.metric}) ${when.verdict}`
    case 'compare': return `${when.name} ${when.operator} ${typeof when.literal === 'number' ? decimal(when.literal) : quoted(when.literal)}`
  }
}

/** Never 1e-7, which could not be read back. */
const decimal = (number: number): string => (String(number).includes('e') ? number.toFixed(15).replace(/0+$/, '') : String(number))
const quoted = (text: string): string => (text.includes('"') ? `'${text}'` : `"${text}"`)

/** Every condition in it, from the outside in. */
export function partsOf(when: When): When[] {
  if (when.is === 'or' || when.is === 'and') return [when, ...when.parts.flatMap(partsOf)]
  return when.is === 'not' ? [when, ...partsOf(when.part)] : [when]
}
