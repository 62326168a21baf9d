import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { RunSummary } from '#preload/contract.ts'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'

declare const fake: FakeBridge

const base = Date.UTC(2026, 10, 23, 18, 2)
const run = (number: number, change: Partial<RunSummary> = {}): RunSummary => ({
  id: `${String(number).padStart(8, '0')}-d488-47a8-b078-e40b31cb2d58`, runbookId: 'shop', title: 'Checkout 4.2', mode: 'rehearsal', status: 'ended-rolled-back',
  createdAt: base, finishedAt: base + 505_000 + number * 1000, monitoringEndsAt: null, operator: 'mira', ...change,
})

describe.skipIf(!hasChromium)('the recent runs of the library', () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  const withRuns = async (runs: RunSummary[]): Promise<Page> => {
    const { page } = await pages.open()
    await page.getByRole('heading', { name: 'Recent runs' }).waitFor()
    await page.evaluate((those) => {
      fake.answer('list-runs', () => those)
      fake.emit('library', { changed: 'runs' })
    }, runs)
    await page.getByText('run 00000001').waitFor()
    return page
  }
  const rows = (page: Page) => page.getByRole('region', { name: 'Recent runs' }).getByRole('listitem')

  test('are told apart by when they began, how they ended, how long they took and what they are called', async () => {
    const page = await withRuns([run(1), run(2, { mode: 'live', status: 'ended-succeeded', createdAt: base + 60_000 }), run(3, { status: 'running', finishedAt: null }), run(4, { mode: 'live', status: 'monitoring', finishedAt: null, monitoringEndsAt: base + 86_400_000 })])
    const texts = (await rows(page).allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))
    expect(texts[0]).toMatch(/Rolled back REHEARSAL Checkout 4.2 as of 23 Nov \d\d:02 8 min 26 s mira run 00000001/)
    expect(texts[1]).toMatch(/Succeeded LIVE Checkout 4.2 23 Nov \d\d:03 7 min 27 s mira run 00000002/)
    expect(texts[2]).toMatch(/Running .* not ended/)
    expect(texts[3]).toMatch(/Monitoring LIVE .* until 24 Nov \d\d:02/)
    expect(texts.join()).not.toContain('just now')
    await page.getByText(/^times in /).waitFor()
    const heights = await rows(page).evaluateAll((items) => items.map((item) => item.getBoundingClientRect().height))
    // A line above all but the first, and no second line of words.
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(1.5)
  })

  test('a new runbook is made from the template by key and opened to be filled in', async () => {
    const { page } = await pages.open()
    await page.getByRole('button', { name: 'New' }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'The runbook\'s text' }).waitFor()
    expect(await page.evaluate(() => [location.hash, fake.calls.filter(({ name }) => name === 'new-runbook').length])).toEqual(['#/runbook/deployment-task', 1])
  })

  test('are the twelve newest until all are asked for, by key or by button', async () => {
    const page = await withRuns(Array.from({ length: 30 }, (_, index) => run(index + 1)))
    expect(await rows(page).count()).toBe(12)
    await page.getByRole('button', { name: 'Show all 30' }).press('Enter')
    expect(await rows(page).count()).toBe(30)
    await page.getByRole('button', { name: 'Show the newest 12' }).click()
    expect(await rows(page).count()).toBe(12)
    await page.keyboard.press('a')
    expect(await rows(page).count()).toBe(30)
  })

  test('are reached and walked through by key', async () => {
    const page = await withRuns(Array.from({ length: 3 }, (_, index) => run(index + 1)))
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'))
    await page.keyboard.press('u')
    expect(await focused()).toContain('00000001')
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toContain('00000002')
    await page.keyboard.press('ArrowUp')
    expect(await focused()).toContain('00000001')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/run\/00000001/)
  })

  test('fit their column at every width', async () => {
    const page = await withRuns([run(1, { title: 'A release with a name that is longer than any column is wide, and then some more words' }), run(2, { mode: 'live', status: 'rolling-back' })])
    for (const width of [720, 1100, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      expect(await page.evaluate(() => [...document.querySelectorAll('[data-run]')].filter((row) => row.scrollWidth > row.clientWidth).length)).toBe(0)
    }
  })
})
