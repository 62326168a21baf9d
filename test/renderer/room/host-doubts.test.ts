import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'

describe.skipIf(!hasChromium)('hosts of a step that has not begun', { timeout: 120_000 }, () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  }, 120_000)
  afterAll(() => pages.close())

  test('say with the step that they are not durable or were not reached, and why; and in a line what is next', async () => {
    const { page, complaints } = await pages.open('/?scenario=doubts#/run/run-1')
    await page.getByText('lb-1: not durable. Why is said with the step.').waitFor()
    await page.getByRole('treeitem', { name: /Deploy new version/ }).click()
    const said = page.getByRole('list', { name: 'What is known of the hosts' }).getByRole('listitem')
    expect(await said.allInnerTexts()).toEqual([
      'web-2 not durable: its home folder is not writable. A lost link would leave the outcome unknown.',
      'web-3 not reached: web-3 at 10.20.0.13:22 refused the connection.',
    ])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('say nothing where all is well, and nothing in a rehearsal', async () => {
    for (const scenario of ['gate', 'preparation']) {
      const { page } = await pages.open(`/?scenario=${scenario}#/run/run-1`)
      await page.getByRole('treeitem', { name: /Deploy new version/ }).click()
      await page.getByRole('heading', { name: 'Deploy new version' }).waitFor()
      expect(await page.getByText(/not durable|not reached/).count()).toBe(0)
      await page.close()
    }
  })
})
