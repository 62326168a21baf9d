import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, preview } from 'vite'
import { hasChromium, launchChromium } from '#support/loopback-chromium.ts'
import { openStorage } from '#storage/storage.ts'
import type { Bucket } from '#preload/contract.ts'
import type { LiveChartBench } from './live-chart/main.tsx'
import { add, createPageClock, noTimes, processTime, type PageClock, type Times } from './live-chart/page-clock.ts'
import { median } from './measure.ts'

/** One second's update of a live tile with a day of readings behind it, and opening six such series, against recharts given all readings as they are and against uPlot. Own time is what the page's thread and SQLite worked, which other work on the machine does not stretch. */
const SAMPLES = 86_400
const ROUNDS = 120
const NAIVE_ROUNDS = 8
const OPEN_ROUNDS = 15
const NAIVE_OPEN_ROUNDS = 3
const SERIES = 6
const COLUMNS = 600

declare const bench: LiveChartBench

if (!hasChromium()) process.exit(1)
const outDir = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
const root = join(import.meta.dirname, 'live-chart')
await build({ configFile: false, root, base: './', plugins: [react()], logLevel: 'error', build: { outDir, emptyOutDir: true } })
const server = await preview({ configFile: false, root, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
const browser = await launchChromium()
try {
  const page = await browser.newPage({ viewport: { width: 720, height: 900 } })
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  const clock = await createPageClock(page)
  const tile = await measured(clock, 'tile', SAMPLES, ROUNDS)
  const naive = await measured(clock, 'naive', SAMPLES, NAIVE_ROUNDS)
  const canvas = await measured(clock, 'uplot', SAMPLES, ROUNDS)
  console.log(
    `live tile, one more reading with ${SAMPLES} behind it: p50 ${ms(tile.wall)}, p95 ${ms(tile.wall, 0.95)} ms, of its own time p50 ${ms(tile.own)}, p95 ${ms(tile.own, 0.95)} ms (goal p95 16; n=${ROUNDS}; ${load()}); `
    + `own time ${ratio(naive, tile)}x less than recharts given every reading (goal 20x; ${ms(naive.own)} ms, n=${NAIVE_ROUNDS}), ${ratio(tile, canvas)}x uPlot with the same columns (${ms(canvas.own)} ms, n=${ROUNDS})`,
  )
  await opening(clock)
} finally {
  await browser.close()
  await server.close()
  rmSync(outDir, { recursive: true })
}

/** The first five are the engine warming up and are left out. */
async function measured({ page, time }: PageClock, which: 'tile' | 'naive' | 'uplot', samples: number, rounds: number): Promise<Times> {
  await page.evaluate(([one, count]) => bench.show(one, count), [which, samples] as const)
  for (let round = 0; round < 5; round += 1) await page.evaluate(() => bench.update())
  return time(rounds, () => page.evaluate(() => bench.update()))
}

/** A day of readings every second, six series at once: main's columns out of SQLite, and drawing them. In turns, so that whatever else the machine does falls on all. */
async function opening({ page, time }: PageClock): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
  const storage = openStorage(folder)
  try {
    storage.runbooks.create({ id: 'b', name: 'b', text: '', example: false, at: 0 })
    storage.runs.create({ id: 'r', runbookId: 'b', revision: 1, mode: 'live', title: '', operator: '', at: 0 })
    const metrics = Array.from({ length: SERIES }, (_, index) => `metric ${index}`)
    for (const metric of metrics) storage.samples.append('r', metric, Array.from({ length: SAMPLES }, (_, second) => ({ at: second * 1000, value: 1.2 + Math.sin(second / 90) + Math.sin(second / 7) / 4 })))
    const read = (): Bucket[] => metrics.map((metric) => storage.samples.buckets('r', metric, 0, (SAMPLES - 1) * 1000, COLUMNS))[0] ?? []
    await page.evaluate(([columns, samples]) => bench.load(columns, samples), [read(), SAMPLES] as const)
    const draw = (which: 'ours' | 'naive' | 'uplot', rounds: number): Promise<Times> => time(rounds, () => page.evaluate(([one, charts]) => bench.open(one, charts), [which, SERIES] as const))
    const [first, rounds] = [await draw('ours', 1), Array.from({ length: OPEN_ROUNDS }, (_, round) => round)]
    const [sql, ours, naive, canvas] = [noTimes(), noTimes(), noTimes(), noTimes()]
    await draw('uplot', 1)
    for (const round of rounds) {
      add(sql, processTime(read))
      add(ours, await draw('ours', 1))
      add(canvas, await draw('uplot', 1))
      if (round < NAIVE_OPEN_ROUNDS) add(naive, await draw('naive', 1))
    }
    const both = { wall: rounds.map((round) => sql.wall[round]! + ours.wall[round]!), own: rounds.map((round) => sql.own[round]! + ours.own[round]!) }
    console.log(
      `opening ${SERIES} series of ${SAMPLES} readings: ${ms(both.wall)} ms, ${ms(sql.wall)} of them in SQLite; of its own time ${ms(both.own)} ms, ${ms(sql.own)} of them in SQLite (goal 200; n=${OPEN_ROUNDS}; ${load()}; the very first drawing ${ms(first.own)}); `
      + `own time ${ratio(naive, both)}x less than recharts given every reading (goal 20x; ${ms(naive.own)} ms, n=${NAIVE_OPEN_ROUNDS}), ${ratio(both, canvas)}x uPlot given every reading (${ms(canvas.own)} ms, n=${OPEN_ROUNDS})`,
    )
  } finally {
    storage.close()
    rmSync(folder, { recursive: true })
  }
}

function ratio(one: Times, other: Times): string {
  const times = median(one.own) / median(other.own)
  return times.toFixed(times < 10 ? 1 : 0)
}

function ms(times: number[], share = 0.5): string {
  return (times.toSorted((one, other) => one - other)[Math.floor(times.length * share)] ?? Number.NaN).toFixed(1)
}

function load(): string {
  return `load ${loadavg()[0]?.toFixed(0)} on ${cpus().length} cores`
}
