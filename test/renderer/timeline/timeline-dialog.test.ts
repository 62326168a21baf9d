import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'

describe.skipIf(!hasChromium)('the timeline, by keyboard alone', () => {
  let pages: DevPages
  let page: Page
  let complaints: string[]
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  const open = async (scenario: string): Promise<void> => {
    ({ page, complaints } = await pages.open(`/?scenario=${scenario}#/run/run-1`))
    await page.getByRole('tree').waitFor()
    await page.keyboard.press('l')
    await page.getByRole('listbox').waitFor()
  }
  const chosen = () => page.getByRole('listbox').getByRole('option', { selected: true })

  test('a run that goes on with another says and draws what was planned first', async () => {
    await open('gone-on')
    expect(await chosen().getAttribute('aria-label')).toMatch(/planned (\d\d:\d\d)–(\d\d:\d\d), planned first (?!\1)\d\d:\d\d–(?!\2)\d\d:\d\d/)
    await page.getByText('planned first', { exact: true }).waitFor()
    expect(complaints).toEqual([])
  })

  test('the arrows move, the row is said in words, and Enter opens it in the room', async () => {
    await open('running')
    expect(await chosen().getAttribute('aria-label')).toMatch(/^Deploy new version: running, planned .*actual .*on the critical path$/)
    await page.keyboard.press('ArrowDown')
    expect(await chosen().getAttribute('aria-label')).toMatch(/^Start application services: not begun, planned \d/)
    await page.keyboard.press('+')
    await page.keyboard.press('Enter')
    await page.getByRole('listbox').waitFor({ state: 'detached' })
    await page.locator('[role=treeitem][aria-selected=true]').getByText('Start application services').waitFor()
    expect(complaints).toEqual([])
  })

  test('of 500 steps only those in sight are drawn, and End goes to the last', async () => {
    await open('long')
    expect(await page.getByRole('listbox').getAttribute('aria-label')).toBe('Timeline, 510 rows')
    expect(await page.getByRole('listbox').getByRole('option').count()).toBeLessThan(60)
    await page.keyboard.press('End')
    await chosen().getByText('Step 500', { exact: true }).waitFor()
    expect(complaints).toEqual([])
  })
})
