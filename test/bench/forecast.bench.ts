import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRunHistory } from '#engine/run-history.ts'
import { openStorage } from '#storage/storage.ts'
import { attemptsOfRun, type Attempt } from '#domain/forecast/attempts.ts'
import { forecastOf, forecastsOf } from '#domain/forecast/forecast.ts'
import { fourClocksOf } from '#domain/forecast/four-clocks.ts'
import { countedLengths, historyOf } from '#domain/forecast/history.ts'
import type { RunEvent, StoredEvent } from '#domain/run/events.ts'
import { timingOf } from '#domain/timing.ts'
import { fold, journal, minute, phase, runbook, step, windowStart } from '#support/run-states.ts'

/** Forecast and four clocks of 500 steps from the journals of 50 runs: all of it, and against looking each step up in all journals. */
const STEPS = 500
const RUNS = 50
const ROUNDS = 9

const book = runbook({ phases: Array.from({ length: 5 }, (_, index) => phase(index + 1, null, null, Array.from({ length: STEPS / 5 }, (__, number) => step(`step-${index}-${number}`, { plannedMs: minute })))) })
const ids = book.phases.flatMap((one) => one.steps.map(({ id }) => id))
const runs = Array.from({ length: RUNS }, (_, index) => pastRun(index))
const events = journal(book, [{ type: 'run-started', at: windowStart }, { type: 'phase-started', phaseId: 'phase-1', at: windowStart }])
const state = fold(events)

const times: Record<'all' | 'again' | 'naive' | 'cold' | 'warm', number[]> = { all: [], again: [], naive: [], cold: [], warm: [] }
const kept = runs.map((past) => attemptsOfRun({ events: past }))
// In turns, so that whatever else the machine does falls on all.
for (let round = 0; round < ROUNDS; round += 1) {
  times.all.push(timed(() => recompute(runs.map((past) => attemptsOfRun({ events: past })))))
  times.again.push(timed(() => recompute(kept)))
  times.naive.push(timed(naive))
}
const [all, again, slow] = [middle(times.all), middle(times.again), middle(times.naive)]
console.log(`forecast, ${STEPS} steps × ${RUNS} runs: ${(slow / all).toFixed(0)}x less than looking up each step (${all.toFixed(1)} against ${slow.toFixed(0)} ms; ${again.toFixed(1)} ms with the runs read before; goal < 50 ms)`)

// Of its own, since what storage keeps in memory slows down everything else.
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-forecast-'))
const storage = stored()
for (let round = 0; round < ROUNDS; round += 1) {
  const history = createRunHistory(storage)
  times.cold.push(timed(() => history('tonight')))
  times.warm.push(timed(() => history('tonight')))
}
storage.close()
rmSync(folder, { recursive: true })
const [cold, warm] = [middle(times.cold), middle(times.warm)]
console.log(`earlier runs of the same, from SQLite: ${(cold / warm).toFixed(0)}x less once they have been read (${warm.toFixed(1)} against ${cold.toFixed(0)} ms)`)

function stored(): ReturnType<typeof openStorage> {
  const opened = openStorage(folder)
  opened.runbooks.create({ id: 'book', name: 'book', text: '', example: false, at: 0 })
  const common = { runbookId: 'book', revision: 1, mode: 'live' as const, title: '', operator: 'mira' }
  opened.together(() => {
    runs.forEach((past, index) => {
      opened.runs.create({ id: `run-${index}`, ...common, at: index })
      opened.journal.append(`run-${index}`, 0, past.map(({ event }) => event))
      opened.runs.setStatus(`run-${index}`, 'ended-succeeded', index)
    })
    opened.runs.create({ id: 'tonight', ...common, at: windowStart })
  })
  return opened
}

function recompute(attempts: Attempt[][]): void {
  const forecasts = forecastsOf(book, historyOf(attempts))
  fourClocksOf({ state, timing: timingOf(state, windowStart), forecasts, now: windowStart })
}

/** One step at a time, through every journal. */
function naive(): void {
  for (const id of ids) {
    const ofStep = runs.map((past) => attemptsOfRun({ events: past.filter(({ event }) => event.type === 'run-created' || ('stepId' in event && event.stepId === id)) }))
    forecastOf(countedLengths(historyOf(ofStep).get(id) ?? []), minute)
  }
}

function pastRun(index: number): StoredEvent[] {
  let at = windowStart - (index + 1) * 86_400_000
  const facts = ids.flatMap((stepId, number): RunEvent[] => {
    const startedAt = at
    at += 30_000 + ((index * 7919 + number * 104_729) % 60_000)
    const common = { stepId, attempt: 1, by: 'holdpoint' }
    return [
      { type: 'step-started', hosts: ['web-1'], at: startedAt, ...common }, { type: 'host-started', host: 'web-1', at: startedAt, ...common },
      { type: 'host-finished', host: 'web-1', result: { outcome: 'succeeded', exitCode: 0 }, at, ...common }, { type: 'step-finished', outcome: 'succeeded', message: '', at, ...common },
    ]
  })
  const created = { type: 'run-created', runId: `run-${index}`, mode: 'live', speed: 1, automatic: true, runbookId: 'book', revision: 1, runbook: book, at, by: 'mira' } as const
  return [created, ...facts].map((event, number) => ({ seq: number + 1, event, hash: '' }))
}

function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

function middle(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0
}
