import { z } from 'zod'
import { parseDuration } from '#domain/duration.ts'
import { FAULTS, type RehearsalScript, type ScriptedMetric, type ScriptedOutcome } from '#domain/rehearsal-script.ts'
import type { Step } from '#domain/step.ts'
import type { FrontMatter } from './front-matter.ts'
import { isRecord } from './host-settings.ts'
import { type Report, quoted } from './report.ts'
import type { YamlPath } from './yaml.ts'

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms === null) context.addIssue({ code: 'custom', message: `“${text}” is not a length of time such as 2m or 90s.` })
  return ms ?? 0
})
const step = z.string().min(1).max(300)
const Outcome = z.strictObject({
  step, host: z.string().nullish(), attempt: z.int().min(1).nullish(), duration: duration.optional(), exit: z.int().min(0).max(255).default(0),
  stdout: z.string().default(''), stderr: z.string().default(''),
  fault: z.enum(['none', ...FAULTS]).default('none'),
})
const Metric = z.strictObject({
  base: z.number(), noise: z.number().min(0).default(0),
  changes: z.array(z.strictObject({ from: step, to: z.number(), ramp: duration.optional(), until: step.nullish() })).default([]),
  gaps: z.array(z.strictObject({ from: step, length: duration })).default([]),
})

/** The script under `rehearsal:`, entry by entry; one that cannot be read is reported and left out. */
export function readRehearsal(frontMatter: FrontMatter, steps: Step[], report: Report): RehearsalScript {
  const value = frontMatter.rehearsal
  if (value === undefined || value === null) return { outcomes: [], metrics: [] }
  if (!isRecord(value)) {
    frontMatter.complain(['rehearsal'], 'rehearsal: is not a list of names and values.', 'It may hold outcomes: and metrics:.')
    return { outcomes: [], metrics: [] }
  }
  for (const key of Object.keys(value)) {
    if (key !== 'outcomes' && key !== 'metrics') report.warning(frontMatter.offsetOf(['rehearsal', key]), 'front-matter-unknown-key', `Nothing here reads “${key}”.`, 'Known are outcomes and metrics.')
  }
  const names = new Set(steps.flatMap(({ id, title }) => [id.toLowerCase(), title.toLowerCase()]))
  const checkName = (name: string, path: YamlPath): void => {
    if (!names.has(name.toLowerCase())) report.warning(frontMatter.offsetOf(path), 'rehearsal-unknown-step', `No step has the id or the words ${quoted(name)}.`, 'Write the step’s id or all its words.')
  }
  return {
    outcomes: readOutcomes(value['outcomes'], frontMatter, checkName),
    metrics: readMetrics(value['metrics'], frontMatter, checkName),
  }
}

type CheckName = (name: string, path: YamlPath) => void

function readOutcomes(value: unknown, frontMatter: FrontMatter, checkName: CheckName): ScriptedOutcome[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    frontMatter.complain(['rehearsal', 'outcomes'], 'outcomes: is not a list.', 'Write each as - step: NAME.')
    return []
  }
  return value.flatMap((entry: unknown, index) => {
    const path = ['rehearsal', 'outcomes', index]
    const parsed = Outcome.safeParse(entry)
    if (!parsed.success) {
      complain(frontMatter, path, parsed.error)
      return []
    }
    const { step: name, host, attempt, duration: durationMs, exit, stdout, stderr, fault } = parsed.data
    checkName(name, [...path, 'step'])
    return [{ step: name, host: host ?? null, attempt: attempt ?? null, durationMs: durationMs ?? null, exitCode: exit, stdout, stderr, fault }]
  })
}

function readMetrics(value: unknown, frontMatter: FrontMatter, checkName: CheckName): ScriptedMetric[] {
  if (value === undefined || value === null) return []
  if (!isRecord(value)) {
    frontMatter.complain(['rehearsal', 'metrics'], 'metrics: is not a list of names and values.', 'Write each as NAME: { base: 0.3, noise: 0.1 }.')
    return []
  }
  return Object.entries(value).flatMap(([name, entry]) => {
    const path = ['rehearsal', 'metrics', name]
    const parsed = Metric.safeParse(entry)
    if (!parsed.success) {
      complain(frontMatter, path, parsed.error)
      return []
    }
    const { base, noise, changes, gaps } = parsed.data
    for (const [index, { from, until }] of changes.entries()) {
      checkName(from, [...path, 'changes', index, 'from'])
      if (until && until !== 'rollback') checkName(until, [...path, 'changes', index, 'until'])
    }
    for (const [index, { from }] of gaps.entries()) checkName(from, [...path, 'gaps', index, 'from'])
    return [{
      metric: name.trim().toLowerCase().replace(/\s+/g, ' '), base, noise,
      changes: changes.map(({ from, to, ramp, until }) => ({ from, to, rampMs: ramp ?? 0, until: until && until !== 'rollback' ? until : null })),
      gaps: gaps.map(({ from, length }) => ({ from, lengthMs: length })),
    }]
  })
}

function complain(frontMatter: FrontMatter, path: YamlPath, error: z.ZodError): void {
  for (const { path: inside, message } of error.issues) {
    const place = [...path, ...inside.filter((part) => typeof part !== 'symbol')]
    frontMatter.complain(place, `${place.join(' › ')}: ${message}`, 'Mend this entry of the rehearsal script; it was left out.')
  }
}
