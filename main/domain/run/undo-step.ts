import { parseDuration } from '../duration.ts'
import type { Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'

/** The id of the step that takes another back, in a run, in its output and in history; no step of a runbook can have such an id. */
export const undoId = (stepId: string): string => `undo:${stepId}`

/** The step that is taken back by the one with this id; null for any other. */
export const undoneBy = (id: string): string | null => (id.startsWith('undo:') ? id.slice('undo:'.length) : null)

type Plan = Pick<Runbook, 'phases' | 'rollback'>

/** A command on hosts that says neither how it is taken back nor `undo=none`. People's steps and checks change nothing by themselves. */
export const lacksUndo = (step: Step): boolean => step.kind === 'sh' && step.undo === null && step.attributes['undo'] !== 'none'

/** The step of the rollback plan that is also a step's undo: the one `undo=` names by its id, or one that runs the same command on all of its hosts. */
export function planStepFor({ rollback }: Pick<Runbook, 'rollback'>, step: Step): Step | null {
  const undo = step.undo?.trim()
  if (undo === undefined) return null
  const isSame = (other: Step): boolean => other.kind === 'sh' && step.kind === 'sh' && other.body.trim() === undo && step.hosts.every((host) => other.hosts.includes(host))
  return rollback.steps.find(({ id }) => id === undo) ?? rollback.steps.find(isSame) ?? null
}

/** An undo runs as its step does: as that user, in that folder, with those variables, in those batches. It is never tried again by itself. */
const KEPT = ['env', 'cwd', 'user', 'sudo', 'batch', 'parallel', 'max-fail']
/** What a step of the rollback plan says about its place there. */
const OF_THE_PLAN = ['after', 'on-fail', 'retries', 'delay', 'backoff', 'capture']

/**
 * A step's `undo=` as a step of its own, on the hosts given; null when it has none. `undo=` may name a step of the rollback plan.
 * The undo of a step that runs on no host is done by hand.
 */
export function undoStepOf(runbook: Plan, step: Step, hosts: readonly string[] = step.hosts): Step | null {
  if (step.undo === null) return null
  const own = {
    id: undoId(step.id), undo: null, checkbox: false, optional: false, owner: step.owner, unknownHosts: [], range: step.range,
    plannedMs: parseDuration(step.attributes['undo-planned'] ?? ''),
  }
  const planned = runbook.rollback.steps.find(({ id }) => id === step.undo?.trim())
  const attributesOf = ({ attributes }: Step, keeps: (name: string) => boolean) => Object.fromEntries(Object.entries(attributes).filter(([name]) => keeps(name)))
  if (planned) return { ...planned, ...own, title: `Undo: ${step.title}`, range: planned.range, plannedMs: own.plannedMs ?? planned.plannedMs, attributes: attributesOf(planned, (name) => !OF_THE_PLAN.includes(name)) }
  const isOnHosts = step.kind === 'sh' && step.hosts.length > 0
  return {
    ...own, title: isOnHosts ? `Undo: ${step.title}` : `Undo: ${step.title} (${step.undo})`, kind: isOnHosts ? 'sh' : 'manual', body: isOnHosts ? step.undo : '',
    attributes: isOnHosts ? attributesOf(step, (name) => KEPT.includes(name)) : {}, hosts: isOnHosts ? step.hosts.filter((host) => hosts.includes(host)) : [], timeoutMs: step.timeoutMs,
  }
}

/** What is to be taken back, each with the step that does it. */
export function withSteps<T extends { stepId: string; hosts: string[] }>(runbook: Plan, undo: readonly T[]): (T & { step: Step })[] {
  const steps = new Map(runbook.phases.flatMap((phase) => phase.steps).map((step) => [step.id, step]))
  return undo.flatMap((one) => {
    const step = steps.get(one.stepId)
    const back = step && undoStepOf(runbook, step, one.hosts)
    return back ? [{ ...one, step: back }] : []
  })
}

/** The undo with this id, on every host its step names. */
export function findUndo(runbook: Plan, id: string): Step | null {
  const step = runbook.phases.flatMap((phase) => phase.steps).find((candidate) => candidate.id === undoneBy(id))
  return step === undefined ? null : undoStepOf(runbook, step)
}
