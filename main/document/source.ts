import type { SourceRange } from '#domain/runbook.ts'

/** The runbook's text with a way to say where things stand in it. All offsets are UTF-16, as in SourceRange. */
export interface Source {
  text: string
  range(start: number, end: number): SourceRange
  slice(range: { start: number; end: number }): string
}

export function createSource(text: string): Source {
  const lineStarts = [0]
  for (const ending of text.matchAll(/\r\n|\n|\r/g)) lineStarts.push(ending.index + ending[0].length)

  const lineOf = (offset: number): number => {
    let low = 0
    let high = lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    text,
    range(start, end) {
      const line = lineOf(start)
      return { start, end, line: line + 1, column: start - (lineStarts[line] ?? 0) + 1 }
    },
    slice: (range) => text.slice(range.start, range.end),
  }
}
