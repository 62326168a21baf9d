import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openDevPages, type DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'

declare const fake: FakeBridge

describe.skipIf(!hasChromium)('what hosts still keep of commands', () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  test('is shown from the palette, and only what can go is removed', async () => {
    const { page, complaints } = await pages.open('/?scenario=failed#/run/run-1')
    await page.getByRole('tree').waitFor()
    await page.evaluate(() => {
      const job = { ageMs: 7_500_000, bytes: 2048, runId: 'run-1', onlyThere: 0 }
      let left = [
        { ...job, id: 'rrun-1-sdeploy-a1-web-1-kqzmwpae', state: 'done' as const, kept: '' },
        { ...job, id: 'rrun-1-sdeploy-a2-web-1-aabbccdd', state: 'running' as const, kept: 'It is still alive, or may be.', onlyThere: 512 },
      ]
      fake.answer('list-leftovers', () => [
        { host: 'web-1', jobs: left, problem: null },
        { host: 'web-2', jobs: [], problem: null },
        { host: 'web-3', jobs: [], problem: { code: 'ssh-timeout', message: 'web-3 did not answer in time.', hint: 'Check the network.' } },
      ])
      fake.answer('remove-leftovers', ({ jobs }) => {
        left = left.filter(({ id }) => !jobs.includes(id))
        return { removed: jobs, kept: [] }
      })
    })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('still keep of commands')
    await page.keyboard.press('Enter')
    await page.getByText('web-3 did not answer in time.').waitFor()
    await page.getByText('It is still alive, or may be.').waitFor()
    await page.getByRole('button', { name: 'Remove the one that is over' }).click()
    await page.getByText('rrun-1-sdeploy-a1-web-1-kqzmwpae').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => fake.calls.filter((call) => call.name === 'remove-leftovers').map((call) => call.input))).toEqual([{ runId: 'run-1', host: 'web-1', jobs: ['rrun-1-sdeploy-a1-web-1-kqzmwpae'] }])
    expect(await page.getByRole('button', { name: 'Nothing to remove' }).isDisabled()).toBe(true)
    await page.getByText('rrun-1-sdeploy-a2-web-1-aabbccdd').waitFor()
    expect(complaints).toEqual([])
  })
})
