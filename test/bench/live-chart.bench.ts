import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, preview } from 'vite'
import type { Page } from 'playwright-core'
import { hasChromium, launchChromium } from '#support/loopback-chromium.ts'
import type { LiveChartBench } from './live-chart/main.tsx'

/** One second's update of a live tile with a day of readings behind it, against recharts given all readings as they are. */
const SAMPLES = 86_400
const ROUNDS = 40
const NAIVE_ROUNDS = 8

declare const bench: LiveChartBench

if (!hasChromium()) process.exit(1)
const outDir = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
const root = join(import.meta.dirname, 'live-chart')
await build({ configFile: false, root, base: './', plugins: [react()], logLevel: 'error', build: { outDir, emptyOutDir: true } })
const server = await preview({ configFile: false, root, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
const browser = await launchChromium()
try {
  const page = await browser.newPage({ viewport: { width: 360, height: 400 } })
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  const tile = await measured(page, 'tile', SAMPLES, ROUNDS)
  const naive = await measured(page, 'naive', SAMPLES, NAIVE_ROUNDS)
  console.log(
    `live chart update, ${SAMPLES} samples behind a tile of 120 columns: ${(middle(tile) / middle(naive)).toFixed(3)}x recharts given them all `
    + `(p50 ${middle(tile).toFixed(1)} against ${middle(naive).toFixed(1)} ms, p95 of the tile ${high(tile).toFixed(1)} ms; n=${ROUNDS} against ${NAIVE_ROUNDS})`,
  )
} finally {
  await browser.close()
  await server.close()
  rmSync(outDir, { recursive: true })
}

/** The first five are the engine warming up and are left out. */
async function measured(page: Page, which: 'tile' | 'naive', samples: number, rounds: number): Promise<number[]> {
  await page.evaluate(([one, count]) => bench.show(one, count), [which, samples] as const)
  const times: number[] = []
  for (let round = 0; round < rounds + 5; round += 1) times.push(await page.evaluate(() => bench.update()))
  return times.slice(5)
}

function middle(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
}

function high(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.95)] ?? 0
}
