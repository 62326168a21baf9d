import { formatDuration } from '#domain/duration.ts'
import { lengthWord, learnedLength } from '#domain/learn/planned.ts'
import type { PlannedRange, Runbook } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import { applySplices, type Splice } from '#domain/text-patch.ts'
import { parseRunbook } from '../parse.ts'
import { attributeSplice } from './attribute-splice.ts'
import { phasesProposal } from './phases-proposal.ts'
import { undoProposals } from './undo-proposals.ts'

/** One thing a runbook could learn from its runs: a whole, which is taken or left. */
export interface Proposal {
  id: string
  title: string
  /** What speaks for it. */
  why: string
  /** Into the text it was made for. */
  splices: Splice[]
}

export interface LearningInput {
  text: string
  runbook: Runbook
  /** How long each step took and counts, by its id in this text. */
  lengths: ReadonlyMap<string, readonly number[]>
  /** The steps that were done in the run, by their ids in this text. */
  done: ReadonlySet<string>
}

/** What a runbook's text could learn. What would not read back as it was meant is left out. */
export function proposalsFor(input: LearningInput): Proposal[] {
  const { phases, rollback } = input.runbook
  const found = [...phases.flatMap((phase) => phase.steps), ...rollback.steps].flatMap((step) => plannedProposal(input, step)).concat(phasesProposal(input), undoProposals(input))
  if (found.length === 0) return []
  const read = parseRunbook(applySplices(input.text, found.flatMap(({ proposal }) => proposal.splices))).runbook
  const readBack = { phases: byId(read.phases.flatMap((phase) => phase.steps)), rollback: byId(read.rollback.steps), ranges: new Map(read.phases.map(({ id, planned }) => [id, planned])) }
  return found.filter(({ holds }) => holds(readBack)).map(({ proposal }) => proposal)
}

export interface Checked {
  proposal: Proposal
  /** Whether the text with every proposal in it says what this one means. */
  holds(read: ReadBack): boolean
}

/** Steps by id, and the phases' planned ranges. */
interface ReadBack {
  ranges: ReadonlyMap<string, Pick<PlannedRange, 'startMinute' | 'endMinute'> | null>
  phases: ReadonlyMap<string, Step>
  rollback: ReadonlyMap<string, Step>
}

const byId = (steps: readonly Step[]): ReadonlyMap<string, Step> => new Map(steps.map((step) => [step.id, step]))

function plannedProposal({ text, lengths }: LearningInput, step: Step): Checked[] {
  const learned = learnedLength(lengths.get(step.id) ?? [], step.plannedMs)
  const splice = learned === null ? null : attributeSplice(text, step, 'planned', lengthWord(learned.ms))
  if (learned === null || splice === null) return []
  const was = step.plannedMs === null ? 'has no planned time of its own' : `was planned with ${formatDuration(step.plannedMs)}`
  return [{
    proposal: {
      id: `planned:${step.id}`, title: `Plan ${formatDuration(learned.ms)} for “${step.title}”`,
      why: `It ${was}; it took ${formatDuration(learned.p50)}, p90 ${formatDuration(learned.p90)}, n=${learned.n}.`, splices: [splice],
    },
    holds: ({ phases, rollback }) => (phases.get(step.id) ?? rollback.get(step.id))?.plannedMs === learned.ms,
  }]
}
