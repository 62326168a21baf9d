import { html, type Html } from './html.ts'

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
