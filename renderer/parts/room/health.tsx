import { memo, useCallback, useMemo } from 'react'
import { ChartDialog } from '#renderer/parts/chart/chart-dialog.tsx'
import { MetricChart } from '#renderer/parts/chart/metric-chart.tsx'
import type { Band, ChartLimit, Marker, Stretch } from '#renderer/parts/chart/chart-plot.tsx'
import { Crosshairs } from '#renderer/parts/chart/crosshairs.tsx'
import { useBaseline } from '#renderer/parts/chart/use-baseline.ts'
import { own } from '#domain/own.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { baselineRange } from '#domain/run/baseline.ts'
import { watchedMetrics, watchedUntil } from '#domain/run/health.ts'
import type { Watched } from '#domain/run/health.ts'
import { readingEveryMs } from '#domain/run/sources.ts'
import type { RunState } from '#domain/run/state.ts'
import { resolveLimit } from '#domain/threshold.ts'
import { currentStep, findStep } from '#domain/run/view.ts'
import { longestGapMs } from '#domain/verdict.ts'
import { breachedStretches, limitOf, staleness, triggerLimits, trustMs, wordOf } from './health-of.ts'
import { useRoom, useRun, useRunRoom, useSamples, useView, useZone } from './room-context.ts'
import styles from './health.module.css'

/** Error rate and response time come first and get a chart; the others a line, and their chart on request. */
const FULL_TILES = 2

/** How production does: a live chart each metric, its limit drawn and said. */
export function Health() {
  const runbook = useRun((state) => state.runbook)
  const watched = useMemo(() => watchedMetrics(runbook), [runbook])
  if (watched.length === 0) return <p className={styles.none}>The runbook names no metric source and no threshold: nobody watches production but you.</p>
  return <Crosshairs>{watched.map((one, place) => <Tile key={one.metric} watched={one} compact={place >= FULL_TILES} />)}<Enlarged /></Crosshairs>
}

const Tile = memo(function Tile({ watched, compact }: { watched: Watched; compact: boolean }) {
  const { view } = useRoom()
  const zone = useZone()
  const series = useSamples((samples) => samples.series[watched.metric])
  const facts = useChartFacts(watched)
  const enlarge = useCallback(() => view.getState().showChart(watched.metric), [view, watched.metric])
  const rate = useRunRoom((room) => room.clock?.rate ?? 1)
  const trust = useRun((state) => trustMs(state, watched.metric, rate))
  const startedAt = useRun((state) => state.startedAt)
  const why = useRun((state) => showControls(own(state.silentWhy, watched.metric) ?? ''))
  const until = useRun(watchedUntil)
  // Whole seconds, and null while it is fresh: a fresh tile is not repainted by the clock.
  const staleMs = useView((room) => {
    const age = series ? staleness(series, trust, until ?? room.now) : Infinity
    return age === null || age === Infinity ? age : Math.floor(age / 1000) * 1000
  })
  const verdict = useRun((state) => (watched.threshold ? wordOf(state, watched.threshold, series?.latest ?? null, staleMs) : staleMs === null ? 'ok' : 'no-data'))
  if (!series) return null
  return (
    <MetricChart
      title={watched.title} compact={compact} series={series} startedAt={startedAt} unit={watched.unit} zone={zone} limit={facts.limit} triggers={facts.triggers} verdict={verdict === 'overridden' ? 'breached' : verdict}
      breached={facts.breached} markers={facts.few} gapMs={facts.gapMs} baseline={facts.baseline} rehearsal={facts.rehearsal} staleMs={staleMs} why={why} until={until} onEnlarge={enlarge}
    />
  )
})

/** What a chart draws besides its numbers; the same objects as long as they say the same. */
function useChartFacts({ metric, threshold }: Watched): { rehearsal: boolean; breached: Stretch[]; markers: Marker[]; few: Marker[]; limit: ChartLimit | null; triggers: ChartLimit[]; baseline: Band | null; gapMs: number } {
  const { client, runId } = useRoom()
  const rehearsal = useRun((state) => state.mode === 'rehearsal')
  const breaches = useRun((state) => JSON.stringify(breachedStretches(state.breaches, metric, Number.MAX_SAFE_INTEGER)))
  const starts = useRun((state) => JSON.stringify(markersOf(state)))
  const breached = useMemo(() => JSON.parse(breaches) as Stretch[], [breaches])
  const markers = useMemo(() => JSON.parse(starts) as Marker[], [starts])
  const few = useMemo(() => markers.filter((marker) => marker.kind !== 'step'), [markers])
  const usual = useRun((state) => state.baseline?.metrics[metric] ?? null)
  const limit = useMemo(() => limitOf(threshold && resolveLimit(threshold, usual)), [threshold, usual])
  const rules = useRun((state) => state.runbook.rollback.triggers)
  const triggers = useMemo(() => triggerLimits(rules, metric, usual, limit), [rules, metric, usual, limit])
  const gapMs = useRun((state) => longestGapMs(readingEveryMs(state, metric)))
  const before = useRun((state) => JSON.stringify(baselineRange(state)))
  const baseline = useBaseline(client, runId, metric, JSON.parse(before) as ReturnType<typeof baselineRange>)
  return { rehearsal, breached, markers, few, limit, triggers, baseline, gapMs }
}

/** Where the work changed: the start of each phase, of the rollback and of each step. A phase stands for its first step. */
function markersOf(state: RunState): Marker[] {
  const current = currentStep(state)?.id
  const starts = new Map<number, Marker>()
  for (const [id, { startedAt }] of Object.entries(state.steps)) {
    if (startedAt !== null) starts.set(startedAt, { at: startedAt, label: findStep(state.runbook, id)?.step.title ?? id, kind: id === current ? 'current' : 'step' })
  }
  for (const { id, number, title } of state.runbook.phases) {
    const at = state.phases[id]?.startedAt ?? null
    if (at !== null) starts.set(at, { at, label: `Phase ${number}: ${title}`, kind: 'phase' })
  }
  if (state.rollback) starts.set(state.rollback.startedAt, { at: state.rollback.startedAt, label: 'Rollback', kind: 'rollback' })
  return [...starts.values()].toSorted((one, other) => one.at - other.at)
}

function Enlarged() {
  const { client, runId, view } = useRoom()
  const metric = useView((room) => room.chart)
  const runbook = useRun((state) => state.runbook)
  const watched = watchedMetrics(runbook).find((one) => one.metric === metric)
  if (!watched) return null
  return <Large watched={watched} key={watched.metric} client={client} runId={runId} onClose={() => view.getState().showChart(null)} />
}

function Large({ watched, client, runId, onClose }: { watched: Watched; client: ReturnType<typeof useRoom>['client']; runId: string; onClose: () => void }) {
  const zone = useZone()
  const facts = useChartFacts(watched)
  const from = useRun((state) => state.startedAt ?? state.createdAt)
  const end = useRun(watchedUntil)
  const now = useView((room) => room.now)
  return (
    <ChartDialog
      client={client} runId={runId} metric={watched.metric} title={watched.title} from={from} to={end ?? now} isOver={end !== null} unit={watched.unit} zone={zone}
      limit={facts.limit} triggers={facts.triggers} baseline={facts.baseline} breached={facts.breached} markers={facts.markers} gapMs={facts.gapMs} rehearsal={facts.rehearsal} onClose={onClose}
    />
  )
}
