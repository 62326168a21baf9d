import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'

declare const fake: FakeBridge

describe.skipIf(!hasChromium)('a long output in the room', { timeout: 120_000 }, () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  /** A hundred thousand lines in chunks of a hundred; `number` 0 and up. */
  const open = async (): Promise<Page> => {
    const { page } = await pages.open('/?scenario=running#/run/run-1')
    await page.getByRole('log').waitFor()
    await page.evaluate(() => {
      const chunk = (seq: number) => ({ seq, stream: 'stdout' as const, at: 0, host: 'web-1', attempt: 1, goesOn: false, text: Array.from({ length: 100 }, (_, line) => `number ${(seq - 1) * 100 + line}\n`).join('') })
      fake.answer('read-output', ({ at = 'end' }) => {
        const first = Math.min(Math.max(at === 'start' ? 1 : at === 'end' ? 981 : at - 10, 1), 981)
        return { chunks: Array.from({ length: 20 }, (_, index) => chunk(first + index)), bytes: 1_288_890, before: first > 1, after: first < 981 }
      })
    })
    await page.keyboard.press('o')
    return page
  }
  /** The numbers of the lines in sight, top to bottom. */
  const inSight = (page: Page): Promise<number[]> => page.getByRole('log').evaluate((log) => {
    const { top, bottom } = log.getBoundingClientRect()
    return [...log.querySelectorAll('time')].map((time) => time.parentElement!).filter((line) => line.getBoundingClientRect().top >= top && line.getBoundingClientRect().bottom <= bottom)
      .toSorted((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top).map((line) => Number(/number (\d+)/.exec(line.textContent ?? '')?.[1]))
  })
  const isWithoutGap = (numbers: number[]): boolean => numbers.length > 3 && numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1)
  const shown = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000 })
  /** Scrolls by some lines, or to the edge of what is there; the lines in sight then have no gap. Returns the top one. */
  const scroll = async (page: Page, lines: number): Promise<number> => {
    const before = (await inSight(page))[0] ?? 0
    await page.getByRole('log').evaluate((log, by) => { log.scrollTop += by * 18 }, lines)
    await shown(async () => {
      const numbers = await inSight(page)
      return isWithoutGap(numbers) && Math.sign((numbers[0] ?? 0) - before) === Math.sign(lines)
    }).toBe(true)
    return (await inSight(page))[0] ?? 0
  }

  test('End shows its end, Home its start, and the page never holds more than a window', async () => {
    const page = await open()
    await page.keyboard.press('End')
    await shown(async () => (await inSight(page)).at(-1)).toBe(99_999)
    await page.getByRole('button', { name: 'Following' }).waitFor()
    await page.keyboard.press('Home')
    await shown(async () => (await inSight(page))[0]).toBe(0)
    await page.getByText('held; there is more below').waitFor()
    expect(await page.getByRole('log').evaluate((log) => [log.scrollHeight <= 5000 * 18 + 100, log.querySelectorAll('time').length < 200])).toEqual([true, true])
  })

  test('scrolling reads the windows before and after, and the line that is read stays where it is', async () => {
    const page = await open()
    await page.keyboard.press('End')
    await shown(async () => (await inSight(page)).at(-1)).toBe(99_999)
    let top = 99_900
    while (top > 97_500) top = await scroll(page, -700)
    expect(await page.evaluate(() => fake.calls.filter(({ name }) => name === 'read-output').length)).toBeGreaterThan(2)
    while (top < 98_600) top = await scroll(page, 700)
  })

  test('what comes while it is held does not move it; Follow goes to the end again', async () => {
    const page = await open()
    await page.keyboard.press('Home')
    await shown(async () => (await inSight(page))[0]).toBe(0)
    await page.evaluate(() => fake.emit('output', { bytes: 2_000_000, skipped: true, chunks: [{ seq: 1001, stream: 'stdout', at: 0, host: 'web-1', attempt: 1, goesOn: false, text: 'number 100000\n' }] }))
    await page.getByText('2.00 MB').waitFor()
    expect((await inSight(page))[0]).toBe(0)
    await page.getByRole('button', { name: 'Follow', exact: true }).click()
    await shown(async () => (await inSight(page)).at(-1)).toBe(99_999)
    await page.evaluate(() => fake.emit('output', { bytes: 2_000_000, skipped: false, chunks: [{ seq: 1001, stream: 'stdout', at: 0, host: 'web-1', attempt: 1, goesOn: false, text: 'number 100000\n' }] }))
    await shown(async () => (await inSight(page)).at(-1)).toBe(100_000)
  })
})
