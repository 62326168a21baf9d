import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { createClient, type Client } from '#preload/client.ts'
import type { CallInput, OutputBatch, OutputWindow } from '#preload/contract.ts'
import { doors, type OpenBridge } from '#support/doors.ts'
import { until } from '#support/fake-world.ts'

describe.each(Object.keys(doors) as (keyof typeof doors)[])('output of any length over the %s door', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-output-'))
  const LINES = 200_000
  let app: App
  let door: OpenBridge
  let client: Client
  let runId = ''

  beforeAll(async () => {
    app = await createApp({ door: name, dataPath: folder, home: folder })
    door = await doors[name](app.dispatcher)
    client = createClient(door.bridge)
    const [example] = app.storage.runbooks.list()
    runId = app.storage.runs.create({ id: 'run-output', runbookId: example?.id ?? '', revision: 1, mode: 'live', title: 'Output', operator: 'dana', at: 1 }).id
    say(0, LINES)
  })
  afterAll(async () => {
    await door.close()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function say(from: number, to: number): void {
    for (let line = from; line < to; line += 1000) {
      const text = Array.from({ length: Math.min(1000, to - line) }, (_, index) => `line ${line + index}\n`).join('')
      app.storage.output.append({ runId, stepId: 'deploy', attempt: 1, host: 'app1', stream: 'stdout', at: 1, bytes: Buffer.from(text) })
    }
    app.engine.runsChanged.emit()
  }
  const read = async (input: Partial<CallInput<'read-output'>>): Promise<OutputWindow> => {
    const reply = await client.call('read-output', { runId, stepId: 'deploy', ...input })
    if (!reply.ok) throw new Error(reply.problem.message)
    return reply.value
  }
  const textOf = ({ chunks }: { chunks: { text: string }[] }): string => chunks.map(({ text }) => text).join('')

  test('a window holds about as much as was asked for, wherever it is', async () => {
    const start = await read({ at: 'start', maxBytes: 50_000 })
    expect(start).toMatchObject({ before: false, after: true, bytes: app.storage.output.size({ runId, stepId: 'deploy', host: null }) })
    expect(textOf(start)).toMatch(/^line 0\nline 1\n/)
    const end = await read({ at: 'end', maxBytes: 50_000 })
    expect(end).toMatchObject({ before: true, after: false })
    expect(textOf(end)).toMatch(new RegExp(`\nline ${LINES - 1}\n$`))
    const middle = await read({ at: end.chunks[0]?.seq ?? 0, maxBytes: 50_000 })
    expect(middle).toMatchObject({ before: true, after: true })
    for (const window of [start, end, middle]) expect(textOf(window).length).toBeLessThan(80_000)
  })

  test('windows laid side by side are the whole output, without a gap or a repeat', async () => {
    let text = ''
    let window = await read({ at: 'start' })
    for (text = textOf(window); window.after;) {
      const last = window.chunks.at(-1)?.seq ?? 0
      window = await read({ at: last })
      text += textOf({ chunks: window.chunks.filter(({ seq }) => seq > last) })
    }
    expect(text === Array.from({ length: LINES }, (_, line) => `line ${line}\n`).join('')).toBe(true)
  })

  test('whoever begins to follow late gets the newest in one bounded batch, and then what comes', async () => {
    const batches: OutputBatch[] = []
    const stop = client.follow('output', { runId, stepId: 'deploy', after: 0 }, (batch) => batches.push(batch), () => undefined)
    await until(() => batches.length === 1)
    expect(batches[0]).toMatchObject({ skipped: true })
    expect(textOf(batches[0] ?? { chunks: [] }).length).toBeLessThan(200_000)
    say(LINES, LINES + 5)
    await until(() => batches.length === 2)
    expect(batches[1]).toMatchObject({ skipped: false, chunks: [{ text: 'line 200000\nline 200001\nline 200002\nline 200003\nline 200004\n', goesOn: false }] })
    stop()
  })

  test('a window of more than half a mebibyte is refused', async () => {
    expect(await client.call('read-output', { runId, stepId: 'deploy', maxBytes: 512 * 1024 + 1 })).toMatchObject({ ok: false, problem: { code: 'input-refused' } })
  })
})
