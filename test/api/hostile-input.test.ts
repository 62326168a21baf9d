import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import type { Reply } from '#preload/bridge.ts'

let folder: string
let app: App
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-input-'))
  app = await createApp({ door: 'browser', dataPath: folder, home: folder })
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

const valueOf = (reply: Reply): Record<string, unknown> => {
  if (!reply.ok) throw new Error(reply.problem.message)
  return reply.value as Record<string, unknown>
}

test.each<[string, RegExp]>([
  ['<img src=x>'.repeat(800), /^img-src-x-[a-z0-9-]{50,75}-\d{4}-\d\d-\d\d-rehearsal\.md$/],
  ['../../etc/passwd', /^etc-passwd-\d{4}-\d\d-\d\d-rehearsal\.md$/],
  ['発売', /^run-\d{4}-\d\d-\d\d-rehearsal\.md$/],
])('a report of %.20s gets a file name that every file system takes', async (title, name) => {
  const { runbookId } = valueOf(await app.dispatcher.call('import-runbook', { name: 'a.md', text: `# ${title}\n\n## Deployment Steps\n\n### Phase 1: Go\n\n1. Look\n` }))
  const { runId } = valueOf(await app.dispatcher.call('create-run', { runbookId, mode: 'rehearsal' }))
  expect(valueOf(await app.dispatcher.call('make-report', { runId, format: 'md' }))['fileName']).toMatch(name)
})

test.each(['__proto__', 'constructor', 'toString', 'report-data', ''])('there is no call and no feed %s', async (name) => {
  expect(await app.dispatcher.call(name, {})).toMatchObject({ ok: false, problem: { code: 'contract-unknown' } })
  expect(() => app.dispatcher.follow(name, { after: 0 }, () => {})).toThrow(expect.objectContaining({ code: 'contract-unknown' }))
})

test('what hosts and samplers report cannot be said by a page', async () => {
  for (const type of ['report-host-finished', 'report-step-lost', 'report-breach-over', 'report-data', 'report-time', '__proto__']) {
    expect(await app.dispatcher.call('send-command', { runId: 'x', command: { type } })).toMatchObject({ ok: false, problem: { code: 'input-refused' } })
  }
})

test('an input with thousands of keys is not read back', async () => {
  const input = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, 1]))
  const reply = await app.dispatcher.call('app-info', input)
  expect(reply).toMatchObject({ ok: false, problem: { code: 'input-refused' } })
  expect(JSON.stringify(reply).length).toBeLessThan(1000)
})
