import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders } from './fixture.ts'

const KILLS = 24
const folder = createFolders()

describe('a killed process', () => {
  it(`loses nothing it had acknowledged, ${KILLS} times over`, async () => {
    const seed = Number(process.env.HOLDPOINT_SEED ?? Date.now() % 1_000_000)
    console.log(`kill -9 seed ${seed} (HOLDPOINT_SEED=${seed} repeats it)`)
    const path = folder()
    const first = openStorage(path)
    const runId = addRun(first)
    first.close()
    const random = randomFrom(seed)
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = await appendUntilKilled(path, runId, 1 + Math.floor(random() * 120), Math.floor(random() * 3000))
      const storage = openStorage(path)
      const events = storage.journal.read(runId, 0)
      const chain = storage.journal.verify(runId)
      storage.close()
      expect({ kill, chain, kept: events.length >= acknowledged, whole: events.length % 2 === 0 }).toEqual({ kill, chain: { ok: true, count: events.length }, kept: true, whole: true })
      expect(events.map((stored) => stored.seq)).toEqual(events.map((_, index) => index + 1))
    }
  }, 120_000)
})

/** Lets a child append until it acknowledged `count` times, then kills it `spins` turns later; returns the newest acknowledged. */
async function appendUntilKilled(path: string, runId: string, count: number, spins: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'append-forever.ts'), path, runId], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  let acknowledged = 0
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line)
    lines += 1
    if (lines !== count) continue
    for (let spin = 0; spin < spins * 100; spin += 1) Math.sqrt(spin)
    child.kill('SIGKILL')
  }
  const [code, signal] = await closed as [number | null, string | null]
  expect([code, signal]).toEqual([null, 'SIGKILL'])
  return acknowledged
}

/** mulberry32: small, repeatable. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
