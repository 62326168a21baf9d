import type { ReportModel } from '#domain/report/model.ts'
import type { RunOutcome } from '#domain/run/events.ts'
import type { StepStatus } from '#domain/run/state.ts'
import { html, type Html } from './html.ts'

export type Tone = 'ok' | 'bad' | 'warn' | 'unknown' | 'neutral'

interface Mark {
  glyph: string
  word: string
  tone: Tone
}

const stepMarks: Record<StepStatus | 'queued', Mark> = {
  succeeded: { glyph: '✓', word: 'succeeded', tone: 'ok' },
  failed: { glyph: '✕', word: 'failed', tone: 'bad' },
  unknown: { glyph: '?', word: 'unknown', tone: 'unknown' },
  skipped: { glyph: '»', word: 'skipped', tone: 'warn' },
  running: { glyph: '●', word: 'running', tone: 'warn' },
  planned: { glyph: '○', word: 'not started', tone: 'neutral' },
  queued: { glyph: '○', word: 'not started', tone: 'neutral' },
}

/** A status by shape, word and colour. */
export function statusMark(status: StepStatus | 'queued'): Html {
  const { glyph, word, tone } = stepMarks[status]
  return html`<span class="status ${tone}"><i>${glyph}</i>${word}</span>`
}

export const toneOf = (status: StepStatus): Tone => stepMarks[status].tone

export function outcomeTone(outcome: RunOutcome | null): Tone {
  if (outcome === null) return 'neutral'
  return { succeeded: 'ok', failed: 'bad', aborted: 'bad', 'rolled-back': 'warn' }[outcome] as Tone
}

/** Beside the title of everything that could be taken for the real thing. */
export const rehearsalMark = (report: Pick<ReportModel, 'mode'>): Html | null =>
  report.mode === 'rehearsal' ? html`<span class="mark">REHEARSAL</span>` : null
