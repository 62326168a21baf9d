import { describeForecast } from '#domain/forecast/forecast.ts'
import { PROGRAM } from '#domain/run/decide.ts'
import type { Step } from '#domain/step.ts'
import { formatClock, formatCounter, formatLength } from '#renderer/ui/format.ts'
import { Time } from '#renderer/ui/time.tsx'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './detail.module.css'

/** Owner, times and limits of a step in one line. */
export function StepFacts({ step }: { step: Step }) {
  const { view } = useRoom()
  const zone = useZone()
  const by = useRun((state) => state.steps[step.id]?.by ?? null)
  const attempt = useRun((state) => state.steps[step.id]?.attempt ?? 0)
  const inherited = useRun((state) => state.steps[step.id]?.inherited ?? null)
  const planned = useView((view) => {
    const span = view.timing?.steps[step.id]?.planned
    return span?.startAt && span.endAt ? `${formatClock(span.startAt, zone)}–${formatClock(span.endAt, zone)}` : null
  })
  const forecast = useView(({ forecasts }) => {
    const known = forecasts?.get(step.id)
    return known === undefined ? null : describeForecast(known)
  })
  const problem = useView((view) => view.historyProblem)
  const actual = useView((view) => {
    const span = view.timing?.steps[step.id]?.actual
    if (!span || span.startAt === null) return null
    return formatClock(span.startAt, zone, true)
  })
  const length = useView((view) => {
    const span = view.timing?.steps[step.id]?.actual
    return !span || span.startAt === null ? null : formatCounter((span.endAt ?? Math.max(view.now, span.startAt)) - span.startAt)
  })
  const ended = useRun((state) => state.steps[step.id]?.status !== 'running')
  return (
    <p className={styles.facts}>
      {step.owner !== null && <span>Owner <b>{step.owner}</b></span>}
      {planned !== null && <span>Planned <b>{planned}</b></span>}
      {forecast !== null && <span title={problem === null ? 'How long it takes, from earlier runs: in half of all cases, and in nine of ten (p90)' : `Earlier runs could not be read. ${problem}`}>Forecast <button type="button" className={styles.lengths} aria-haspopup="dialog" onClick={() => view.getState().showLengths(step.id)}>{forecast}</button></span>}
      {actual !== null && <span>Started <b>{actual}</b></span>}
      {length !== null && <span>{ended ? 'Took' : 'Running for'} <b>{length}</b></span>}
      {by !== null && by !== PROGRAM && <span>By <b>{by}</b></span>}
      {inherited !== null && <span>{inherited.at === null ? 'From the run before' : <>From the run before, <b><Time at={inherited.at} zone={zone} form="moment" /></b></>}</span>}
      {attempt > 1 && <span>Attempt <b>{attempt}</b></span>}
      {step.timeoutMs !== null && <span>Timeout <b>{formatLength(step.timeoutMs)}</b></span>}
      {step.attributes['batch'] !== undefined && <span>Batch <b>{step.attributes['batch']}</b></span>}
      {step.optional && <span>If needed</span>}
    </p>
  )
}
