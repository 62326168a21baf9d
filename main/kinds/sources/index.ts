import type { MetricSource } from '#domain/inventory.ts'
import type { SourceKind } from '../kind.ts'
import { registry } from '../registry.ts'
import { http } from './http.ts'
import { json } from './json.ts'
import { prometheus } from './prometheus.ts'
import { faultsOf } from './settings.ts'
import { sql } from './sql.ts'
import { ssh } from './ssh.ts'
import { synthetic } from './synthetic.ts'

/** Everywhere a metric's numbers can come from. A new kind is a new file and a line here. */
export const sourceKinds: Record<string, SourceKind> = registry<SourceKind>(prometheus, http, json, ssh, sql, synthetic)

/** What is wrong with a metric source of a runbook; empty when it can be opened. */
export function checkSource(source: MetricSource): { code: string; message: string; hint: string }[] {
  const kind = sourceKinds[source.kind]
  if (!kind) {
    return [{ code: 'source-kind-unknown', message: `The metric "${source.metric}" comes from "${source.kind}", which Holdpoint cannot read.`, hint: `The kinds are ${Object.keys(sourceKinds).join(', ')}.` }]
  }
  const { error } = kind.settings.safeParse(source.settings)
  return error ? faultsOf(error).map((fault) => ({ code: 'source-settings', message: `The metric "${source.metric}" from ${kind.label} cannot be read: ${fault}`, hint: 'Mend it under metrics in the front matter.' })) : []
}
