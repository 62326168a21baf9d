import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '#domain/canonical.ts'
import { attemptsOfRun } from '#domain/forecast/attempts.ts'
import { stories } from '../../fixtures/runs/stories.ts'
import { digest, fold, likeIn, readLog, reportOf, stateOf, type Expectation } from '#support/golden.ts'

const folder = join(import.meta.dirname, '../../fixtures/runs')
const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length))
const logOf = (name: string) => readLog(join(folder, `${name}.jsonl`))
const expectedOf = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')) as Expectation

it('has a golden log for every kind of night that the product promises to survive', () => {
  expect(names).toEqual(expect.arrayContaining(['breach-then-override', 'breach-then-rollback', 'clean-release', 'midnight-and-summer-time-ends', 'no-data-hold', 'rollback-failing-halfway', 'watched-for-a-day']))
})

describe.each(names)('the golden log %s', (name) => {
  const events = logOf(name)
  const expected = expectedOf(name)

  it('is as it was written: its chain of hashes holds', () => {
    let hash = '0'.repeat(64)
    events.forEach((stored, index) => {
      expect(stored.seq).toBe(index + 1)
      hash = createHash('sha256').update(`${hash}${canonicalJson({ event: stored.event, seq: stored.seq })}`).digest('hex')
      expect(stored.hash).toBe(hash)
    })
    expect({ events: events.length, head: hash }).toEqual(expected.chain)
  })

  it('leads to the same state as ever', () => {
    const state = likeIn(stateOf(events), expected.state)
    expect(state).toEqual(expected.state)
    expect(digest(state)).toBe(expected.stateDigest)
  })

  it('gives the same report as ever; when it is to read differently, write the expectations again and read the diff', () => {
    const report = reportOf(events)
    expect(report.split('\n')).toEqual(expected.report)
    expect(digest(report)).toBe(expected.reportDigest)
  })
})

describe('what the golden logs tell', () => {
  const ended = (name: string) => fold(logOf(name))

  it('is how each night ended', () => {
    expect(Object.fromEntries(names.map((name) => [name, ended(name).outcome]))).toMatchObject({
      'breach-then-override': 'succeeded', 'breach-then-rollback': 'rolled-back', 'clean-release': 'succeeded',
      'automatic-rollback-nobody-stops': 'rolled-back', 'undo-in-reverse': 'rolled-back', 'watched-for-a-day': 'succeeded', 'back-to-a-phase-and-on-again': 'succeeded', 'countdown-stopped-then-blind': 'succeeded', 'midnight-and-summer-time-ends': 'succeeded', 'no-data-hold': 'succeeded', 'rollback-failing-halfway': 'failed',
    })
  })

  it('is that a release was done long before its run ended, and what was seen while it was watched', () => {
    const { state, report } = expectedOf('watched-for-a-day')
    const { followUp, finishedAt, breaches, items } = ended('watched-for-a-day')
    expect(followUp).toMatchObject({ startedAt: (finishedAt ?? 0) - 24 * 3_600_000, endedAt: finishedAt })
    expect([breaches.map(({ openedAt, closedAt }) => (closedAt ?? 0) - openedAt), items['follow-up-monitor-for-24-hours']?.state, items['follow-up-update-documentation']?.state]).toEqual([[6 * 60_000], 'ticked', 'open'])
    expect(state['outcome']).toBe('succeeded')
    expect(report).toEqual(expect.arrayContaining([expect.stringContaining('Monitor for 24 hours'), expect.stringContaining('(1 breach)'), expect.stringContaining('App blind')]))
  })

  it('is what was taken back, and that a step undone was done again', () => {
    expect(ended('undo-in-reverse').rollback?.undo?.map(({ step, hosts }) => [step.id, hosts])).toEqual([['undo:start', ['app1', 'app2']], ['undo:stop', ['app1', 'app2']]])
    const { partialRollbacks, steps } = ended('back-to-a-phase-and-on-again')
    expect([partialRollbacks.map(({ undone }) => undone), steps['deploy']?.attempt, steps['stop']?.attempt]).toEqual([[['start', 'migrate', 'deploy']], 2, 1])
  })

  it('is that nobody stopped one rollback, and that the other never began', () => {
    expect([ended('automatic-rollback-nobody-stops').rollback?.by, ended('countdown-stopped-then-blind').rollback]).toEqual(['holdpoint', null])
    expect(ended('countdown-stopped-then-blind').breaches[0]?.watched?.by).toBe('jonas')
  })

  it('is that silence held the run beyond its monitoring time', () => {
    const { monitoring } = ended('no-data-hold')
    expect(monitoring!.endedAt! - monitoring!.endsAt).toBeGreaterThan(10 * 60_000)
  })

  it('is that a step over the end of summer time lasted longer than its clock times say', () => {
    const start = attemptsOfRun({ events: logOf('midnight-and-summer-time-ends') }).find(({ stepId }) => stepId === 'start')
    // 02:10 to 02:15, an hour and five minutes; ten of them were a pause before any host had begun.
    expect(start).toMatchObject({ at: Date.parse('2026-10-25T02:10:00+02:00'), ms: 55 * 60_000 })
  })

  it('is which rollback steps were left to do by hand', () => {
    const { steps } = ended('rollback-failing-halfway')
    expect([steps['back-deploy']?.status, steps['back-migrate']?.status, steps['rollback-tell-stakeholders']?.status]).toEqual(['succeeded', 'failed', 'planned'])
  })
})

it('a golden log is never written again', () => {
  const files = names.flatMap((name) => [join(folder, `${name}.jsonl`), join(folder, `${name}.expected.json`)])
  const written = () => files.map((file) => statSync(file).mtimeMs)
  const before = written()
  expect(Object.keys(stories).filter((story) => !names.includes(story))).toEqual([])
  const { stdout, status } = spawnSync(process.execPath, [join(folder, 'record.ts')], { encoding: 'utf8' })
  expect({ status, lines: stdout.trim().split('\n') }).toEqual({ status: 0, lines: Object.keys(stories).map((story) => `${story}: there already, left as it is`) })
  expect(written()).toEqual(before)
})
