import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { createClient, type Client } from '#preload/client.ts'
import type { CallInput, FeedInput, OutputBatch, OutputWindow, SearchBatch } from '#preload/contract.ts'
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
    const reply = await client.call('create-run', { runbookId: example?.id ?? '', mode: 'rehearsal', automatic: false })
    if (reply.ok) runId = reply.value.runId
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
    app.engine.live(runId)?.output.emit()
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

  const search = async (input: Partial<FeedInput<'search'>> & { text: string }): Promise<SearchBatch> => {
    const batches: SearchBatch[] = []
    const stop = client.follow('search', { runId, after: 0, ...input }, (batch) => batches.push(batch), () => undefined)
    await until(() => batches.at(-1)?.done === true)
    stop()
    const last = batches.at(-1)
    return { hits: batches.flatMap(({ hits }) => hits), read: last?.read ?? 0, bytes: last?.bytes ?? 0, done: true, more: last?.more ?? false }
  }

  test('a search finds lines by their number and place, over packed chunks and their edges, and opens there', async () => {
    const pieces = ['first\nthe disk is fu', 'll on \u001b[1mapp2\u001b[0m\n', 'DISK IS FULL\n']
    for (const text of pieces) app.storage.output.append({ runId, stepId: 'check', attempt: 1, host: 'app2', stream: 'stderr', at: 1, bytes: Buffer.from(text) })
    const { hits, read: looked, bytes } = await search({ text: 'disk is full' })
    expect(hits.map(({ stepId, host, stream, line, text }) => [stepId, host, stream, line, text])).toEqual([['check', 'app2', 'stderr', 2, 'the disk is full on app2'], ['check', 'app2', 'stderr', 3, 'DISK IS FULL']])
    expect([looked, bytes]).toEqual([app.storage.output.size({ runId, stepId: 'deploy', host: null }) + pieces.join('').length, looked])
    const window = await read({ stepId: 'check', at: hits[0]?.seq ?? 0 })
    expect(window.chunks.find(({ seq }) => seq === hits[0]?.seq)?.text.split('\n')[hits[0]?.breaks ?? 0]).toBe('the disk is fu')
    const deep = await search({ text: 'line 123456' })
    expect(deep.hits).toMatchObject([{ line: 123_457, start: 0, length: 11 }])
    expect(await search({ text: 'disk is full', host: 'app1' })).toMatchObject({ hits: [] })
    expect(await search({ text: 'disk is full', stepId: 'deploy' })).toMatchObject({ hits: [] })
  })

  test('a search stops at a thousand hits and says so; begun again after some it leaves those out', async () => {
    const all = await search({ text: 'line' })
    expect([all.hits.length, all.more]).toEqual([1000, true])
    const rest = await search({ text: 'line', after: 990 })
    expect(rest.hits).toEqual(all.hits.slice(990))
  })

  test('a search that is stopped does no more work', async () => {
    const { storage } = app.deps
    const pages = vi.spyOn(storage.output, 'page')
    let batches = 0
    const stop = client.follow('search', { runId, text: 'not there', after: 0 }, () => { batches += 1 }, () => undefined)
    await until(() => pages.mock.calls.length > 0)
    stop()
    await read({ at: 'start', maxBytes: 1 })
    const [asked, told] = [pages.mock.calls.length, batches]
    await read({ at: 'start', maxBytes: 1 })
    expect([pages.mock.calls.length, batches]).toEqual([asked, told])
    pages.mockRestore()
  })

  test('a window of more than half a mebibyte is refused', async () => {
    expect(await client.call('read-output', { runId, stepId: 'deploy', maxBytes: 512 * 1024 + 1 })).toMatchObject({ ok: false, problem: { code: 'input-refused' } })
  })
})
