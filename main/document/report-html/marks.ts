import type { ReportModel } from '#domain/report/model.ts'
import type { RunOutcome } from '#domain/run/events.ts'
import type { StepStatus } from '#domain/run/state.ts'
import { stepWords } from '#domain/report/words.ts'
import { html, type Html } from './html.ts'

export type Tone = 'ok' | 'bad' | 'warn' | 'unknown' | 'neutral'

interface Mark {
  glyph: string
  tone: Tone
}

type Marked = StepStatus | 'queued' | 'excluded'

const stepMarks: Record<Marked, Mark> = {
  succeeded: { glyph: '✓', tone: 'ok' },
  failed: { glyph: '✕', tone: 'bad' },
  unknown: { glyph: '?', tone: 'unknown' },
  skipped: { glyph: '»', tone: 'warn' },
  running: { glyph: '●', tone: 'warn' },
  planned: { glyph: '○', tone: 'neutral' },
  queued: { glyph: '○', tone: 'neutral' },
  excluded: { glyph: '−', tone: 'warn' },
}

/** A status by shape, word and colour. */
export function statusMark(status: Marked): Html {
  const { glyph, tone } = stepMarks[status]
  return html`<span class="status ${tone}"><i>${glyph}</i>${status === 'excluded' ? status : stepWords[status === 'queued' ? 'planned' : status]}</span>`
}

export const glyphOf = (status: StepStatus): string => stepMarks[status].glyph

export const toneOf = (status: StepStatus): Tone => stepMarks[status].tone

export function outcomeTone(outcome: RunOutcome | null): Tone {
  if (outcome === null) return 'neutral'
  return { succeeded: 'ok', failed: 'bad', aborted: 'bad', 'rolled-back': 'warn' }[outcome] as Tone
}

/** Beside the title of everything that could be taken for the real thing. */
export const rehearsalMark = (report: Pick<ReportModel, 'mode'>): Html | null =>
  report.mode === 'rehearsal' ? html`<span class="mark">REHEARSAL</span>` : null
