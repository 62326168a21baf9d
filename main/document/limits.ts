import type { Finding } from '#domain/finding.ts'

export const MAX_LENGTH = 1024 * 1024
export const MAX_LINES = 30_000
export const MAX_LINE_LENGTH = 10_000
export const MAX_DEPTH = 100
export const MAX_STEPS = 5000
/** Hosts of all steps together. */
export const MAX_STEP_HOSTS = 100_000

/** Why a text is refused before the Markdown parser sees it, or null. One pass, no backtracking. */
export function refusal(text: string): Finding | null {
  if (text.length > MAX_LENGTH) return tooLarge(1, `The runbook has ${text.length} characters; at most ${MAX_LENGTH} are read.`)
  let line = 0
  let start = 0
  while (start <= text.length) {
    line += 1
    const next = text.slice(start, start + MAX_LINE_LENGTH + 2).search(/[\r\n]/)
    const end = next === -1 ? Math.min(text.length, start + MAX_LINE_LENGTH + 1) : start + next
    if (line > MAX_LINES) return tooLarge(line, `The runbook has more than ${MAX_LINES} lines.`)
    if (end - start > MAX_LINE_LENGTH) return tooLarge(line, `Line ${line} is longer than ${MAX_LINE_LENGTH} characters.`)
    if (containerDepth(text.slice(start, end)) > MAX_DEPTH) {
      return refused('too-deep', line, `Line ${line} is nested more than ${MAX_DEPTH} levels deep.`, 'Take out some levels of quotes or lists.')
    }
    start = end + (text.startsWith('\r\n', end) ? 2 : 1)
  }
  return null
}

/** At most how many quotes and list items this line can be inside of: its markers, and one for two columns of indentation. */
export function containerDepth(line: string): number {
  let markers = 0
  let columns = 0
  let index = 0
  while (index < line.length) {
    const character = line[index]
    if (character === ' ') columns += 1
    else if (character === '\t') columns += 4
    else if (character === '>') markers += 1
    else {
      const marker = /^(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)/.exec(line.slice(index, index + 12))
      if (!marker) break
      markers += 1
      index += marker[0].length - 1
    }
    index += 1
  }
  return markers === 0 ? 0 : markers + Math.floor(columns / 2) - Math.floor(markers / 2)
}

export function tooLarge(line: number, message: string): Finding {
  return refused('too-large', line, message, 'Split it into several runbooks.')
}

export function tooComplex(line: number): Finding {
  return refused('too-complex', line, `The list or quote that starts near line ${line} is too long to be read safely.`, 'Start its items at the left margin, or split it with headings.')
}

function refused(code: string, line: number, message: string, hint: string): Finding {
  return { severity: 'error', code, message, hint: `${hint} Nothing was read from this text; it is kept as it is.`, line, column: 1 }
}
