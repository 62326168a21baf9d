import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSecretMask } from '#domain/secrets/mask.ts'
import { createRecorder, type OutputRow } from '#engine/recorder.ts'
import { createSignal, pump } from '#engine/signal.ts'

const mask = createSecretMask([])
const about = { stepId: 'deploy', attempt: 1, host: 'app1' }

const recorder = (append: (rows: OutputRow[]) => void, onTrouble: (thrown: unknown) => void = () => undefined, onLost: (about: { host: string }, bytes: number) => void = () => undefined) =>
  createRecorder({ runId: 'run', append, now: () => 0, mask: () => mask, wake: createSignal(), onTrouble, onLost })

test('whatever bytes come in whatever pieces, what is stored is exactly those bytes', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('stdout' as const, 'stderr' as const), fc.uint8Array({ maxLength: 40 }), fc.boolean())), (pieces) => {
    const stored: OutputRow[] = []
    const tested = recorder((rows) => stored.push(...rows))
    for (const [stream, bytes, isFlushed] of pieces) {
      tested.write(about, stream, bytes)
      if (isFlushed) tested.flush(about)
    }
    tested.close()
    for (const stream of ['stdout', 'stderr'] as const) {
      const sent = Buffer.concat(pieces.filter((piece) => piece[0] === stream).map((piece) => piece[1]))
      expect(Buffer.concat(stored.filter((row) => row.stream === stream).map((row) => row.bytes))).toEqual(sent)
    }
  }))
})

test('a character that arrives in two pieces is stored in one chunk', () => {
  const stored: OutputRow[] = []
  const tested = recorder((rows) => stored.push(...rows))
  const euro = Buffer.from('€')
  tested.write(about, 'stdout', euro.subarray(0, 2))
  tested.write(about, 'stderr', Buffer.from('between'))
  tested.write(about, 'stdout', euro.subarray(2))
  tested.close()
  expect(stored.map((row) => [row.stream, new TextDecoder().decode(row.bytes)])).toEqual([['stderr', 'between'], ['stdout', '€']])
})

test('output that storage refuses is kept, reported once, and stored later in order', () => {
  const stored: string[] = []
  const told: unknown[] = []
  let isFull = true
  const tested = recorder((rows) => {
    if (isFull) throw new Error('disk full')
    stored.push(...rows.map((row) => Buffer.from(row.bytes).toString()))
  }, (thrown) => told.push(thrown === null ? 'over' : 'trouble'))
  tested.write(about, 'stdout', Buffer.from('one '))
  expect(tested.flush()).toBe(false)
  tested.write(about, 'stdout', Buffer.from('two'))
  expect(tested.flush()).toBe(false)
  isFull = false
  expect(tested.flush()).toBe(true)
  tested.close()
  expect([stored.join(''), told]).toEqual(['one two', ['trouble', 'over']])
})

test('what is more than memory holds is cut for the host that printed it, and said in its output and once it can be recorded', () => {
  const stored: OutputRow[] = []
  const lost: [string, number][] = []
  let isFull = true
  const tested = recorder((rows) => {
    if (isFull) throw new Error('disk full')
    stored.push(...rows)
  }, undefined, ({ host }, bytes) => lost.push([host, bytes]))
  const other = { ...about, host: 'app2' }
  const piece = new Uint8Array(1024 * 1024).fill(0x78)
  for (let n = 0; n < 32; n += 1) tested.write(about, 'stdout', piece)
  for (let n = 0; n < 3; n += 1) tested.write(other, 'stdout', piece)
  tested.write(about, 'stderr', Buffer.from('too late'))
  expect([tested.flush(), lost]).toEqual([false, []])
  isFull = false
  expect(tested.flush()).toBe(true)
  expect(lost).toEqual([['app2', 3 * 1024 * 1024], ['app1', 8]])
  const said = (host: string) => stored.filter((row) => row.host === host && row.stream === 'stderr').map((row) => Buffer.from(row.bytes).toString())
  expect(said('app2')).toEqual(['\n[holdpoint: 3145728 bytes of output could not be stored and were lost here]\n'])
  expect(said('app1')).toEqual(['\n[holdpoint: 8 bytes of output could not be stored and were lost here]\n'])
  expect(stored.filter((row) => row.stream === 'stdout').reduce((sum, row) => sum + row.bytes.byteLength, 0)).toBe(32 * 1024 * 1024)
  tested.flush()
  expect(lost).toHaveLength(2)
  tested.close()
})

test('a pump delivers each item once and in order, whatever the wake-ups', async () => {
  const log: number[] = []
  const wake = createSignal()
  const seen: number[] = []
  const stop = pump<number>({
    after: 2, wake, emit: ({ item }) => seen.push(item),
    read: (after) => log.filter((number) => number > after).slice(0, 3).map((number) => ({ cursor: number, item: number })),
  })
  for (let number = 1; number <= 10; number += 1) {
    log.push(number)
    wake.emit()
    wake.emit()
  }
  while (seen.length < 8) await new Promise((resolve) => setImmediate(resolve))
  stop()
  log.push(11)
  wake.emit()
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
})

test('after its end a recorder leaves storage alone, also when the last of it could not be stored', () => {
  let asked = 0
  const tested = recorder(() => {
    asked += 1
    throw new Error('disk full')
  })
  tested.write(about, 'stdout', Buffer.from('lost'))
  tested.close()
  const before = asked
  expect([tested.flush(), asked]).toEqual([true, before])
})

test('no secret is stored, in whatever pieces it comes, also where another host ends in between', () => {
  const secret = createSecretMask([{ name: 'env:TOKEN', value: 'hunter2hunter2' }])
  const stored: OutputRow[] = []
  const tested = createRecorder({ runId: 'run', append: (rows) => stored.push(...rows), now: () => 0, mask: () => secret, wake: createSignal(), onTrouble: () => undefined, onLost: () => undefined })
  const other = { ...about, host: 'app2' }
  for (const byte of Buffer.from('a hunter2hunter2 b')) {
    tested.write(about, 'stdout', Uint8Array.of(byte))
    tested.write(about, 'stderr', Uint8Array.of(byte))
    tested.write(other, 'stdout', Buffer.from('hunter2'))
    expect(tested.flush(other)).toBe(true)
  }
  tested.flush(about)
  const of = (host: string, stream: string) => Buffer.concat(stored.filter((row) => row.host === host && row.stream === stream).map((row) => row.bytes)).toString()
  expect([of('app1', 'stdout'), of('app1', 'stderr')]).toEqual(['a [secret:env:TOKEN] b', 'a [secret:env:TOKEN] b'])
  // A host that ends with less than the beginning that is hidden has said that much.
  expect(of('app2', 'stdout')).toBe('hunter2'.repeat(18))
})
