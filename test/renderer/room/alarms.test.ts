import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'
import type { ScenarioName } from '#support/room-scenarios.ts'

declare const fake: FakeBridge
const commandsOf = (page: Page): Promise<unknown[]> =>
  page.evaluate(() => fake.calls.filter((call) => call.name === 'send-command').map((call) => (call.input as { command: unknown }).command))

describe.skipIf(!hasChromium)('what the room asks when it is not healthy', () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())
  const open = async (scenario: ScenarioName) => {
    const opened = await pages.open(`/?scenario=${scenario}#/run/run-1`)
    await opened.page.getByRole('tree').waitFor()
    return opened
  }

  test('w holds and watches: the countdown to the rollback is gone, and the trigger is still there', async () => {
    const { page, complaints } = await open('countdown')
    await page.getByRole('timer').getByText(/Rolling back by itself in 0:/).waitFor()
    await page.keyboard.press('w')
    await page.keyboard.type('the bank is asked')
    await page.keyboard.press('Enter')
    await page.getByText('Held by mira: a rollback trigger has fired').waitFor()
    expect(await page.getByRole('timer').count()).toBe(0)
    expect(await commandsOf(page)).toMatchObject([{ type: 'watch-breach', note: 'the bank is asked' }])
    expect(complaints).toEqual([])
  })

  test('the evidence of a breach says what was asked and who was in control when it was recorded, by key', async () => {
    const { page, complaints } = await open('countdown')
    await page.getByText('As it was recorded then').press('Enter')
    await page.getByText(/^Asked: .*shop_errors_ratio at http:\/\/prometheus/).waitFor()
    await page.getByText(/^In control: \w+/).waitFor()
    expect(complaints).toEqual([])
  })

  test('v shows each rule with its limit in numbers, what is asked, and the readings that decided', async () => {
    const { page, complaints } = await open('breach')
    await page.keyboard.press('v')
    const dialog = page.getByRole('dialog', { name: 'How the rules are judged' })
    await dialog.getByRole('heading', { name: /Error rate > 2% for 1m/ }).waitFor()
    expect(await dialog.getByText('> 2 %', { exact: true }).count()).toBe(1)
    expect(await dialog.getByText(/error_rate at http:\/\/prometheus/).count()).toBe(2)
    expect(await dialog.getByText(/ 2.40 % · .* 3.10 %/).count()).toBe(1)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('Enter at the point of no return asks with both numbers before it says go', async () => {
    const { page, complaints } = await open('sign-off')
    await page.getByText('Go or no-go past the point of no return: “Enable maintenance mode”?').waitFor()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Go past the point of no return?' })
    await dialog.getByText(/would pass the point of no return, \d\d:\d\d.*it ends by \d\d:\d\d in nine of ten cases/).waitFor()
    await page.keyboard.type('the bank waits')
    await page.keyboard.press('Enter')
    await page.getByLabel('In progress').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'sign-off-step', stepId: 'maintenance-on', decision: 'go', reason: 'the bank waits' }])
    expect(complaints).toEqual([])
  })
})
