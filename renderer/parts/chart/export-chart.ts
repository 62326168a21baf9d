import type { Bucket } from '#preload/contract.ts'

/** What of a computed style a picture needs to look the same on its own. */
const STYLES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'opacity', 'font-size', 'font-family', 'font-weight', 'text-anchor', 'paint-order'] as const
const HEAD_PX = 26

export interface ChartPicture {
  title: string
  /** Beside the title: the limit, or that it was a rehearsal. */
  note: string
}

/** The chart as it stands on the screen, in a file that needs nothing else: styles are written out, a title stands on top. */
export function svgOf(chart: SVGSVGElement, { title, note }: ChartPicture): string {
  const [width, height] = [chart.width.baseVal.value, chart.height.baseVal.value]
  const copy = copyWithStyles(chart)
  copy.setAttribute('y', String(HEAD_PX))
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const around = getComputedStyle(chart.parentElement ?? document.body)
  const words = (text: string, x: number, anchor: string, weight: string): Element => {
    const element = document.createElementNS(SVG, 'text')
    for (const [name, value] of Object.entries({ x, y: 17, fill: around.color, 'font-family': around.fontFamily, 'font-size': '13px', 'font-weight': weight, 'text-anchor': anchor })) element.setAttribute(name, String(value))
    element.textContent = text
    return element
  }
  const picture = document.createElementNS(SVG, 'svg')
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height: height + HEAD_PX, viewBox: `0 0 ${width} ${height + HEAD_PX}` })) picture.setAttribute(name, String(value))
  const back = document.createElementNS(SVG, 'rect')
  for (const [name, value] of Object.entries({ width: '100%', height: '100%', fill: groundOf(chart) })) back.setAttribute(name, value)
  picture.append(back, words(title, 10, 'start', '600'), words(note, width - 8, 'end', '400'), copy)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`
}

const SVG = 'http://www.w3.org/2000/svg'

function copyWithStyles(chart: SVGSVGElement): SVGSVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement
  const [from, to] = [[...chart.querySelectorAll('*')], [...copy.querySelectorAll('*')]]
  for (const [place, element] of to.entries()) {
    const original = from[place]
    if (original === undefined) continue
    const computed = getComputedStyle(original)
    element.removeAttribute('class')
    element.removeAttribute('style')
    for (const name of STYLES) element.setAttribute(name, computed.getPropertyValue(name))
  }
  copy.removeAttribute('class')
  copy.removeAttribute('style')
  return copy
}

/** The nearest ground behind the chart that is not transparent. */
function groundOf(element: Element): string {
  for (let above: Element | null = element; above !== null; above = above.parentElement) {
    const colour = getComputedStyle(above).backgroundColor
    if (colour !== 'rgba(0, 0, 0, 0)') return colour
  }
  return 'white'
}

/** Twice the screen's size, so that it holds in a slide. Throws when the browser cannot draw it. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.width * 2
  canvas.height = image.height * 2
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, 'image/png') })
  if (blob === null) throw new Error('The browser made no picture.')
  return blob
}

/** One line a column, in UTC; empty cells are no data. */
export function csvOf(buckets: readonly Bucket[], columnMs: number): string {
  const cell = (value: number | null): string => (value === null ? '' : String(value))
  const time = (at: number): string => new Date(Math.round(at)).toISOString()
  return ['from,until,least,greatest,last', ...buckets.map(({ at, min, max, last }) => [time(at), time(at + columnMs), cell(min), cell(max), cell(last)].join(','))].join('\r\n') + '\r\n'
}

/** `error-rate-2026-12-05T2200Z`: safe on every file system. */
export function chartFileName(metric: string, at: number): string {
  const name = metric.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'metric'
  return `${name}-${new Date(at).toISOString().slice(0, 16).replace(':', '')}Z`
}
