import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openDevPages, type DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'

declare const fake: FakeBridge

describe.skipIf(!hasChromium)('a run that is led on another machine', () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  test('is only shown, until it is taken over from the keyboard, for a reason', async () => {
    const { page, complaints } = await pages.open('/?scenario=elsewhere#/run/run-1')
    await page.getByRole('heading', { name: 'jonas-laptop leads this run' }).waitFor()
    expect(await page.getByRole('button', { name: /^Roll back/ }).isDisabled()).toBe(true)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('take the run over')
    await page.keyboard.press('Enter')
    await page.getByText('Hosts are told to refuse what jonas-laptop sends').waitFor()
    await page.keyboard.type('his laptop is in the rain')
    await page.keyboard.press('Enter')
    await page.getByText('Paused by jonas').waitFor()
    expect(await page.evaluate(() => fake.calls.filter((call) => call.name === 'send-command').map((call) => (call.input as { command: unknown }).command)))
      .toEqual([{ type: 'take-over', reason: 'his laptop is in the rain' }])
    expect(complaints).toEqual([])
  })

  test('is handed over from the palette: what that means is said before, and what to do there afterwards', async () => {
    const { page, complaints } = await pages.open('/?scenario=failed#/run/run-1')
    await page.evaluate(() => fake.answer('hand-over', ({ folder }) => ({ folder, copy: `${folder}/holdpoint.db` })))
    // Narrower, it gives way to the clocks and is in the palette alone.
    await page.setViewportSize({ width: 1600, height: 900 })
    await page.getByRole('button', { name: 'Hand over…' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('hand the run over')
    await page.keyboard.press('Enter')
    const meaning = page.getByLabel('What this means')
    await meaning.getByText('leads the run until somebody takes it over').waitFor()
    await page.keyboard.type('/media/stick')
    await page.keyboard.press('Enter')
    await page.getByText('HOLDPOINT_HOME=/media/stick npx holdpoint open').waitFor()
    expect(await page.evaluate(() => fake.calls.filter((call) => call.name === 'hand-over').map((call) => call.input))).toEqual([{ runId: 'run-1', folder: '/media/stick', pause: true }])
    await page.keyboard.press('Escape')
    await page.getByText('The copy is complete').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('names the hosts that could not be told, and the work that the record does not know', async () => {
    const { page } = await pages.open('/?scenario=taken-over#/run/run-1')
    const told = page.getByLabel('Takeover')
    await told.getByText(/web-3 could not be told/).waitFor()
    await told.getByText('rrun-1-sstart-a1-web-2-kqzmwpae').waitFor()
    await told.getByRole('button', { name: 'Tell them again…' }).click()
    await page.getByText('Take this run over?').waitFor()
  })
})
