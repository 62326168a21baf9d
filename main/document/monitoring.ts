import { parseDuration } from '#domain/duration.ts'
import type { MonitoredMetric, Runbook, Trigger } from '#domain/runbook.ts'
import type { Threshold } from '#domain/threshold.ts'
import { plainText } from './inline.ts'
import { claimItems } from './items.ts'
import { hasPlaceholder } from './placeholders.ts'
import type { Reading } from './reading.ts'
import { quoted } from './report.ts'
import type { Section } from './sections.ts'
import { readWatchRule } from './watch-rule.ts'

/** The compiled alert thresholds. A line that does not compile stays unclaimed, so it is kept as text. */
export function readThresholds(section: Section, reading: Reading): Threshold[] {
  return claimItems(section, reading).flatMap(({ unit, words }) => {
    const { text, rule, auto, fault } = readWatchRule(words.text)
    const isFilled = !hasPlaceholder(words.raw)
    if (rule && isFilled && !auto) return [{ id: reading.ids.make('alert-threshold', text), text, ...rule, range: words.range }]
    unit.claimed = false
    if (isFilled) {
      const why = fault ?? (auto ? 'Only a rollback trigger can be auto.' : 'Write it as Error rate > 2% for 1m.')
      reading.report.warning(unit.block.start, 'threshold-unparsed', `${quoted(words.text)} is not a limit this program can watch, so people have to.`, why)
    }
    return []
  })
}

/** Rollback trigger conditions: compiled where the prose allows, else a button for a person. */
export function readTriggers(section: Section, reading: Reading): Trigger[] {
  return claimItems(section, reading).map(({ unit, words }) => {
    const { text, rule: compiled, auto, fault } = readWatchRule(words.text)
    const id = reading.ids.make('rollback-trigger', text)
    const isFilled = !hasPlaceholder(words.raw)
    const rule = isFilled ? compiled : null
    if (fault) reading.report.warning(unit.block.start, 'trigger-attributes', `${quoted(words.text)} cannot be watched as it is written, so it is for a person to judge.`, fault)
    else if (!rule && isFilled) {
      reading.report.info(unit.block.start, 'trigger-manual', `${quoted(text)} is for a person to judge.`, 'To have it watched, write it as Error rate > 5% for 1m.')
    }
    const threshold = rule && { id: `${id}-threshold`, text, ...rule, range: words.range }
    if (threshold) reading.ids.reserve(threshold.id)
    return { id, text: fault ? words.text : text, threshold, range: words.range, ...(auto ? { auto } : {}) }
  })
}

/** The metrics to watch. `Application response time` is the `response time` that a threshold or source speaks of. */
export function readMetrics(section: Section, watched: string[], reading: Reading): MonitoredMetric[] {
  const known = watched.toSorted((a, b) => b.length - a.length)
  return claimItems(section, reading).map(({ words }) => {
    const name = words.text.toLowerCase().replace(/\s*\(.*$/, '').trim() || words.text.toLowerCase()
    const metric = known.find((candidate) => name === candidate || name.endsWith(` ${candidate}`)) ?? name
    return { id: reading.ids.make('metric', words.text), text: words.text, metric, range: words.range }
  })
}

const length = /\d[\d.]* ?(?:w|d|h|m|min|weeks?|days?|hours?|hrs?|minutes?|mins?)\b(?: ?(?:,|and)? ?\d[\d.]* ?(?:h|m|min|hours?|hrs?|minutes?|mins?)\b)?/i

/** The first length in ms that stands right after `lead`, or null. */
export function lengthAfter(lead: RegExp, text: string): number | null {
  const found = new RegExp(`${lead.source}(${length.source})`, 'i').exec(text.slice(0, 500))?.[1]
  return parseDuration(found ?? '') || null
}

export function readMonitoring(section: Section, reading: Reading): Runbook['monitoring'] {
  const unit = section.units.find((candidate) => candidate.block.type === 'paragraph' || candidate.isItem)
  if (!unit) return null
  unit.claimed = true
  const block = unit.isItem ? (unit.block.children[0] ?? unit.block) : unit.block
  const raw = reading.source.slice(block)
  const text = plainText(raw)
  const durationMs = parseDuration(text) ?? parseDuration(length.exec(text.slice(0, 500))?.[0] ?? '')
  if (!durationMs && !hasPlaceholder(raw)) {
    reading.report.warning(unit.block.start, 'monitoring-unparsed', `${quoted(text)} is not a length of time this program can read.`, 'Write it as 30 minutes or 2 hours.')
  }
  return { text, durationMs: durationMs || null, range: reading.source.range(unit.block.start, unit.block.end) }
}

/** Reports limits that can never have data, and metrics that nobody reads. */
export function checkSources(runbook: Runbook, { report, inventory }: Reading): void {
  const sources = new Set(inventory.sources.map((source) => source.metric))
  const thresholds = [...runbook.thresholds, ...runbook.rollback.triggers.flatMap(({ threshold }) => threshold ?? [])]
  for (const { metric, range } of thresholds) {
    if (!sources.has(metric)) report.warning(range.start, 'threshold-without-source', `No source reads ${quoted(metric)}, so this limit will never have data.`, 'Add it under metrics: in the front matter.')
  }
  for (const { metric, range } of runbook.metrics) {
    if (!sources.has(metric)) report.info(range.start, 'metric-without-source', `No source reads ${quoted(metric)}, so it has no chart.`, 'Add it under metrics: in the front matter to see it live.')
  }
}
