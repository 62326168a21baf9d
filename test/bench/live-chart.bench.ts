import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, preview } from 'vite'
import type { Page } from 'playwright-core'
import { hasChromium, launchChromium } from '#support/loopback-chromium.ts'
import { openStorage } from '#storage/storage.ts'
import type { Bucket } from '#preload/contract.ts'
import type { LiveChartBench } from './live-chart/main.tsx'
import { median, timed } from './measure.ts'

/** One second's update of a live tile with a day of readings behind it, and opening six such series, against recharts given all readings as they are and against uPlot. */
const SAMPLES = 86_400
const ROUNDS = 40
const NAIVE_ROUNDS = 8
const OPEN_ROUNDS = 9
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
  const tile = await measured(page, 'tile', SAMPLES, ROUNDS)
  const naive = await measured(page, 'naive', SAMPLES, NAIVE_ROUNDS)
  const canvas = await measured(page, 'uplot', SAMPLES, ROUNDS)
  console.log(
    `live chart update, ${SAMPLES} samples behind a tile of 120 columns: ${(median(naive) / median(tile)).toFixed(0)}x less than recharts given them all, ${(median(tile) / median(canvas)).toFixed(1)}x uPlot with the same columns `
    + `(p50 ${median(tile).toFixed(1)}, ${median(naive).toFixed(0)} and ${median(canvas).toFixed(1)} ms; p95 of the tile ${high(tile).toFixed(1)} ms, goal 16; n=${ROUNDS}, ${NAIVE_ROUNDS} and ${ROUNDS})`,
  )
  await opening(page)
} finally {
  await browser.close()
  await server.close()
  rmSync(outDir, { recursive: true })
}

/** The first five are the engine warming up and are left out. */
async function measured(page: Page, which: 'tile' | 'naive' | 'uplot', samples: number, rounds: number): Promise<number[]> {
  await page.evaluate(([one, count]) => bench.show(one, count), [which, samples] as const)
  const times: number[] = []
  for (let round = 0; round < rounds + 5; round += 1) times.push(await page.evaluate(() => bench.update()))
  return times.slice(5)
}

/** A day of readings every second, six series at once: main's columns out of SQLite, and drawing them. */
async function opening(page: Page): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
  const storage = openStorage(folder)
  try {
    storage.runbooks.create({ id: 'b', name: 'b', text: '', example: false, at: 0 })
    storage.runs.create({ id: 'r', runbookId: 'b', revision: 1, mode: 'live', title: '', operator: '', at: 0 })
    const metrics = Array.from({ length: SERIES }, (_, index) => `metric ${index}`)
    for (const metric of metrics) storage.samples.append('r', metric, Array.from({ length: SAMPLES }, (_, second) => ({ at: second * 1000, value: 1.2 + Math.sin(second / 90) + Math.sin(second / 7) / 4 })))
    const to = (SAMPLES - 1) * 1000
    const read = (): Bucket[] => metrics.map((metric) => storage.samples.buckets('r', metric, 0, to, COLUMNS))[0] ?? []
    const columns = read()
    const [reading, ours, naive, canvas]: number[][] = [[], [], [], []]
    // In turns, so that whatever else the machine does falls on all.
    for (let round = 0; round <= OPEN_ROUNDS; round += 1) {
      const draw = (which: 'ours' | 'naive' | 'uplot'): Promise<number> => page.evaluate(([one, charts, all, samples]) => bench.open(one, charts, all, samples), [which, SERIES, columns, SAMPLES] as const)
      const [sql, mine, limit] = [await timed(read), await draw('ours'), await draw('uplot')]
      const theirs = round < 3 ? await draw('naive') : null
      if (round === 0) continue
      reading?.push(sql)
      ours?.push(mine)
      canvas?.push(limit)
      if (theirs !== null) naive?.push(theirs)
    }
    const [sql, mine, theirs, limit] = [median(reading ?? []), median(ours ?? []), median(naive ?? []), median(canvas ?? [])]
    console.log(
      `opening ${SERIES} series of ${SAMPLES} samples: ${(theirs / (sql + mine)).toFixed(0)}x less than recharts given them all, ${((sql + mine) / limit).toFixed(1)}x uPlot given them all `
      + `(${sql.toFixed(0)} ms in SQLite and ${mine.toFixed(0)} ms to draw, goal 200 together; ${theirs.toFixed(0)} and ${limit.toFixed(0)} ms; n=${OPEN_ROUNDS}, 2 and ${OPEN_ROUNDS})`,
    )
  } finally {
    storage.close()
    rmSync(folder, { recursive: true })
  }
}

function high(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.95)] ?? 0
}
