import type { CourseReport, CourseRow } from '#domain/report/work-model.ts'
import { timeRange } from '#domain/timeline/axis.ts'

export interface Strip {
  /** '' when it is all of it. */
  title: string
  rows: CourseRow[]
  range: { from: number; to: number }
}

/** As many rows as a printed page holds. */
const mostRows = 48

/** All in one where a page holds it; else first the phases, then the steps a page each, with an axis of their own time. None when nothing has a time. */
export function stripsOf({ rows, range }: CourseReport): Strip[] {
  if (range === null) return []
  if (rows.length <= mostRows) return [{ title: '', rows, range }]
  const phases = inPieces(rows.filter(({ kind }) => kind === 'phase'), mostRows)
  const details = packed(piecesOf(rows))
  return [
    ...phases.map((part) => ({ title: 'the phases', rows: part, range })),
    ...details.map((part, index) => ({ title: `the steps, part ${index + 1} of ${details.length}`, rows: part, range: rangeOf(part) ?? range })),
  ]
}

/** Each phase with its steps; what is longer than a page goes on under the same heading. */
function piecesOf(rows: readonly CourseRow[]): CourseRow[][] {
  const sections: CourseRow[][] = []
  for (const row of rows) {
    const section = sections.at(-1)
    if (section === undefined || row.kind === 'phase') sections.push([row])
    else section.push(row)
  }
  return sections.flatMap(([heading, ...steps]) => (heading === undefined ? [] : steps.length === 0 ? [[heading]] : inPieces(steps, mostRows - 1).map((piece) => [heading, ...piece])))
}

function packed(pieces: readonly CourseRow[][]): CourseRow[][] {
  const pages: CourseRow[][] = []
  for (const piece of pieces) {
    const page = pages.at(-1)
    if (page === undefined || page.length + piece.length > mostRows) pages.push([...piece])
    else page.push(...piece)
  }
  return pages
}

/** Of about one length, so that none is left with two rows. */
function inPieces(rows: readonly CourseRow[], most: number): CourseRow[][] {
  const count = Math.ceil(rows.length / most)
  const size = Math.ceil(rows.length / count)
  return Array.from({ length: count }, (_, index) => rows.slice(index * size, (index + 1) * size))
}

function rangeOf(rows: readonly CourseRow[]): Strip['range'] | null {
  const steps = rows.filter(({ kind }) => kind === 'step')
  return timeRange(steps.map(({ actual }) => actual), steps.flatMap(({ planned, forecast }) => [planned, forecast]))
}
