import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrowserHost, type BrowserHost } from '#hosts/browser/host.ts'
import { createApp, type App } from '#main/app.ts'
import { hasChromium, launchChromium } from '#support/loopback-chromium.ts'

/** Where to keep what was seen; nothing is kept unless it is set. */
const screens = process.env['HOLDPOINT_SCREENS']

describe.skipIf(!hasChromium())('the question for a secret', { timeout: 60_000 }, () => {
  let folder: string
  let app: App
  let host: BrowserHost
  let browser: Browser

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-e2e-'))
    app = await createApp({ door: 'browser', dataPath: join(folder, 'data'), home: folder })
    host = await startBrowserHost({ dispatcher: app.dispatcher, rendererPath: join(import.meta.dirname, '../../dist/renderer') })
    browser = await launchChromium()
    if (screens) mkdirSync(screens, { recursive: true })
  })
  afterAll(async () => {
    await browser.close()
    await host.close()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(['dark', 'light'] as const)('is answered or declined by keyboard, hides what is typed, and leaves nothing of it on the page (%s)', async (colorScheme) => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme })).newPage()
    await page.goto(host.newLink())
    const ask = () => app.deps.prompts.ask({ kind: 'secret', name: 'shop-token', why: 'the step "Install the release"' }, new AbortController().signal)
    const first = ask()
    const field = page.getByLabel('Secret', { exact: true })
    await field.waitFor()
    expect(await field.getAttribute('type')).toBe('password')
    await page.getByText('Install the release').waitFor()
    expect(await page.getByRole('button', { name: 'Use it' }).isDisabled()).toBe(true)
    await page.keyboard.type('canary-typed')
    if (screens) await page.screenshot({ path: join(screens, `secret-${colorScheme}.png`) })
    await page.keyboard.press('Enter')
    expect(await first).toEqual({ secret: 'canary-typed' })
    await field.waitFor({ state: 'detached' })
    expect(await page.content()).not.toContain('canary-typed')
    const second = ask()
    await field.waitFor()
    expect(await field.inputValue()).toBe('')
    await page.keyboard.press('Escape')
    expect(await second).toEqual({ secret: null })
  })
})
