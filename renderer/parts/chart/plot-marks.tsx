import type { Band, ChartLimit, Marker } from './chart-plot.tsx'
import { PLOT, xOf, yOf } from './plot-area.ts'
import type { PlotFrame } from './plot-area.ts'

const lines = {
  step: { stroke: 'var(--line)' },
  phase: { stroke: 'var(--line-strong)' },
  rollback: { stroke: 'var(--warn)' },
  failure: { stroke: 'var(--bad)', strokeDasharray: '1 3' },
  current: { stroke: 'var(--accent)', strokeDasharray: '2 3' },
} as const
const kinds = ['step', 'phase', 'rollback', 'failure', 'current'] as const

const small = { fontSize: 11 }
/** Below the place it is given, as high as a capital is. */
const below = '0.71em'
/** A halo of the ground colour keeps words readable on top of the data. */
const halo = { fontSize: 11, stroke: 'var(--bg-raised)', strokeWidth: 3, paintOrder: 'stroke' } as const

/** Where phases and steps began: one path a kind. `numbered`: those far enough apart have their place in the list at the top. */
export function MarkerLines({ markers, frame, numbered }: { markers: Marker[]; frame: PlotFrame; numbered: boolean }) {
  const inside = markers.filter(({ at }) => at >= frame.from && at <= frame.to)
  const x = ({ at }: Marker): number => xOf(at, frame, frame.width)
  return (
    <>
      {kinds.map((kind) => {
        const d = inside.map((marker) => (marker.kind === kind ? `M${x(marker)},${PLOT.top}V${frame.height - PLOT.bottom}` : '')).join('')
        return d === '' ? null : <path key={kind} data-plot="markers" d={d} fill="none" {...lines[kind]} />
      })}
      {numbered && farApart(inside, x).map(({ marker, number }) => <text key={number} x={x(marker) + 5} y={PLOT.top + 5} dy={below} fill="var(--text-dim)" {...small}>{number}</text>)}
    </>
  )
}

const LABEL_PX = 18

/** The markers whose numbers do not run into one another; all are in the legend. */
function farApart(markers: Marker[], x: (marker: Marker) => number): { marker: Marker; number: number }[] {
  let free = -Infinity
  return markers.flatMap((marker, place) => {
    if (x(marker) < free) return []
    free = x(marker) + LABEL_PX
    return [{ marker, number: place + 1 }]
  })
}

/** What the lines across the plot are, said at them. */
export function PlotWords({ limit, triggers, baseline, frame }: { limit: ChartLimit | null; triggers: ChartLimit[]; baseline: Band | null; frame: PlotFrame }) {
  return (
    <>
      {baseline && <text x={frame.width - PLOT.right - 5} y={yOf(baseline.least, frame) - 5} textAnchor="end" fill="var(--series-3)" {...halo}>usual before the release</text>}
      {limit && <text x={PLOT.left + 5} y={yOf(limit.value, frame) + 5} dy={below} fill="var(--bad)" {...halo}>{limit.text}</text>}
      {triggers.map(({ value, text }) => <text key={value} x={PLOT.left + 5} y={yOf(value, frame) - 5} fill="var(--bad)" {...halo}>rollback trigger {text}</text>)}
    </>
  )
}

interface TickProps {
  x?: number | string
  y?: number | string
  payload?: { value: number }
}

// Given no such function, recharts lays out each label by measuring it in the page, several times over.
/** A label of the time axis. */
export const timeTickOf = (words: (at: number) => string) => ({ x, y, payload }: TickProps) =>
  <text x={x} y={y} dy={below} textAnchor="middle" fill="var(--text-faint)" {...small}>{words(payload?.value ?? 0)}</text>

/** A label of the value axis; the one at the limit has its colour. */
export const valueTickOf = (words: (value: number) => string, limit: number | null) => ({ x, y, payload }: TickProps) =>
  <text x={x} y={y} dy={4} textAnchor="end" fill={payload?.value === limit ? 'var(--bad)' : 'var(--text-faint)'} {...small}>{words(payload?.value ?? 0)}</text>
