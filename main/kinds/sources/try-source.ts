import type { MetricSource } from '#domain/inventory.ts'
import type { Ports } from '../ports.ts'
import { checkSource, sourceKinds } from './index.ts'

/** What a source gave when it was asked once: `query` is what was asked, resolved; `value` null is no data. */
export interface Trial {
  metric: string
  kind: string
  query: string
  value: number | null
  /** Epoch ms of the reading, or of when there was none. */
  at: number
  /** How long it took. */
  tookMs: number
  /** Why it was not asked at all, or ''. */
  fault: string
}

/** Sources give what they have from this many intervals back. */
const BACK_INTERVALS = 3

/** Asks a metric's source once, as a run would. Does not throw for what a source or a host does. */
export async function trySource(source: MetricSource, ports: Ports, signal: AbortSignal): Promise<Trial> {
  const startedAt = ports.clock.now()
  const about = { metric: source.metric, kind: source.kind }
  const [fault] = checkSource(source)
  const kind = sourceKinds[source.kind]
  if (fault || !kind) return { ...about, query: '', value: null, at: startedAt, tookMs: 0, fault: fault?.message ?? '' }
  const readings = await kind.open(source, ports).read(startedAt - BACK_INTERVALS * source.everyMs, signal)
  const newest = readings.at(-1)
  const now = ports.clock.now()
  return { ...about, query: kind.describe(source), value: newest?.value ?? null, at: newest?.at ?? now, tookMs: now - startedAt, fault: '' }
}
