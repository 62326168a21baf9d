import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'

declare const fake: FakeBridge
interface Query { metric: string; from: number; to: number; buckets: number }

describe.skipIf(!hasChromium)('a chart enlarged', () => {
  let pages: DevPages
  let page: Page
  let complaints: string[]
  let dialog: Locator
  let moment: Locator
  beforeAll(async () => {
    pages = await openDevPages()
    ;({ page, complaints } = await pages.open('/?scenario=breach#/run/run-1'))
    await page.getByRole('button', { name: 'Enlarge Error rate' }).waitFor()
    dialog = page.getByRole('dialog')
    moment = dialog.getByRole('slider', { name: 'Moment' })
  })
  afterAll(() => pages.close())
  afterEach(async () => {
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  const open = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Enlarge Error rate' }).click()
    await moment.waitFor()
  }
  const queries = (): Promise<Query[]> => page.evaluate(() => fake.calls.filter((call) => call.name === 'read-series').map((call) => call.input as Query).filter(({ metric, buckets }) => metric === 'error rate' && buckets > 1))
  const wholeRun = () => dialog.getByRole('button', { name: 'Whole run' })

  test('asks main for no more columns than it has pixels, and anew for the stretch that is dragged over', async () => {
    await open()
    const whole = (await queries()).at(-1)!
    const box = (await moment.boundingBox())!
    expect(whole.buckets).toBeLessThanOrEqual(box.width)
    await page.mouse.move(box.x + box.width * 0.4, box.y + 100)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + 100, { steps: 2 })
    await page.mouse.up()
    await wholeRun().waitFor()
    const dragged = (await queries()).find(({ from, to }) => from > whole.from && to - from < (whole.to - whole.from) / 3)
    expect(dragged?.buckets).toBe(whole.buckets)
  })

  test('keys choose a moment, say what was read then, zoom, and go on beyond what is shown', async () => {
    await open()
    await moment.focus()
    await page.keyboard.press('ArrowLeft')
    expect(await moment.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d, \d/)
    const edge = async (name: 'min' | 'max'): Promise<number> => Number(await moment.getAttribute(`aria-value${name}`))
    const [start, length] = [await edge('min'), (await edge('max')) - (await edge('min'))]
    await page.keyboard.press('+')
    // Keys are about what is shown: main has to have answered for the stretch.
    await expect.poll(() => edge('min'), { timeout: 20_000 }).toBeGreaterThan(start)
    const [from, to] = [await edge('min'), await edge('max')]
    expect(to - from).toBeLessThan(length * 0.6)
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => edge('min'), { timeout: 20_000 }).toBeLessThan(from)
    expect(Math.round((await edge('max')) - (await edge('min')))).toBe(Math.round(to - from))
    expect(await moment.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d, \d/)
    await wholeRun().press('Enter')
    await wholeRun().waitFor({ state: 'detached' })
    expect(await moment.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  test('the handles of the overview zoom by keys', async () => {
    await open()
    const whole = (await queries()).at(-1)!
    const handle = dialog.getByRole('slider', { name: 'Shown from' })
    await handle.focus()
    for (let times = 0; times < 5; times += 1) await page.keyboard.press('ArrowRight')
    await wholeRun().waitFor()
    expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true)
    await expect.poll(async () => (await queries()).map(({ from, to }) => [from - whole.from > 1000, to > whole.to - 1000]), { timeout: 20_000 }).toContainEqual([true, true])
  })

  test('the stretch shown is dragged along in the overview, and stays marked there while the run goes on', async () => {
    await open()
    const [from, until] = [dialog.getByRole('slider', { name: 'Shown from' }), dialog.getByRole('slider', { name: 'Shown until' })]
    const marked = async (): Promise<number[]> => [Number(await from.getAttribute('aria-valuenow')), Number(await until.getAttribute('aria-valuenow'))]
    await from.focus()
    for (let times = 0; times < 6; times += 1) await page.keyboard.press('Shift+ArrowRight')
    const zoomed = await marked()
    const box = (await dialog.getByRole('group', { name: 'Shown stretch' }).boundingBox())!
    await page.mouse.move(box.x + box.width * 0.9, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 3 })
    await page.mouse.up()
    const dragged = await marked()
    expect([Math.round(dragged[1]! - dragged[0]!), dragged[0]! < zoomed[0]! - 60_000]).toEqual([Math.round(zoomed[1]! - zoomed[0]!), true])
    await expect.poll(async () => (await queries()).some((query) => query.from === dragged[0] && query.to === dragged[1]), { timeout: 20_000 }).toBe(true)
    const newest = async (): Promise<number> => Math.max(...(await queries()).map(({ to }) => to))
    const before = await newest()
    await expect.poll(newest, { timeout: 20_000 }).toBeGreaterThan(before)
    expect(await marked()).toEqual(dragged)
  })

  test('follows the run until it is frozen, and goes on from there', async () => {
    await open()
    await dialog.getByRole('button', { name: 'Freeze' }).click()
    const frozen = dialog.getByRole('button', { name: 'Freeze', pressed: true })
    await frozen.waitFor()
    const before = (await queries()).at(-1)!.to
    await frozen.click()
    // The next column is up to two seconds away, and the poll's own patience is one.
    await expect.poll(async () => (await queries()).at(-1)!.to, { timeout: 20_000 }).toBeGreaterThan(before)
  })

  test('comes down as SVG and PNG that need nothing else, and as CSV', async () => {
    await open()
    await page.getByText('usual before the release').last().waitFor()
    const save = async (format: string): Promise<{ name: string; bytes: Buffer }> => {
      const coming = page.waitForEvent('download')
      await dialog.getByRole('button', { name: `Save as ${format}` }).click()
      const file = await coming
      return { name: file.suggestedFilename().replace(/\d{4}-\d\d-\d\dT\d{4}Z/, 'TIME'), bytes: await readFile(await file.path()) }
    }
    const [svg, png, csv] = [await save('SVG'), await save('PNG'), await save('CSV')]
    expect([svg.name, png.name, csv.name]).toEqual(['error-rate-TIME.svg', 'error-rate-TIME.png', 'error-rate-TIME.csv'])
    expect(svg.bytes.toString()).toMatch(/^<\?xml[\s\S]*Error rate[\s\S]*usual before the release/)
    expect(svg.bytes.toString()).not.toMatch(/var\(|light-dark|class=/)
    expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(png.bytes.length).toBeGreaterThan(5000)
    expect(csv.bytes.toString().split('\r\n')[1]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,\d{4}-\d\d-\d\dT[\d:.]+Z,[\d.]+,[\d.]+,[\d.]+$/)
  })

  test('one moment is pointed at in all charts of the room at once', async () => {
    const plot = page.locator('aside section').filter({ hasText: 'Error rate' }).locator('.recharts-surface').first()
    const box = (await plot.boundingBox())!
    await page.mouse.move(box.x + 150, box.y + 40)
    await expect.poll(() => page.locator('aside section [aria-hidden] time').count()).toBe(2)
  })

  test('a chart without readings says so', async () => {
    const { page: empty } = await pages.open('/?scenario=preparation')
    await empty.evaluate(() => {
      fake.answer('read-series', ({ metric, from, to, buckets }) => ({ metric, from, to, buckets: Array.from({ length: buckets }, (_, index) => ({ at: from + (index * (to - from)) / buckets, min: null, max: null, last: null })) }))
      location.hash = '#/run/run-1'
    })
    await empty.getByRole('button', { name: 'Enlarge Error rate' }).click()
    await empty.getByRole('dialog').getByText('No data yet').waitFor()
    await empty.getByRole('dialog').getByRole('slider', { name: 'Moment' }).press('+')
    await empty.getByRole('dialog').getByText('No data in this stretch').waitFor()
    await empty.close()
  })

  test('our band and line are what recharts draws for the same points', async () => {
    const plots = await pages.open('/?plots')
    const drawn = (selector: string): Promise<string | null> => plots.page.locator(selector).getAttribute('d')
    expect(await drawn('#ours [data-plot=line]')).toBe(await drawn('#recharts .recharts-line-curve'))
    expect(await drawn('#ours [data-plot=band]')).toBe(await drawn('#recharts .recharts-area-area'))
    expect(await drawn('#ours [data-plot=line]')).toMatch(/^M[\d.,-]+L.*M.*M/)
    expect(await plots.page.locator('#ours .recharts-reference-area-rect').count()).toBe(1)
    expect(plots.complaints).toEqual([])
    await plots.page.close()
  })
})
