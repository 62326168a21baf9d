import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startBrowserHost } from '#hosts/browser/host.ts'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'
import { liveRunbook } from '#support/live-runbook.ts'
import { hasChromium, launchChromium } from '#support/loopback-chromium.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd } from '#support/sshd.ts'
import { pause } from './measure.ts'

/** It is stopped when enough keys were pressed. */
const SECONDS = 600
/** More than the 100,000 that are asked for: the shell that prints them sleeps a little longer than it is told to. */
const LINES_A_SECOND = 125_000
const PRESSES = 120
/** What the browser tells nothing of took less. */
const SHORTEST_TOLD_MS = 16

/**
 * A live run over a real sshd whose step prints 100,000 lines a second and more, watched in the real room in Chromium: how long
 * from a key press to the next paint, and the memory of the program, which here has the browser's driver in it as well.
 */
async function main(): Promise<void> {
  if (sshdMissing || !hasChromium()) return console.log('flood  not measured: sshd or Chromium is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
  const home = join(folder, 'home')
  const lines = join('/var/tmp', `holdpoint-flood-${process.pid}.log`)
  const sshd = await startSshd()
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  writeFileSync(join(home, '.ssh', 'config'), configFor(sshd, 'app1') + configFor(sshd, 'app2'), { mode: 0o600 })
  const text = Array.from({ length: LINES_A_SECOND / 10 }, (_, index) => `2026-11-25T22:00:00Z INFO [worker-${index % 16}] path=/api/v1/orders/${index * 7919 % 100_000} status=200\n`).join('')
  writeFileSync(lines, text, { mode: 0o644 })
  const app = await createApp({ door: 'browser', dataPath: join(folder, 'data'), home, answerPrompt: () => Promise.resolve({ accept: true }) })
  const host = await startBrowserHost({ dispatcher: app.dispatcher, rendererPath: join(import.meta.dirname, '../../dist/renderer') })
  const browser = await launchChromium()
  try {
    const script = `i=0; while [ $i -lt ${SECONDS * 10} ]; do cat ${lines}; sleep 0.1; i=$((i + 1)); done`
    const runId = await begin(app, liveRunbook({ checkUrl: 'http://127.0.0.1:9', marker: '/nowhere', firstCommand: script }).replace('hosts=app timeout=60s', 'hosts=app1 timeout=20m'))
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(host.url)
    await page.evaluate((id) => { location.hash = `#/run/${id}` }, runId)
    const size = (): number => app.storage.output.size({ runId, stepId: 'deploy', host: null })
    await page.getByRole('log').waitFor({ timeout: 120_000 })
    await until(() => size() > 1_000_000, 'output to come')
    const [began, sizeThen] = [performance.now(), size()]
    const flooded = await pressKeys(page)
    const rate = (size() - sizeThen) / (performance.now() - began) * 1000
    const memory = process.resourceUsage().maxRSS / 1024
    await app.dispatcher.call('send-command', { runId, command: { type: 'abort', reason: 'measured' } })
    await until(() => app.engine.state(runId).steps['deploy']?.status !== 'running', 'the end of the flood')
    const quiet = await pressKeys(page)
    const at = (all: number[], share: number): number => all[Math.min(Math.floor(all.length * share), all.length - 1)] ?? Number.NaN
    console.log(`flood: ${(rate / 1e6).toFixed(1)} MB/s, ${Math.round(rate / (text.length / LINES_A_SECOND * 10) / 1000)},000 lines a second, into storage while they are watched`)
    console.log(`flood: key press to paint   p95 ${at(flooded, 0.95)} ms, median ${at(flooded, 0.5)} ms and the longest ${at(flooded, 1)} ms (goal 100 ms; n=${PRESSES}); p95 ${(at(flooded, 0.95) / at(quiet, 0.95)).toFixed(2)}x and the longest ${(at(flooded, 1) / at(quiet, 1)).toFixed(2)}x of that without a flood`)
    console.log(`flood: memory of the program   ${memory.toFixed(0)} MB at most (goal 400 MB)`)
  } finally {
    await browser.close()
    await host.close()
    await app.close()
    await sshd.stop()
    rmSync(lines, { force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds from each key press to the next paint, shortest first. */
async function pressKeys(page: Page): Promise<number[]> {
  await page.evaluate((shortest) => {
    const told: number[] = []
    Object.assign(window, { told })
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.name === 'keydown') told.push(entry.duration) }).observe({ type: 'event', durationThreshold: shortest } as PerformanceObserverInit)
  }, SHORTEST_TOLD_MS)
  for (let pressed = 0; pressed < PRESSES; pressed += 1) {
    await page.keyboard.press(pressed % 20 === 19 ? 'g' : pressed % 8 < 4 ? 'j' : 'k')
    await pause(80)
  }
  const told = await page.evaluate(() => (window as unknown as { told: number[] }).told)
  return [...told, ...Array.from({ length: Math.max(PRESSES - told.length, 0) }, () => SHORTEST_TOLD_MS)].toSorted((one, other) => one - other)
}

async function begin(app: App, text: string): Promise<string> {
  const call = async (name: string, input: unknown): Promise<Record<string, string>> => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }
  const { runbookId } = await call('import-runbook', { name: 'live.md', text })
  const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
  const { checklists, phases } = app.engine.state(runId).runbook
  await call('send-command', { runId, command: { type: 'start-run' } })
  await call('send-command', { runId, command: { type: 'tick', id: checklists[0]?.items[0]?.id } })
  await call('send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${phases[0]?.id}`, decision: 'go' } })
  return runId
}

await main()
