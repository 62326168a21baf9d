import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { html, textOf, type Part } from '#document/report-html/html.ts'
import { renderReportHtml } from '#document/report-html/report-html.ts'
import { gapsOf, runsOf } from '#document/report-html/runs.ts'
import { valueTicks } from '#document/report-html/svg.ts'
import { timeScale, timeTicks } from '#domain/timeline/axis.ts'
import type { ReportModel } from '#domain/report/model.ts'
import { hostileTexts, poisonReport } from '#support/hostile.ts'
import { failedRollbackReport, shopReport } from '#support/report-run.ts'

const chromiumPath = '/usr/bin/chromium'
const isMissing = !existsSync(chromiumPath)
if (isMissing) console.warn(`SKIPPED: the report is not opened in a browser, because ${chromiumPath} is missing`)

describe('the html tag', () => {
  it('escapes whatever is put in, and nothing that stands in the template', () => {
    expect(textOf(html`<b title="${'"\'`<>&'}">${'<i>'}</b>`)).toBe('<b title="&quot;&#39;&#96;&lt;&gt;&amp;">&lt;i&gt;</b>')
    expect(textOf(html`<p>${[html`<b>${1}</b>`, '<', null]}${NaN}</p>`)).toBe('<p><b>1</b>&lt;</p>')
  })

  it('does not take data for markup, whatever the data says it is', () => {
    const forged = JSON.parse('{"markup":"<b>","Symbol(markup)":"<b>"}') as Part
    expect(textOf(html`${forged}`)).toBe('')
  })

  it('drops control characters, terminal escapes and broken surrogates', () => {
    expect(textOf(html`${'a\u0000\u001b[31mb\u202e\ud800'}`)).toBe('ab\ufffd')
  })
})

describe('the picture of a metric', () => {
  const bucket = (at: number, value: number | null) => ({ at, min: value, max: value, last: value })

  it('draws no line across a gap', () => {
    const buckets = [1, 1, 1, null, null, null, null, 1, 1].map((value, index) => bucket(index * 10, value))
    expect(runsOf(buckets, 90).map((run) => run.map((point) => point.at))).toEqual([[5, 15, 25], [75, 85]])
    expect(gapsOf(buckets, 0, 90)).toEqual([{ fromAt: 25, toAt: 75 }])
  })

  it('does not take columns narrower than the sampling interval for gaps', () => {
    const buckets = Array.from({ length: 30 }, (_, index) => bucket(index * 10, index % 3 === 0 ? 1 : null))
    expect(runsOf(buckets, 300)).toHaveLength(1)
    expect(gapsOf(buckets, 0, 300)).toEqual([])
  })

  it('calls everything a gap when there is no reading', () => {
    expect(gapsOf([bucket(0, null), bucket(10, null)], 0, 20)).toEqual([{ fromAt: 0, toAt: 20 }])
    expect(runsOf([], 0)).toEqual([])
  })

  it('has round ticks, never too many', () => {
    expect(valueTicks(0, 8.3)).toEqual([0, 2, 4, 6, 8, 10])
    expect(valueTicks(0, 97.75)).toEqual([0, 20, 40, 60, 80, 100])
    expect(valueTicks(-3, 5)[0]).toBeLessThanOrEqual(-3)
    expect(timeTicks(timeScale(0, 7_200_000, 0, 900), 900)).toHaveLength(9)
    expect(timeTicks(timeScale(0, 1e13, 0, 900), 900).length).toBeLessThanOrEqual(50)
  })
})

describe('the report as one HTML page', () => {
  it('carries its own policy, loads nothing and has no script', () => {
    const page = renderReportHtml(shopReport())
    expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`)
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|src=|url\((?!#)/i)
  })

  it('marks a rehearsal in the title, at the head, beside the outcome and on every picture, and a live run nowhere', () => {
    const report = shopReport({ mode: 'rehearsal' })
    const page = renderReportHtml(report)
    expect(page).toContain('<title>REHEARSAL: ')
    expect(page.match(/class="watermark"[^>]*>REHEARSAL/g)).toHaveLength(report.charts.length + 1)
    expect(page.match(/class="mark">REHEARSAL/g)).toHaveLength(report.charts.length + 1)
    expect(page).toContain('Rolled back in rehearsal')
    expect(renderReportHtml(shopReport())).not.toContain('REHEARSAL')
  })

  it('draws a run of 500 steps in parts a page holds, every step once, with plan, forecast and critical path', () => {
    const report = shopReport()
    const [row] = report.course.rows.filter(({ kind, isCritical }) => kind === 'step' && isCritical)
    const steps = Array.from({ length: 500 }, (_, index) => ({ ...row!, id: `step-${index}`, title: `<b>Step ${index}.` }))
    const page = renderReportHtml({ ...report, course: { ...report.course, rows: [report.course.rows[0]!, ...steps] } })
    expect(page.match(/<svg viewBox="0 0 1040 \d+" role="img" aria-label="Planned, forecast/g)).toHaveLength(12)
    expect(new Set(page.match(/&lt;b&gt;Step \d+\.<\/text>/g)).size).toBe(500)
    expect(page).not.toContain('<b>Step')
    expect(page).toMatch(/&lt;b&gt;Step 0\.: planned [^<]*, forecast [^<]*, actual [^<]*, on the critical path<\/title>/)
  })

  it('never calls a rollback that failed finished', () => {
    const page = renderReportHtml(failedRollbackReport())
    expect(page).toContain('<h4>The rollback failed: it was not finished</h4>')
    expect(page).toContain('<dt>Rollback finish</dt><dd>not finished<small>decided 23:01</small></dd>')
    expect(page).toMatch(/Left to do by hand:[\s\S]*Deploy previous version[\s\S]*failed[\s\S]*Verify rollback success[\s\S]*not started/)
    expect(page).not.toMatch(/Rolled back|rolled back 2|Finished at/)
  })

  it('tells with a step what befell it', () => {
    const report = shopReport()
    const befallen = { ...report, phases: report.phases.map((phase) => ({ ...phase, steps: phase.steps.map((step) => ({ ...step, happenings: [{ at: report.generatedAt, words: 'web-2: link lost <b>' }] })) })) }
    expect(renderReportHtml(befallen)).toContain('<span class="dim">23:50:00 web-2: link lost &lt;b&gt;</span>')
  })

  it('stands a run of which nothing is known yet', () => {
    const nothing = { startAt: null, endAt: null }
    const report = shopReport()
    const bare: ReportModel = {
      ...report, phases: [], course: { rows: [], marks: [], range: null }, charts: [], gates: [], timeline: [], communications: [], checklists: [],
      rollback: { triggers: [], state: 'unused', decision: null, finishedAt: null, stoppedAt: null, left: [], steps: [], validation: [], partial: [] },
      overview: { ...report.overview, window: nothing, startedAt: null, finishedAt: null, deployedAt: null, outcome: null, status: 'planned', deploymentType: null, environment: null, version: null, date: null },
    }
    expect(renderReportHtml(bare)).toContain('The run has not been started.')
    expect(renderReportHtml({ ...report, charts: report.charts.map((chart) => ({ ...chart, buckets: [] })) })).toContain('No data was recorded')
  })
})

describe.skipIf(isMissing)('the report in a real browser', () => {
  let browser: Browser
  let page: Page
  const requests: string[] = []
  const dialogs: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('dialog', (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss() })
    await page.route('**/*', (route) => { requests.push(route.request().url()); return route.abort() })
  })
  afterAll(() => browser.close())

  const shape = () => page.evaluate(() => {
    const elements = [...document.querySelectorAll('*')]
    const names = new Set(['id', 'class', 'style', 'title', 'open', 'name', 'content', 'charset', 'lang', 'http-equiv', 'href', 'role'])
    return {
      tags: [...new Set(elements.map((element) => element.localName))].toSorted(),
      handlers: elements.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith('on'))),
      links: elements.flatMap((element) => element.getAttribute('href') ?? []).filter((href) => !href.startsWith('#')),
      strange: elements.filter((element) => !element.closest('svg')).flatMap((element) => element.getAttributeNames().filter((name) => !names.has(name) && !name.startsWith('aria-'))),
      size: elements.length,
    }
  })

  it('shows no dialog, asks for nothing and grows no element, with hostile texts in every field', async () => {
    await page.setContent(renderReportHtml(shopReport()))
    const clean = await shape()
    for (let index = 0; index < hostileTexts.length; index += 4) {
      const hostile = hostileTexts.slice(index, index + 4).join(' ')
      await page.setContent(renderReportHtml(poisonReport(shopReport(), () => hostile)))
      const found = await shape()
      expect({ index, ...found, size: 0 }).toEqual({ index, ...clean, size: 0, tags: found.tags.filter((tag) => clean.tags.includes(tag)) })
      expect(found.tags).not.toContain('script')
      expect(found.links).toEqual([])
    }
    expect({ requests, dialogs }).toEqual({ requests: [], dialogs: [] })
  }, 60_000)

  it('shows a hostile text as the text it is', async () => {
    const hostile = '<img src=x onerror=alert(1)> & "quotes" &lt;b&gt;'
    await page.setContent(renderReportHtml(poisonReport(shopReport(), () => hostile)))
    expect(await page.locator('h1').textContent()).toBe(hostile)
    expect(await page.title()).toBe(hostile)
  })

  it('fits its width from a phone to a wide screen', async () => {
    for (const width of [380, 800, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      await page.setContent(renderReportHtml(poisonReport(shopReport(), (text) => (text.length > 12 ? `${text} ${'x'.repeat(300)}` : text))))
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    }
  })

  it('has as many figures in every row', async () => {
    for (const width of [360, 700, 990, 1200, 1600]) {
      await page.setViewportSize({ width, height: 900 })
      await page.setContent(renderReportHtml(shopReport()))
      const tops = await page.locator('.figures > div').evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().top))
      const rows = [...new Set(tops)].map((top) => tops.filter((other) => other === top).length)
      expect({ width, uneven: new Set(rows).size > 1 }).toEqual({ width, uneven: false })
    }
  })

  it('draws the window, the plan, what happened and the breach', async () => {
    await page.setContent(renderReportHtml(shopReport()))
    const pictures = page.locator('figure > svg')
    expect(await pictures.count()).toBe(3)
    expect(await pictures.first().textContent()).toMatch(/Window opens 22:00[\s\S]*Rollback 23:01[\s\S]*Point of no return[\s\S]*Window closes 00:00/)
    expect(await pictures.nth(1).locator('rect[fill="var(--bad)"]').count()).toBe(1)
    expect(await pictures.nth(2).locator('rect[fill^="url(#hatch"]').count()).toBeGreaterThan(0)
    expect(await pictures.nth(2).locator('path[fill="none"]').count()).toBe(2)
  })
})
