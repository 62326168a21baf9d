import { html, type Html } from './html.ts'

/** From epoch ms to a place on the picture. */
export interface TimeScale {
  (at: number): number
  from: number
  to: number
}

export function timeScale(from: number, to: number, left: number, right: number): TimeScale {
  const perMs = (right - left) / Math.max(1, to - from)
  return Object.assign((at: number): number => round(left + (Math.min(Math.max(at, from), to) - from) * perMs), { from, to })
}

export const round = (value: number): number => Math.round(value * 10) / 10

const minute = 60_000
const tickSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200].map((minutes) => minutes * minute)

/** Round times for an axis, about one every 90 units. */
export function timeTicks(scale: TimeScale, width: number): number[] {
  const step = tickSteps.find((candidate) => (scale.to - scale.from) / candidate <= width / 90) ?? (scale.to - scale.from)
  const ticks: number[] = []
  for (let at = Math.ceil(scale.from / step) * step; at <= scale.to && ticks.length < 50; at += Math.max(step, 1)) ticks.push(at)
  return ticks
}

/** Round values from 0 (or below) to at least `highest`. */
export function valueTicks(lowest: number, highest: number): number[] {
  const span = Math.max(highest - Math.min(0, lowest), 1e-9)
  const power = 10 ** Math.floor(Math.log10(span / 4))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => span / candidate <= 5.0001) ?? span
  const start = Math.floor(Math.min(0, lowest) / step) * step
  return Array.from({ length: Math.min(12, Math.ceil((highest - start) / step - 1e-9) + 1) }, (_, index) => Number((start + index * step).toPrecision(12)))
}

/** SVG has no ellipsis: about `width` units of 12 px text, the whole in a tooltip. */
export function shortened(text: string, width: number): string {
  const fits = Math.floor(width / 5.8)
  const characters = Array.from(text)
  return characters.length <= fits ? text : `${characters.slice(0, fits - 1).join('').trimEnd()}…`
}

/** Diagonal hatching for what is not known; `id` must be the picture's own. */
export const hatching = (id: string): Html =>
  html`<defs><pattern id="${id}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" stroke="var(--edge)" stroke-width="1.6" stroke-opacity=".55"/></pattern></defs>`
