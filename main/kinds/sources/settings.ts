import type { z } from 'zod'
import type { MetricSource } from '#domain/inventory.ts'
import { Problem } from '#domain/problem.ts'

/** The source's settings in its kind's terms; throws `source-settings` when they do not fit. */
export function settingsOf<T>(schema: z.ZodType<T>, source: MetricSource): T {
  const parsed = schema.safeParse(source.settings)
  if (parsed.success) return parsed.data
  throw new Problem('source-settings', `The metric source for "${source.metric}" cannot be used: ${faultsOf(parsed.error).join(' ')}`, 'This metric has no data until that is mended in the front matter of the runbook.')
}

/** Each fault in a sentence, beginning with the setting's name. */
export function faultsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: there is no such setting.`
    return `${issue.path.join('.')}: ${issue.message}`
  })
}
