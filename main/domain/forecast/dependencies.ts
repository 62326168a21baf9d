import type { Finding } from '../finding.ts'
import type { Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'

/** What has to be done before what, by step id, within a phase or the rollback plan. Phases are barriers besides. Never a cycle. */
export type Before = ReadonlyMap<string, readonly string[]>

/** What can wait for what; the rollback plan may be left out where only the phases matter. */
export interface Lanes {
  phases: Runbook['phases']
  rollback?: Pick<Runbook['rollback'], 'steps'>
}

export interface Dependencies {
  before: Before
  findings: Finding[]
}

/** A link of one step to one before it. `isWritten`: from `after=`; else it is the order of the document. */
interface Links {
  steps: Step[]
  written: Map<string, string[]>
}

/**
 * Reads `after=`: ids of steps, separated by commas or spaces, or `none` for a step that begins with its phase. A step
 * without it comes after the one before it in the document. What is wrong is a finding, and then the document's order holds.
 * `only`: of one phase, or of the rollback plan, by its steps.
 */
export function dependenciesOf({ phases, rollback }: Lanes, only: readonly Step[] | null = null): Dependencies {
  const findings: Finding[] = []
  const before = new Map<string, readonly string[]>()
  const lanes = [...phases.map((phase) => phase.steps), rollback?.steps ?? []]
  const laneOf = new Map(lanes.flatMap((steps, lane) => steps.map((step) => [step.id, lane] as const)))
  lanes.forEach((steps, lane) => {
    if (only !== null && steps !== only) return
    const isForward = lane < phases.length
    const links: Links = { steps, written: new Map() }
    for (const step of steps) {
      const names = namesIn(step)
      if (names === null) continue
      const faults = names.flatMap((name) => faultOf(step, name, laneOf.get(name), lane, isForward, phases.length))
      findings.push(...faults)
      // Steps of earlier phases are done by then: the barrier keeps that order.
      if (faults.length === 0) links.written.set(step.id, names.filter((name) => laneOf.get(name) === lane))
    }
    findings.push(...breakCycles(links))
    for (const [index, step] of steps.entries()) before.set(step.id, beforeIn(links, step, index))
  })
  return { before, findings }
}

/** Null when the step does not say. */
function namesIn(step: Step): string[] | null {
  const text = step.attributes['after']?.trim()
  if (text === undefined) return null
  return text === 'none' ? [] : [...new Set(text.split(/[\s,]+/).filter((name) => name !== ''))]
}

function beforeIn({ steps, written }: Links, step: Step, index: number): readonly string[] {
  const previous = steps[index - 1]
  return written.get(step.id) ?? (previous === undefined ? [] : [previous.id])
}

const faults = {
  'after-itself': 'A step cannot wait for itself.',
  'after-unknown': 'Name a step of this runbook by its id; give it one with {id=NAME}.',
  'after-later-phase': 'Move the step to that phase, or name a step of its own or an earlier phase.',
  'after-other-lane': 'Steps of the phases and steps of the rollback plan cannot wait for each other.',
} as const

function faultOf(step: Step, name: string, lane: number | undefined, ownLane: number, isForward: boolean, rollbackLane: number): Finding[] {
  const say = (code: keyof typeof faults, message: string): Finding[] => [finding(step, code, message, faults[code])]
  if (name === step.id) return say('after-itself', `“${step.title}” is to come after itself.`)
  if (lane === undefined) return say('after-unknown', `“${step.title}” is to come after “${name}”, and there is no such step.`)
  if ((lane === rollbackLane) === isForward) return say('after-other-lane', `“${step.title}” is to come after “${name}”, which is ${isForward ? 'in the rollback plan' : 'in a phase'}.`)
  if (lane > ownLane) return say('after-later-phase', `“${step.title}” is to come after “${name}”, which is in a later phase.`)
  return []
}

function finding({ range }: Step, code: string, message: string, hint: string): Finding {
  return { severity: 'error', code, message, hint: `${hint} Until then the order of the document holds.`, line: range.line, column: range.column }
}

/**
 * Takes away `after=` from steps of a cycle until there is none. The document's own order only points back, so every cycle has a
 * step that was written to wait for a later one: those fall back to the document's order.
 */
function breakCycles(links: Links): Finding[] {
  const found: Finding[] = []
  const position = new Map(links.steps.map((step, index) => [step.id, index]))
  for (let cycle = cycleIn(links); cycle !== null; cycle = cycleIn(links)) {
    const titles = cycle.map((step) => `“${step.title}”`).join(', ')
    for (const step of cycle) {
      const index = position.get(step.id) ?? 0
      if (!links.written.get(step.id)?.some((name) => (position.get(name) ?? -1) > index)) continue
      links.written.delete(step.id)
      found.push(finding(step, 'after-cycle', `These steps wait for each other, so none could ever begin: ${titles}.`, 'Take one of their after= away.'))
    }
  }
  return found
}

/** The steps of one cycle, or null. Goes through the links without recursion: a runbook may have thousands of steps. */
function cycleIn(links: Links): Step[] | null {
  const byId = new Map(links.steps.map((step, index) => [step.id, { step, index }]))
  const state = new Map<string, 'open' | 'done'>()
  for (const start of links.steps) {
    if (state.has(start.id)) continue
    const path: { id: string; left: string[] }[] = []
    const enter = (id: string): void => {
      const known = byId.get(id)
      state.set(id, 'open')
      path.push({ id, left: known ? [...beforeIn(links, known.step, known.index)] : [] })
    }
    enter(start.id)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.left.pop()
      if (next === undefined) {
        state.set(top.id, 'done')
        path.pop()
      } else if (state.get(next) === 'open') {
        return path.slice(path.findIndex(({ id }) => id === next)).flatMap(({ id }) => byId.get(id)?.step ?? [])
      } else if (!state.has(next)) enter(next)
    }
  }
  return null
}
