import { z } from 'zod'
import { parseDuration } from '#domain/duration.ts'
import type { Finding } from '#domain/finding.ts'
import { firstHidden } from '#domain/hidden-characters.ts'
import type { Step } from '#domain/step.ts'
import type { StepKind } from '../kind.ts'

const filled = z.string().refine((text) => text.trim() !== '', 'Give it a value, or leave it out.')

const aLength = z.string().refine((text) => parseDuration(text) !== null, 'Give a length such as 30s or 2m.')
/** What every kind of step takes. The document layer reads them, and says itself which hosts and lengths it cannot read. */
const COMMON = z.object({ id: filled, hosts: filled, timeout: z.string(), planned: z.string(), undo: filled, 'undo-planned': aLength, owner: filled, after: filled }).partial()
const COMMON_NAMES = Object.keys(COMMON.shape)

/** index.ts gives it the kinds. */
export function checkStepAgainst(step: Step, kinds: Record<string, StepKind>): Finding[] {
  const at = { severity: 'error' as const, line: step.range.line, column: step.range.column }
  const kind = kinds[step.kind]
  if (!kind) {
    return [{ ...at, code: 'step-kind-unknown', message: `Holdpoint cannot run a step of kind "${step.kind}".`, hint: `The kinds are ${Object.keys(kinds).join(', ')}.` }]
  }
  const own = Object.fromEntries(Object.entries(step.attributes).filter(([name]) => !COMMON_NAMES.includes(name)))
  const issues = [...issuesOf(COMMON, step.attributes), ...issuesOf(kind.attributes, own)]
  return [
    ...issues.flatMap((issue) => attributeFindings(issue, step).map((finding) => ({ ...at, ...finding }))),
    ...kind.check(step).map((finding) => ({ ...at, ...finding })),
    ...hiddenFindings(step).map((finding) => ({ ...at, ...finding })),
  ]
}

function issuesOf(schema: z.ZodType, value: unknown): z.core.$ZodIssue[] {
  return schema.safeParse(value).error?.issues ?? []
}

/** What is run must be what a person reads: a command can be written so that the two differ ("Trojan Source"). */
function hiddenFindings(step: Step): Pick<Finding, 'code' | 'message' | 'hint'>[] {
  const places: [string, string][] = [['its block', step.body], ...Object.entries(step.attributes).map(([name, value]): [string, string] => [`${name}=`, value])]
  return places.flatMap(([where, text]) => {
    const hidden = firstHidden(text)
    return hidden === null ? [] : [{
      code: 'hidden-character',
      message: `The step "${step.title}" has a character in ${where} that cannot be seen (${hidden}): what would run is not what it looks like.`,
      hint: 'Take the character out, or write it with an escape such as printf "\\u…".',
    }]
  })
}

function attributeFindings(issue: z.core.$ZodIssue, step: Step): Pick<Finding, 'code' | 'message' | 'hint'>[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({
      code: 'attribute-unknown',
      message: `The ${step.kind} step "${step.title}" has an attribute "${name}" that means nothing to it.`,
      hint: 'It would have no effect. Correct its name, or take it out.',
    }))
  }
  const name = String(issue.path[0] ?? '')
  const value = step.attributes[name]
  // Whoever wrote a secret where only its name belongs finds it in no other place for that.
  const written = name === 'auth' ? 'auth=' : `${name}="${value}"`
  const message = value === undefined ? `The ${step.kind} step "${step.title}" needs the attribute "${name}".` : `The ${step.kind} step "${step.title}" has ${written}, which does not make sense.`
  return [{ code: 'attribute-invalid', message, hint: issue.message }]
}
