import type { Finding } from '#domain/finding.ts'
import type { Source } from './source.ts'

type Say = (offset: number, code: string, message: string, hint: string) => void

/** Gathers what `holdpoint check` has to say; `offset` is where in the text it is. */
export interface Report {
  error: Say
  warning: Say
  info: Say
  /** Sorted by place. At most `LIMIT`, and errors are the last to be left out. */
  findings(): Finding[]
}

const LIMIT = 1000

export function createReport(source: Source): Report {
  const found: Finding[] = []
  const add = (severity: Finding['severity']): Say => (offset, code, message, hint) => {
    const { line, column } = source.range(offset, offset)
    found.push({ severity, code, message, hint, line, column })
  }
  return {
    error: add('error'),
    warning: add('warning'),
    info: add('info'),
    findings() {
      return found.length <= LIMIT ? found.toSorted(byPlace) : shortened(found).toSorted(byPlace)
    },
  }
}

function shortened(found: Finding[]): Finding[] {
  const weight = { error: 0, warning: 1, info: 2 }
  const kept = found.toSorted((a, b) => weight[a.severity] - weight[b.severity] || byPlace(a, b)).slice(0, LIMIT - 1)
  return [...kept, {
    severity: 'warning', code: 'findings-left-out', line: 1, column: 1,
    message: `${found.length - kept.length} more findings are not shown.`,
    hint: 'Mend those that are shown, then check again.',
  }]
}

const byPlace = (a: Finding, b: Finding): number => a.line - b.line || a.column - b.column

/** A text from the runbook, short enough for a message. */
export const quoted = (text: string): string => `“${text.length > 60 ? `${text.slice(0, 59)}…` : text}”`
