import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '#main/app.ts'
import { HOLDPOINT } from '#support/holdpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-cli-output-'))
const said = Buffer.from('starting\n\u001b[31mDisk is full\u001b[0m\n\u001b]0;pwned\u0007 disk is full of \u0000\xff\n', 'latin1')
let stepId = ''

beforeAll(async () => {
  const app = await createApp({ door: 'cli', dataPath: folder, home: folder })
  const [example] = app.storage.runbooks.list()
  const reply = await app.dispatcher.call('create-run', { runbookId: example?.id, mode: 'rehearsal', automatic: false })
  if (!reply.ok) throw new Error(reply.problem.message)
  const { runId } = reply.value as { runId: string }
  stepId = app.engine.state(runId).runbook.phases.flatMap(({ steps }) => steps)[0]?.id ?? ''
  app.storage.output.append({ runId, stepId, attempt: 0, host: 'app1', stream: 'stdout', at: 1, bytes: said })
  await app.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const holdpoint = (...args: string[]) => spawnSync(process.execPath, [HOLDPOINT, 'output', ...args, '--data-dir', folder], { env: { ...process.env, NO_COLOR: '1' } })

test('--grep prints the lines that hold a text, with step, host and number, and nothing a terminal would obey', () => {
  const { status, stdout } = holdpoint('last', '--grep', 'disk IS full')
  expect([status, stdout.toString()]).toEqual([0, `${stepId}  app1:2: Disk is full\n${stepId}  app1:3: ␛]0;pwned\\x07 disk is full of \\x00\ufffd\n`])
  expect(holdpoint('last', '--grep', 'nowhere').status).toBe(1)
  expect(holdpoint('last', '--grep', 'disk', '--host', 'app2').status).toBe(1)
})

test('with a step and a host every byte is printed as it came', () => {
  const { status, stdout } = holdpoint('last', '--step', stepId, '--host', 'app1')
  expect([status, stdout.equals(said)]).toEqual([0, true])
})

test('without either it says what it needs: 2', () => {
  const { status, stderr } = holdpoint('last')
  expect([status, stderr.toString()]).toEqual([2, expect.stringContaining('It needs --grep, or --step and --host.')])
})
