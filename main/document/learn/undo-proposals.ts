import { matchingUndo } from '#domain/learn/matching-undo.ts'
import { lacksUndo } from '#domain/run/undo-step.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import { isManual } from '#domain/run/view.ts'
import { inline } from '../report-markdown/escape.ts'
import { attributeSplice } from './attribute-splice.ts'
import { manualBlockSplice, nextItemSplice } from './item-splices.ts'
import type { Checked, LearningInput } from './proposals.ts'

/**
 * A way back for steps that were done and have none. A step of the rollback plan that plainly takes one back is linked; otherwise the
 * plan gets a person's step to do it. No command is ever made up, and a plan that Holdpoint executes says itself how all is taken back.
 */
export function undoProposals({ text, runbook, done }: LearningInput): Checked[] {
  const open = runbook.phases.flatMap((phase) => phase.steps).filter((step) => done.has(step.id) && lacksUndo(step))
  const linked = open.map((step) => ({ step, match: matchingUndo(step, runbook.rollback.steps) }))
  const links = linked.flatMap(({ step, match }) => (match === null ? [] : linkProposal(text, step, match)))
  const isExecuted = runbook.rollback.steps.some((step) => !isManual(step))
  const last = runbook.rollback.steps.at(-1)
  if (isExecuted || last === undefined) return links
  // The last done is the first taken back.
  const byHand = linked.filter(({ match }) => match === null).map(({ step }) => step).toReversed()
  // Links come first: both may stand at the end of one item, and its block belongs to it.
  return [...links, ...byHand.flatMap((step, index) => byHandProposal(text, runbook, step, last, index + 1))]
}

function linkProposal(text: string, step: Step, match: Step): Checked[] {
  const link = attributeSplice(text, step, 'undo', match.id)
  // undo= naming an id that comes from the step's words would become a command once those are edited.
  const naming = match.attributes['id'] === match.id ? [] : [attributeSplice(text, match, 'id', match.id) ?? manualBlockSplice(text, match, match.id)]
  if (link === null || naming.includes(null)) return []
  return [{
    proposal: {
      id: `undo:${step.id}`, title: `Take “${step.title}” back by “${match.title}”`,
      why: 'It was done, and has no undo. That step of the rollback plan reads as what takes it back.', splices: [link, ...naming.filter((splice) => splice !== null)],
    },
    holds: ({ phases, rollback }) => phases.get(step.id)?.undo === match.id && rollback.get(match.id)?.title === match.title,
  }]
}

function byHandProposal(text: string, runbook: Runbook, step: Step, last: Step, place: number): Checked[] {
  const id = freeId(runbook, `undo-${step.id}`.slice(0, 70))
  const words = `Undo: ${step.title}`
  const link = attributeSplice(text, step, 'undo', id)
  const item = nextItemSplice(text, last, { words: `Undo: ${inline(step.title)}`, id, place })
  if (link === null || item === null) return []
  return [{
    proposal: {
      id: `undo:${step.id}`, title: `Add “${words}” to the rollback plan, to be done by hand`,
      why: 'It was done, has no undo, and nothing in the rollback plan says how it is taken back.', splices: [link, item],
    },
    holds: ({ phases, rollback }) => phases.get(step.id)?.undo === id && rollback.get(id)?.title === words && rollback.get(id)?.kind === 'manual',
  }]
}

function freeId(runbook: Runbook, wanted: string): string {
  const taken = new Set([...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps].map((step) => step.id))
  let id = wanted
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`
  return id
}
