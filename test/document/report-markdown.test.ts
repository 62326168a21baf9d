import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import fc from 'fast-check'
import type { Nodes } from 'mdast'
import { describe, expect, it } from 'vitest'
import { renderReportMarkdown } from '#document/report-markdown.ts'
import { code, fenced, inline } from '#document/report-markdown/escape.ts'
import { hostileTexts, poisonReport } from '#support/hostile.ts'
import { failedRollbackReport, shopReport } from '#support/report-run.ts'

const parse = (text: string): Nodes => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
const forbidden = new Set(['html', 'link', 'image', 'linkReference', 'imageReference', 'definition', 'footnoteReference', 'footnoteDefinition', 'thematicBreak', 'delete'])

function all(node: Nodes): Nodes[] {
  return [node, ...('children' in node ? node.children.flatMap((child) => all(child)) : [])]
}

const textOf = (node: Nodes): string => ('value' in node ? node.value : 'children' in node ? node.children.map((child) => textOf(child)).join('') : '')
const headings = (text: string): string[] => all(parse(text)).flatMap((node) => (node.type === 'heading' ? [`${'#'.repeat(node.depth)} ${textOf(node)}`] : []))

const templateHeadings = [
  '## Overview', '## Deployment Summary', '### Changes Included', '### Tickets Included', '## Pre-Deployment Checklist', '## Deployment Steps',
  '## Verification & Testing', '### Smoke Tests', '### Validation Queries', '### API Health Checks', '## Rollback Plan', '### Rollback Trigger Conditions',
  '### Rollback Steps', '### Rollback Validation', '## Monitoring & Alerts', '### Metrics to Monitor', '### Alert Thresholds', '### Monitoring Duration',
  '## Communication Plan', '### Stakeholder Notification', '## Post-Deployment', '### Verification Checklist', '### Follow-up Actions',
]

describe('the report as Markdown', () => {
  it('has the headings of the template in its order, and what it has no place for after them', () => {
    const found = headings(renderReportMarkdown(shopReport()))
    expect(found.filter((heading) => templateHeadings.includes(heading))).toEqual(templateHeadings)
    expect(found.indexOf('## What Happened')).toBeGreaterThan(found.indexOf('### Follow-up Actions'))
    expect(found).toContain('### Phase 2: Application Deployment')
  })

  it('fills them in', () => {
    const text = renderReportMarkdown(shopReport())
    expect(text).toContain('- **Outcome:** **Rolled back**')
    expect(text).toContain('- [x] Database backup completed — ticked by jonas at 21:48:00: snapshot 2026-12-01-2147')
    expect(text).toContain('- [ ] Maintenance page ready — **waived** by mira at 21:49:00: page is served by the CDN now')
    expect(text).toContain('| 3 | Deploy new version | succeeded, 2 attempts | 22:30 – 22:37 | 22:30 – 22:37, critical path | 22:13 – 22:30 | 17 min | holdpoint |')
    expect(text).toContain('**Rolled back** by decision of mira at 23:01:00: error rate above 6 % and orders falling.')
    expect(text).toContain('22:57:30 6.4 %')
  })

  it('never calls a rollback that failed a rollback, nor its last step the end of one', () => {
    const text = renderReportMarkdown(failedRollbackReport())
    expect(text).toContain('**The rollback failed: it was not finished.** Decided by mira at 23:01:00')
    expect(text).toContain('The run ended at 23:18:00, 17 min after the decision.')
    expect(text).toContain('Left to do by hand:\n\n- Deploy previous version on web-1, web-2, web-3 (failed)\n- Verify rollback success (not started)')
    expect(text).toContain('- **Rollback finished:** **not finished**; the run ended 23:18 (decided 23:01)')
    expect(text).not.toMatch(/Rolled back\W*by decision|Finished at/)
  })

  it('does not ask for the post-deployment checklist of what was rolled back', () => {
    expect(renderReportMarkdown(shopReport())).not.toMatch(/### Verification Checklist[\s\S]*\*\*open\*\*[\s\S]*### Follow-up/)
  })

  it('says REHEARSAL at the head and beside the outcome, and only in a rehearsal', () => {
    const rehearsed = renderReportMarkdown(shopReport({ mode: 'rehearsal' }))
    expect(rehearsed.split('\n').slice(0, 3).join('\n')).toContain('**REHEARSAL**')
    expect(rehearsed).toContain('**Rolled back** (REHEARSAL)')
    expect(renderReportMarkdown(shopReport())).not.toContain('REHEARSAL')
  })
})

describe('hostile texts in the Markdown', () => {
  const clean = headings(renderReportMarkdown(shopReport()))

  const rounds = Array.from({ length: 30 }, (_, round) => round)
  it.each(rounds)('change no structure, round %i: no HTML, link, image, rule or heading', (round) => {
    let next = round * 5
    const hostile = (): string => hostileTexts[next++ % hostileTexts.length] ?? ''
    const nodes = all(parse(renderReportMarkdown(poisonReport(shopReport(), hostile))))
    expect(nodes.filter((node) => forbidden.has(node.type))).toEqual([])
    expect(nodes.filter((node) => node.type === 'heading')).toHaveLength(clean.length)
    expect(nodes.filter((node) => node.type === 'code' && node.lang === 'sql')).toHaveLength(1)
  })

  it('arrives as itself, whatever the characters', () => {
    const piece = fc.constantFrom('<', '>', '[', ']', '(', ')', '`', '``', '*', '_', '~', '|', '\\', '&amp;', '#', '-', '1.', '=', '!', ':', 'a', ' ', 'b c', '"', '$')
    fc.assert(fc.property(fc.array(piece, { minLength: 1, maxLength: 20 }).map((pieces) => pieces.join('').trim()).filter((text) => text !== '' && !/#\d/.test(text)), (text) => {
      const nodes = all(parse(`- ${inline(text)} — end`))
      expect(nodes.filter((node) => forbidden.has(node.type) || ['emphasis', 'strong', 'heading', 'code', 'blockquote'].includes(node.type))).toEqual([])
      expect(textOf(nodes[0]!)).toBe(`${text.replace(/\s+/g, ' ')} — end`)
    }), { numRuns: 2000 })
  })

  it.each(['#12', 'see #12.', '(#12)', 'acme/shop#12', 'GH-12', '@dana', '@acme/release'])('names no issue and no person of GitHub: %s', (text) => {
    const words = all(parse(inline(text))).filter((node) => node.type === 'text').map((node) => textOf(node)).join('')
    expect(words).not.toMatch(/#\d|@\w|GH-\d/)
    expect(textOf(parse(inline(text)))).toBe(text)
  })

  it('in a table cell keeps the row whole', () => {
    fc.assert(fc.property(fc.string({ maxLength: 30 }), (text) => {
      const cells = all(parse(`| a | b |\n| --- | --- |\n| ${inline(text)} | ${code(text)} |`)).filter((node) => node.type === 'tableCell')
      expect(cells).toHaveLength(4)
    }), { numRuns: 1000 })
  })

  it('in a block is fenced by more backticks than it has', () => {
    const [block] = all(parse(fenced('a\n`````\n# b\n````` x'))).filter((node) => node.type === 'code')
    expect(block).toMatchObject({ value: 'a\n`````\n# b\n````` x' })
  })
})
