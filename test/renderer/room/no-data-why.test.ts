import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'

describe.skipIf(!hasChromium)('a metric without data', { timeout: 120_000 }, () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  }, 120_000)
  afterAll(() => pages.close())

  test('says in its tile and in what happened why its source has none', async () => {
    const { page, complaints } = await pages.open('/?scenario=blind#/run/run-1')
    const tile = page.getByRole('region', { name: 'Error rate' })
    await tile.getByText('prometheus.shop.example:9090 answered with status 401 instead of 200. It wants to know who asks: check auth: of the metric and its secret.').waitFor()
    await page.getByText('No data for error rate: prometheus.shop.example:9090 answered with status 401').waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })
})
