import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createApp } from '#main/app.ts'
import { hostLines } from '#main/cli/leftovers.ts'
import { holdpointIn } from '#support/holdpoint.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-left-cli-'))
const holdpoint = holdpointIn(folder)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('holdpoint leftovers asks each host of a live run, and says of which it could not be learnt', async () => {
  const app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder })
  const example = readFileSync(join(root, 'test/fixtures/leftovers.md'), 'utf8')
  try {
    const imported = await app.dispatcher.call('import-runbook', { name: 'left.md', text: example })
    const { runbookId } = (imported as { value: { runbookId: string } }).value
    expect(await app.dispatcher.call('create-run', { runbookId, mode: 'live' })).toMatchObject({ ok: true })
  } finally {
    await app.close()
  }
  const { code, stdout } = await holdpoint('leftovers', 'last', '--remove')
  expect([code, stdout]).toEqual([1, 'app1: app1 at 127.0.0.1:1 refused the connection.\n'])
  expect(JSON.parse((await holdpoint('leftovers', 'last', '--json')).stdout)).toEqual({ hosts: [{ host: 'app1', jobs: [], problem: expect.objectContaining({ code: 'ssh-refused' }) }], removed: [] })
  expect((await holdpoint('leftovers', 'nobody')).stderr).toContain('There is no run "nobody"')
}, 60_000)

test('each job is told in a line, with what it is, what is only there, and why it stays', () => {
  const job = { ageMs: 3_600_000, bytes: 2000, runId: 'run-1', onlyThere: 0, kept: '' }
  const jobs = [
    { ...job, id: 'a', state: 'done' as const },
    { ...job, id: 'b', state: 'orphan' as const, kept: 'It is still alive, or may be.' },
    { ...job, id: 'c\u001b[2J', state: 'lost' as const, runId: null, onlyThere: 500, kept: 'It was not begun from the data of this machine.' },
  ]
  expect(hostLines({ host: 'app1', jobs, problem: null }, ['a']).split('\n')).toEqual([
    'app1: 3 jobs',
    '    a: over; 1 h ago; 2000 bytes of output; run run-1. Removed.',
    '    b: RUNS unwatched; 1 h ago; 2000 bytes of output; run run-1. It is still alive, or may be.',
    expect.stringMatching(/^ {4}c.+: its watcher was killed; 1 h ago; 2000 bytes of output, 500 of them only there\. It was not begun/),
  ])
  expect(hostLines({ host: 'app1', jobs, problem: null }, [])).not.toContain('\u001b')
  expect(hostLines({ host: 'app1', jobs: [], problem: null }, [])).toBe('app1: nothing is left')
})
