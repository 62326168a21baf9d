import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'
import type { ScenarioName } from '#support/room-scenarios.ts'

declare const fake: FakeBridge

describe.skipIf(!hasChromium)('outputs of many hosts, by keyboard alone', { timeout: 120_000 }, () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  }, 120_000)
  afterEach(() => pages.leave())
  afterAll(() => pages.close())
  const open = async (scenario: ScenarioName): Promise<{ page: Page; complaints: string[] }> => {
    const opened = await pages.open(`/?scenario=${scenario}#/run/run-1`)
    await opened.page.getByRole('tree').waitFor()
    return opened
  }

  test('m shows steps against hosts with state, time and exit; arrows move over it and Enter opens a host\'s output', async () => {
    const { page, complaints } = await open('failed')
    await page.keyboard.press('m')
    await page.getByRole('grid', { name: 'Steps and hosts' }).waitFor()
    const cells = page.getByRole('row', { name: /Deploy new version/ }).getByRole('button')
    const words = await cells.evaluateAll((found) => found.map((cell) => cell.getAttribute('aria-label')))
    expect(words).toEqual([
      expect.stringMatching(/^Deploy new version on web-1: succeeded, \d+:\d\d, exit 0$/),
      expect.stringMatching(/^Deploy new version on web-2: failed, \d+:\d\d, failed with exit code \d+/),
      expect.stringMatching(/^Deploy new version on web-3: failed/),
    ])
    await page.locator('button:focus[aria-label^="Deploy new version on web-1"]').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.locator('button:focus[aria-label^="Deploy new version on web-2"]').waitFor()
    await page.keyboard.press('ArrowUp')
    await page.locator('button:focus[aria-label^="Stop application services on web-2"]').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'web-2', selected: true }).waitFor()
    await expect.poll(() => page.evaluate(() => fake.calls.findLast(({ name }) => name === 'read-output')?.input), { timeout: 20_000 }).toMatchObject({ host: 'web-2' })
    expect(complaints).toEqual([])
  })

  test('/ searches in all output; a hit opens that line of that host, and the hits are still there afterwards', async () => {
    const { page, complaints } = await open('running')
    await page.keyboard.press('/')
    await page.keyboard.type('CACHE IS COLD')
    await page.getByText('6 lines in 6.40 kB of output.').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('log').locator('[aria-current=true]').getByText('artifact cache is cold').waitFor()
    expect(await page.evaluate(() => fake.calls.findLast(({ name }) => name === 'read-output')?.input)).toMatchObject({ stepId: 'deploy', host: 'web-1', at: 34 })
    await page.keyboard.press('Control+f')
    await page.getByText('6 lines in 6.40 kB of output.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('log').waitFor()
    expect(complaints).toEqual([])
  })

  test('two hosts\' outputs are compared, and too long ones are refused in words', async () => {
    const { page, complaints } = await open('running')
    await page.getByRole('tab', { name: 'Compare' }).click()
    await page.getByText('2 lines differ').waitFor()
    await page.getByRole('region', { name: 'Differences' }).getByText('(from cache)').waitFor()
    await page.getByLabel('Right').selectOption('web-3')
    await page.getByText('No line is different').waitFor()
    await page.evaluate(() => fake.answer('read-output', () => ({ chunks: [], bytes: 5_000_000, before: false, after: true })))
    await page.getByRole('button', { name: 'Compare again' }).click()
    await page.getByText('One of the two is longer than a megabyte.').waitFor()
    expect(complaints).toEqual([])
  })
})
