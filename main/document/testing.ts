import type { HealthCheck, ValidationQuery } from '#domain/runbook.ts'
import { plainText } from './inline.ts'
import { wordsOf } from './items.ts'
import type { Reading } from './reading.ts'
import { normalised } from './section-names.ts'
import type { Section, Unit } from './sections.ts'

/** Code blocks, each with the paragraph or list item that introduces it. */
export function readQueries(section: Section, reading: Reading): ValidationQuery[] {
  return section.units.flatMap((unit, index) => {
    const code = unit.block.type === 'code' ? unit.block : unit.block.children.find((child) => child.type === 'code')
    if (!code) return []
    const before = section.units[index - 1]
    const intro = unit.isItem ? unit : before && before.block.type === 'paragraph' && !before.claimed ? before : undefined
    unit.claimed = true
    if (intro) intro.claimed = true
    const text = (intro && wordsOf(intro.block, reading).text) || plainText(/^\s*-- ?(.*)$/m.exec(code.value)?.[1] ?? '') || 'Validation query'
    const start = intro?.block.start ?? unit.block.start
    return [{ id: reading.ids.make('validation-queries', text), text, sql: code.value, range: reading.source.range(start, unit.block.end) }]
  })
}

/** Pairs of `**Endpoint:**` and `**Expected Response:**`. */
export function readHealthChecks(section: Section, reading: Reading): HealthCheck[] {
  const checks: HealthCheck[] = []
  for (const unit of section.units) {
    const pair = namedValue(unit, reading)
    if (pair?.name === 'endpoint' || pair?.name === 'url') {
      unit.claimed = true
      checks.push({ id: reading.ids.make('health-check', pair.value), endpoint: pair.value, expected: '', range: reading.source.range(unit.block.start, unit.block.end) })
    }
    const check = checks.at(-1)
    if (pair && check?.expected === '' && /^expected(?: response| status)?$/.test(pair.name)) {
      unit.claimed = true
      check.expected = pair.value
      check.range = { ...check.range, end: unit.block.end }
    }
  }
  return checks
}

function namedValue(unit: Unit, reading: Reading): { name: string; value: string } | null {
  const pair = /^([^:]{1,40}):\s*(.*)$/s.exec(wordsOf(unit.block, reading).text)
  return pair ? { name: normalised(pair[1] ?? ''), value: pair[2] ?? '' } : null
}
