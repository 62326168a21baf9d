import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'

declare const fake: FakeBridge

describe.skipIf(!hasChromium)('a rehearsal on real hosts', () => {
  let pages: DevPages
  beforeAll(async () => { pages = await openDevPages() })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  test('is opened by o from the runbook, after saying where the commands will run, and its room says so all the time', async () => {
    const { page, complaints } = await pages.open('/#/runbook/example')
    await page.getByRole('button', { name: 'Rehearse on real hosts…' }).waitFor()
    await page.keyboard.press('o')
    const dialog = page.getByRole('dialog', { name: 'Rehearse on the real hosts of staging?' })
    await dialog.getByText('web-1 → deploy@web-1.staging.example').waitFor()
    await dialog.getByText('WILL RUN on these hosts').waitFor()
    await page.getByRole('button', { name: 'Open the rehearsal’s room' }).click()
    await page.getByText('Commands RUN on the real hosts of “staging”').waitFor()
    expect(await page.evaluate(() => fake.calls.filter((call) => call.name === 'create-run').map((call) => call.input))).toEqual([{ runbookId: 'example', mode: 'rehearsal', inventory: 'staging' }])
    expect(await page.getByRole('button', { name: /Faults/ }).count()).toBe(0)
    expect(await page.getByLabel('Rehearsal speed').count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
