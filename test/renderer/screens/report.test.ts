import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'

describe.skipIf(!hasChromium)('the report', () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  test('is read by keys as soon as it is there, and says in which zone its times are', async () => {
    const { page, complaints } = await pages.open('/?scenario=ended#/report/run-1')
    await page.getByRole('heading', { name: 'Steps, planned and actual' }).waitFor()
    await page.getByText('times in Europe/Berlin').waitFor()
    const top = (): Promise<number> => page.getByRole('region', { name: 'Report' }).evaluate((screen) => screen.scrollTop)
    expect(await top()).toBe(0)
    await page.keyboard.press('End')
    await expect.poll(top).toBeGreaterThan(500)
    await page.keyboard.press('Escape')
    await page.getByRole('tree').waitFor()
    expect(complaints).toEqual([])
  })
})
