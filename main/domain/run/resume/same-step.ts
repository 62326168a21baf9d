import { canonicalJson } from '../../canonical.ts'
import type { Runbook } from '../../runbook.ts'
import type { Step } from '../../step.ts'

/**
 * Which step of the old phases each step of the new ones is, by new id. The same id is the same step, wherever it stands. A
 * command that was only renamed, so that the id made of its words is another, is found by its text in the phase of that number.
 */
export function sameSteps(old: Planned, next: Planned): Map<string, Step> {
  const [before, after] = [old.phases, next.phases]
  const known = new Map(before.flatMap((phase) => phase.steps.map((step): [string, Step] => [step.id, step])))
  const fresh = new Set(after.flatMap((phase) => phase.steps.map(({ id }) => id)))
  const found = new Map<string, Step>()
  for (const phase of after) {
    const renamed = (before.find(({ number }) => number === phase.number)?.steps ?? []).filter(({ id }) => !fresh.has(id))
    for (const step of phase.steps) {
      const was = known.get(step.id) ?? renamed.find((candidate) => step.body !== '' && isSameWork(candidate, old, step, next) && ![...found.values()].includes(candidate))
      if (was) found.set(step.id, was)
    }
  }
  return found
}

export type Planned = Pick<Runbook, 'phases' | 'inventory'>

/** What is done, and where: what a changed title, owner or length says nothing about. A person's work is its words. */
export function isSameWork(one: Step, old: Planned, other: Step, next: Planned): boolean {
  return one.kind === other.kind && canonicalJson(workOf(one, old)) === canonicalJson(workOf(other, next))
}

const WORK_ATTRIBUTES = ['env', 'cwd', 'user', 'sudo', 'for', 'expect', 'contains']

function workOf(step: Step, { inventory }: Planned): unknown[] {
  if (step.kind === 'manual') return [step.title.trim()]
  return [step.body.trim(), step.hosts.toSorted().map((name) => inventory.hosts.find((host) => host.name === name) ?? name), WORK_ATTRIBUTES.map((name) => step.attributes[name] ?? null)]
}

/** A step as lines a person can compare. */
export function linesOf(step: Step): string[] {
  const attributes = Object.keys(step.attributes).toSorted().map((name) => `${name}=${step.attributes[name]}`)
  return [step.title, `${step.kind}${step.hosts.length === 0 ? '' : ` on ${step.hosts.join(', ')}`}`, ...attributes, ...(step.body === '' ? [] : step.body.split('\n'))]
}
