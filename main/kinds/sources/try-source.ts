import type { MetricSource } from '#domain/inventory.ts'
import type { SourceTrial } from '#domain/source-trial.ts'
import type { Ports } from '../ports.ts'
import { toProblem } from '#domain/problem.ts'
import { checkSource, sourceKinds } from './index.ts'
import { needSecret } from './secret.ts'

/** Sources give what they have from this many intervals back. */
const BACK_INTERVALS = 3

/** Asks a metric's source once, as a run would. Does not throw for what a source or a host does. */
export async function trySource(source: MetricSource, ports: Ports, signal: AbortSignal): Promise<SourceTrial> {
  const startedAt = ports.clock.now()
  const about = { metric: source.metric, kind: source.kind }
  const [fault] = checkSource(source)
  const kind = sourceKinds[source.kind]
  if (fault || !kind) return { ...about, query: '', value: null, at: startedAt, tookMs: 0, fault: fault?.message ?? '' }
  // Said here, where a reading would only have no data; and a person who is asked has all the time of a trial.
  const missing = await needSecret(source, ports, signal).then(() => null, toProblem)
  if (missing !== null) return { ...about, query: kind.describe(source), value: null, at: startedAt, tookMs: ports.clock.now() - startedAt, fault: missing.message }
  const reader = kind.open(source, ports)
  try {
    const readings = await reader.read(startedAt - BACK_INTERVALS * source.everyMs, signal)
    const newest = readings.at(-1)
    const now = ports.clock.now()
    const why = reader.fault?.() ?? null
    return { ...about, query: kind.describe(source), value: newest?.value ?? null, at: newest?.at ?? now, tookMs: now - startedAt, fault: why === null ? '' : `${why.message} ${why.hint}` }
  } finally {
    reader.close?.()
  }
}
