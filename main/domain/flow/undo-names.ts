import type { Finding } from '../finding.ts'
import type { Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'

/** One word, joined by hyphens as ids are; a command of one word seldom is. */
const joined = /^\p{L}[\p{L}\p{N}]*(?:-[\p{L}\p{N}]+)+$/u
const word = /^[\p{L}\p{N}_-]+$/u

/** `undo=` that reads as the id of a step which the rollback plan does not have: in a rollback it would run as a command, at the worst moment. */
export function checkUndoNames({ phases, rollback }: Pick<Runbook, 'phases' | 'rollback'>): Finding[] {
  const forward = phases.flatMap((phase) => phase.steps)
  const plan = rollback.steps.map(({ id }) => id)
  return forward.flatMap((step) => {
    const name = step.undo?.trim() ?? ''
    if (!word.test(name) || plan.includes(name)) return []
    const isForward = forward.some(({ id }) => id === name)
    const meant = plan.find((id) => isAlmost(name, id))
    return isForward || meant !== undefined || joined.test(name) ? [finding(step, name, isForward, meant)] : []
  })
}

function finding(step: Step, name: string, isForward: boolean, meant: string | undefined): Finding {
  const why = isForward ? 'which is a step of a phase and not of the rollback plan' : 'which reads like the id of a step, and the rollback plan has none of that id'
  const then = step.hosts.length > 0 ? `It would run as a command on ${step.hosts.join(', ')}.` : 'A person would be told to do that.'
  const hint = meant === undefined ? 'Name a step of the rollback plan by its id; a command that is one word is taken for one when it has a path or an argument.' : `Write undo=${meant} if that step is meant.`
  return { severity: 'warning', code: 'undo-names-no-step', message: `"${step.title}" is taken back by "${name}", ${why}. ${then}`, hint, line: step.range.line, column: step.range.column }
}

/** Up to two letters apart (Levenshtein), one in a short name. */
function isAlmost(one: string, other: string): boolean {
  const most = Math.min(one.length, other.length) < 8 ? 1 : 2
  if (Math.abs(one.length - other.length) > most) return false
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let index = 0; index < one.length; index += 1) {
    const next = [index + 1]
    for (let place = 1; place <= other.length; place += 1) {
      next.push(Math.min((row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1, (row[place - 1] ?? 0) + (one[index] === other[place - 1] ? 0 : 1)))
    }
    row = next
  }
  return (row[other.length] ?? most + 1) <= most
}
