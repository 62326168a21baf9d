import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'

const [WRONG, RIGHT] = ['canary-mistyped', 'canary-as-it-is']
let folder: string
let server: Server
let app: App
let answers: string[]
const heard: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-wrong-'))
  server = createServer((request, reply) => {
    heard.push(String(request.headers.authorization).replace('Bearer ', ''))
    reply.writeHead(heard.at(-1) === RIGHT ? 200 : 401).end(`you said ${heard.at(-1)}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  answers = [WRONG, RIGHT]
  app = await createApp({ door: 'cli', dataPath: folder, home: folder, answerPrompt: () => Promise.resolve({ secret: answers.shift() ?? null }) })
})
afterAll(async () => {
  await app.close()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a secret that was mistyped is given anew within the run, and neither the wrong nor the right one is kept anywhere', async () => {
  const call = async (name: string, input: unknown): Promise<Record<string, string>> => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }
  const { runbookId } = await call('import-runbook', { name: 'shop.md', text: runbookText((server.address() as AddressInfo).port) })
  const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
  const send = (command: object) => call('send-command', { runId, command })
  const step = () => app.engine.state(runId).steps['login']
  const ended = (attempt: number) => until(() => step()?.attempt === attempt && step()?.status !== 'running', `attempt ${attempt}`)
  await send({ type: 'start-run' })
  await send({ type: 'decide-gate', gateId: Object.keys(app.engine.state(runId).gates)[0], decision: 'go' })
  await ended(1)
  await send({ type: 'retry-step', stepId: 'login' })
  await ended(2)
  expect([step()?.status, heard, answers]).toEqual(['failed', [WRONG, WRONG], [RIGHT]])
  await send({ type: 'forget-secret', name: 'pin' })
  await send({ type: 'retry-step', stepId: 'login' })
  await ended(3)
  expect([step()?.status, heard, answers]).toEqual(['succeeded', [WRONG, WRONG, RIGHT], []])

  const said = [1, 3].map((attempt) => Buffer.concat([...app.storage.output.readBytes({ runId, stepId: 'login', attempt, host: 'local', stream: 'stdout' })]).toString())
  for (const text of said) expect(text).toContain('you said [secret:ask:pin]')
  expect((await call('make-report', { runId, format: 'md' }))['text']).toContain('is forgotten: its next use asks again')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((name) => statSync(name).isFile())) {
    for (const secret of [WRONG, RIGHT]) expect(readFileSync(file).includes(secret), file).toBe(false)
  }
})

const runbookText = (port: number): string => `# Shop

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Deploy

1. Log in
   \`\`\`http {id=login auth="bearer secret:ask:pin"}
   http://127.0.0.1:${port}/login
   \`\`\`
2. Look at the shop

## Rollback Plan

### Rollback Steps

1. Put it back
`
