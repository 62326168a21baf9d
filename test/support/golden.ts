import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { canonicalJson } from '#domain/canonical.ts'
import { buildReport } from '#domain/report/report.ts'
import type { StoredEvent } from '#domain/run/events.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { RunState } from '#domain/run/state.ts'
import { timingOf } from '#domain/timing.ts'
import { renderReportMarkdown } from '#document/report-markdown.ts'

/** What a golden log leads to, for people and for comparing. */
export interface Expectation {
  chain: { events: number; head: string }
  /** The final state without the runbook. Newer versions may know more, never something else. */
  state: Record<string, unknown>
  stateDigest: string
  /** The report's Markdown, line by line. */
  report: string[]
  reportDigest: string
}

export const readLog = (path: string): StoredEvent[] => readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)

export function fold(events: readonly StoredEvent[]): RunState {
  const state = events.reduce<RunState | null>((folded, stored) => evolve(folded, stored), null)
  if (state === null) throw new Error('an empty log')
  return state
}

export const stateOf = (events: readonly StoredEvent[]): Record<string, unknown> => {
  const { runbook: _, ...state } = fold(events)
  return JSON.parse(canonicalJson(state)) as Record<string, unknown>
}

/** The report as it would be written ten minutes after the end, without output and charts. */
export function reportOf(events: StoredEvent[]): string {
  const state = fold(events)
  const generatedAt = state.lastEventAt + 600_000
  return renderReportMarkdown(buildReport({
    state, events, timing: timingOf(state, generatedAt), history: new Map(), now: generatedAt, output: () => ({ text: '', bytes: 0, truncated: false }), series: [],
    generatedAt, version: 'golden', chainHash: events.at(-1)?.hash ?? '',
  }))
}

/** The parts of a value that a pattern also has: what a newer version adds does not count. */
export function likeIn(value: unknown, pattern: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(pattern)) return value.map((part, index) => (index < pattern.length ? likeIn(part, pattern[index]) : part))
  if (!isRecord(value) || !isRecord(pattern)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => Object.hasOwn(pattern, name)).map(([name, part]) => [name, likeIn(part, pattern[name])]))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

export const digest = (value: unknown): string => createHash('sha256').update(typeof value === 'string' ? value : canonicalJson(value)).digest('hex')

export function expectationOf(events: StoredEvent[]): Expectation {
  const [state, report] = [stateOf(events), reportOf(events)]
  return {
    chain: { events: events.length, head: events.at(-1)?.hash ?? '' },
    state, stateDigest: digest(state), report: report.split('\n'), reportDigest: digest(report),
  }
}
