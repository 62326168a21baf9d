import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrowserHost, type BrowserHost } from '#hosts/browser/host.ts'
import { createApp, type App } from '#main/app.ts'
import type { ReportModel } from '#domain/report/model.ts'
import { hasChromium, launchChromium } from '#support/loopback-chromium.ts'

/** Where to keep what was seen; nothing is kept unless it is set. */
const screens = process.env['HOLDPOINT_SCREENS']

describe.skipIf(!hasChromium())('a newcomer rehearses the example by keyboard alone', { timeout: 180_000 }, () => {
  let folder: string
  let app: App
  let host: BrowserHost
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-e2e-'))
    app = await createApp({ door: 'browser', dataPath: join(folder, 'data'), home: folder })
    host = await startBrowserHost({ dispatcher: app.dispatcher, rendererPath: join(import.meta.dirname, '../../dist/renderer') })
    browser = await launchChromium()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', acceptDownloads: true })
    page = await context.newPage()
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => { if (!request.url().startsWith(host.origin) && !request.url().startsWith('data:') && !request.url().startsWith('blob:')) complaints.push(`asked ${request.url()}`) })
    if (screens) mkdirSync(screens, { recursive: true })
  })

  afterAll(async () => {
    await browser.close()
    await host.close()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const shoot = async (name: string) => { if (screens) await page.screenshot({ path: join(screens, `${name}.png`) }) }
  const run = () => app.engine.state(app.storage.runs.list()[0]?.id ?? '')
  const nextTitle = () => page.locator('section[aria-label] h2').first().textContent({ timeout: 10_000 })

  /** Presses what the room names as the key of the next thing to do, until `isThere`. */
  const goOn = async (isThere: () => boolean) => {
    for (let presses = 0; !isThere(); presses += 1) {
      if (presses > 400) throw new Error(`stuck at "${await nextTitle()}"`)
      const panel = page.locator('section[aria-label="Next"], section[aria-label="Needs a decision"], section[aria-label="Outcome unknown"]').first()
      const { version } = run()
      const label = (await panel.count()) > 0 ? ((await panel.getByRole('button').last().textContent({ timeout: 2000 }).catch(() => null)) ?? '') : ''
      const key = /^(Tick|Done)/.test(label) ? 'Space' : label.startsWith('Retry') ? 'r' : /^(Start|Go|Finish|Run)/.test(label) ? 'Enter' : null
      if (key) await page.keyboard.press(key)
      for (let turns = 0; turns < 200 && run().version === version && !isThere(); turns += 1) await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  test('the library shows the example and one obvious button', async () => {
    await page.goto(host.url)
    await page.getByRole('button', { name: /Rehearse/ }).first().waitFor()
    await page.getByText('Checkout 2.14.0').first().waitFor()
    await shoot('library')
    expect(page.url()).not.toContain('token')
  })

  test('one key begins the rehearsal, which says everywhere that it is one', async () => {
    await page.keyboard.press('r')
    await page.waitForURL(/#\/run\//)
    await page.getByText('REHEARSAL').first().waitFor()
    expect(run().mode).toBe('rehearsal')
    await page.getByText('All tests passing on the release branch').first().waitFor()
    await shoot('checklist')
  })

  test('the checklist, the gates and the steps go by with Space, Enter and r, until the scripted breach', async () => {
    await goOn(() => run().breaches.some((breach) => breach.triggerId !== null))
    expect(run().steps['install-release']).toMatchObject({ status: 'succeeded', attempt: 2 })
    await page.getByText(/Error rate > 5% for 1m/).first().waitFor()
    await page.getByText('Needs a decision').first().waitFor()
    await shoot('breach')
  })

  test('Shift+R shows what a rollback will do, asks why, and rolls back', async () => {
    await page.keyboard.press('Shift+R')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Go back to version 2.13.4').first().waitFor()
    await shoot('rollback-dialog')
    await page.keyboard.type('Errors above five percent')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(run().rollback).toMatchObject({ reason: 'Errors above five percent' })
    await goOn(() => run().stage === 'ended')
    expect(run().outcome).toBe('rolled-back')
    await shoot('rolled-back')
  })

  test('the report is opened, downloaded in three forms, and tells what happened', async () => {
    await page.getByRole('button', { name: 'Open report' }).first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/report\//)
    await page.getByText('Errors above five percent').first().waitFor()
    await shoot('report')
    const texts: Record<string, string> = {}
    for (const format of ['Markdown', 'HTML', 'JSON']) {
      const arriving = page.waitForEvent('download')
      await page.getByRole('button', { name: `Download as ${format}` }).click()
      const download = await arriving
      const path = join(folder, download.suggestedFilename())
      await download.saveAs(path)
      texts[format] = readFileSync(path, 'utf8')
    }
    const model = JSON.parse(texts['JSON'] ?? '') as ReportModel
    expect(model).toMatchObject({ format: 'holdpoint-report/1', mode: 'rehearsal', overview: { outcome: 'rolled-back' } })
    expect(model.incidents.map((incident) => incident.rule)).toContain('Error rate > 5% for 1m')
    for (const text of [texts['Markdown'], texts['HTML']]) {
      expect(text).toContain('REHEARSAL')
      expect(text).toContain('Errors above five percent')
    }
    expect(texts['HTML']).not.toMatch(/<script|https?:\/\/(?!shop\.example|vouchers|prometheus)[a-z]+\.[a-z]+\/[^"]*\.(js|css|png)/)
  })

  test('the page asked nothing of anyone else and complained of nothing', () => {
    expect(complaints).toEqual([])
  })
})
