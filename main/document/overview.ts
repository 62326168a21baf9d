import type { ChangeWindow, Overview } from '#domain/runbook.ts'
import { instantIn, isDate, isZone } from '#domain/zone.ts'
import { wordsOf } from './items.ts'
import { hasPlaceholder } from './placeholders.ts'
import type { Reading } from './reading.ts'
import { quoted } from './report.ts'
import { normalised } from './section-names.ts'
import type { Section } from './sections.ts'
import { parseDate, parseTimeSpan } from './times.ts'

type Field = 'deploymentType' | 'environment' | 'version' | 'date' | 'windowText'
interface Value { text: string; offset: number; filled: boolean }

const fields: Record<string, Field> = {
  'deployment type': 'deploymentType', type: 'deploymentType', environment: 'environment', version: 'version',
  'deployment date': 'date', date: 'date', 'deployment window': 'windowText', window: 'windowText', 'change window': 'windowText',
}

export const noOverview = (): Overview => ({ deploymentType: null, environment: null, version: null, date: null, windowText: null, window: null })

/** The facts at the top of the runbook, and the change window they make. The first of a repeated field counts. */
export function readOverview(sections: Section[], reading: Reading): Overview {
  const values = new Map<Field, Value>()
  for (const unit of sections.flatMap((section) => section.units)) {
    const words = wordsOf(unit.block, reading)
    const pair = /^([^:]{1,40}):\s*(.*)$/s.exec(words.text)
    const name = normalised(pair?.[1] ?? '')
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!pair || !field || values.has(field)) continue
    unit.claimed = true
    values.set(field, { text: pair[2] ?? '', offset: unit.block.start, filled: !hasPlaceholder(words.raw) && pair[2] !== '' })
  }
  const text = (field: Field): string | null => values.get(field)?.text || null
  const offset = sections[0]?.heading?.start ?? 0
  return {
    deploymentType: text('deploymentType'), environment: text('environment'), version: text('version'),
    date: text('date'), windowText: text('windowText'),
    window: readWindow(values.get('date'), values.get('windowText'), offset, reading),
  }
}

function readWindow(date: Value | undefined, window: Value | undefined, offset: number, { zone: usualZone, report }: Reading): ChangeWindow | null {
  if (!date || !window || date.text === '' || window.text === '') {
    const missing = [date?.text ? '' : 'Deployment Date', window?.text ? '' : 'Deployment Window'].filter((name) => name !== '').join(' and ')
    report.error(date?.offset ?? window?.offset ?? offset, 'window-missing', `The overview does not say the ${missing}.`, 'Add **Deployment Date:** 2026-12-05 and **Deployment Window:** 22:00 - 23:30 Europe/Berlin.')
    return null
  }
  const day = parseDate(date.text)
  const goodDay = day !== null && isDate(day.year, day.month, day.day)
  if (!goodDay && date.filled) report.error(date.offset, 'window-unparsed', `${quoted(date.text)} is not a date this program can read.`, 'Write it as 2026-12-05.')
  const span = parseTimeSpan(window.text)
  const written = span?.rest.replace(/^\(|\)$/g, '') ?? ''
  const zone = written || usualZone || 'UTC'
  const goodSpan = span !== null && span.startMinute !== span.endMinute && isZone(zone)
  if (!goodSpan && window.filled) {
    const why = span !== null && !isZone(zone) ? `${quoted(zone)} is not a time zone this program knows.` : `${quoted(window.text)} is not a window this program can read.`
    report.error(window.offset, 'window-unparsed', why, 'Write it as 22:00 - 23:30 Europe/Berlin.')
  }
  if (!goodDay || !goodSpan) return null
  if (written === '' && usualZone === null) report.warning(window.offset, 'zone-missing', 'The window names no time zone, so it is read as UTC.', 'Add the zone after the times, e.g. Europe/Berlin.')
  const nextDay = span.endMinute <= span.startMinute ? 1440 : 0
  const start = instantIn(zone, { ...day, minute: span.startMinute })
  const end = instantIn(zone, { ...day, minute: span.endMinute + nextDay })
  if (start.clock !== 'plain' || end.clock !== 'plain') {
    report.warning(window.offset, 'window-clock-change', 'The clocks change at the start or end of this window.', 'Check the times, or say them in UTC.')
  }
  if (end.at > start.at) return { startAt: start.at, endAt: end.at, zone }
  report.error(window.offset, 'window-unparsed', 'The clocks change so that this window has no length.', 'Write the times in UTC.')
  return null
}
