import { parseDuration } from '#domain/duration.ts'
import { resolveHosts } from '#domain/inventory.ts'
import type { Step } from '#domain/step.ts'
import type { Fence } from './fences.ts'
import { wordsOf } from './items.ts'
import type { Reading } from './reading.ts'
import { quoted } from './report.ts'
import type { Section } from './sections.ts'
import type { Block } from './syntax-tree.ts'

/** The steps of a phase or of the rollback plan: its list items, bullets, numbers and checkboxes alike. */
export function readSteps(section: Section, prefix: string, wantsUndo: boolean, reading: Reading): Step[] {
  return section.units.filter((unit) => unit.isItem).flatMap((unit) => {
    const step = readStep(unit.block, prefix, wantsUndo, reading)
    unit.claimed = step !== null
    return step ?? []
  })
}

function readStep(item: Block, prefix: string, wantsUndo: boolean, reading: Reading): Step | null {
  const words = wordsOf(item, reading)
  const fence = fenceOf(item, reading)
  const title = words.text || (fence?.block.value.split('\n')[0] ?? '').trim().slice(0, 80)
  if (title === '' && !fence) return null
  const attributes = fence?.attributes ?? {}
  const kind = fence?.kind ?? 'manual'
  const { hosts, unknown } = resolveHosts(reading.inventory, attributes['hosts'] ?? '')
  const undo = attributes['undo'] === undefined || attributes['undo'] === 'none' ? null : attributes['undo']
  const step: Step = {
    id: fence?.id ?? reading.ids.make(prefix, title),
    title: title || 'Step without words',
    kind,
    // A file's CRLF line ends are not part of the command: /bin/sh would take the CR for an argument.
    body: kind === 'manual' ? '' : (fence?.block.value ?? '').replaceAll(/\r\n?/g, '\n'),
    attributes,
    hosts: kind === 'sh' ? hosts : [],
    unknownHosts: unknown,
    timeoutMs: length('timeout', fence, reading),
    // A wait takes as long as it says.
    plannedMs: length('planned', fence, reading) ?? (kind === 'wait' ? parseDuration(attributes['for'] ?? '') || null : null),
    undo,
    owner: attributes['owner']?.replace(/^@/, '') ?? words.owner,
    checkbox: words.checked !== null,
    optional: words.optional,
    range: words.range,
  }
  if (fence) checkStep(step, fence, wantsUndo, reading)
  return step
}

/** The one block that makes the item executable. A second one would silently not run, so it is an error. */
function fenceOf(item: Block, reading: Reading): Fence | null {
  const found = item.children.flatMap((child) => reading.fences.get(child.start) ?? [])
  for (const extra of found.slice(1)) {
    reading.report.error(extra.block.start, 'step-extra-block', 'A step runs one block; this one would never run.', 'Make it a step of its own, or join the two blocks.')
  }
  for (const fence of found) reading.used.add(fence.block)
  return found[0] ?? null
}

function length(attribute: string, fence: Fence | null, reading: Reading): number | null {
  const text = fence?.attributes[attribute]
  if (fence === null || text === undefined) return null
  const ms = parseDuration(text)
  if (ms === null || ms === 0) {
    reading.report.error(fence.at(attribute), 'attributes-malformed', `${quoted(text)} is not a length of time.`, `Write ${attribute}=90s, ${attribute}=2m or ${attribute}="1h 30m".`)
    return null
  }
  return ms
}

function checkStep(step: Step, fence: Fence, wantsUndo: boolean, { report, isFrontMatterRead }: Reading): void {
  // Where none of the front matter could be read, that is the one mistake: no name of a host is.
  for (const host of isFrontMatterRead ? step.unknownHosts : []) {
    report.error(fence.at('hosts'), 'host-unknown', `${quoted(host)} is neither a host nor a group of this runbook.`, 'Name it under hosts: or groups: in the front matter, or mend the spelling.')
  }
  if (step.kind !== 'sh') return
  if (step.hosts.length === 0 && step.unknownHosts.length === 0) {
    report.error(fence.at('hosts'), 'step-no-hosts', `${quoted(step.title)} says nothing about where it runs.`, 'Add hosts=NAME with a host or group of the front matter.')
  }
  if (wantsUndo && fence.attributes['undo'] === undefined) {
    report.warning(fence.block.start, 'step-no-undo', `${quoted(step.title)} has no undo, so a rollback cannot take it back by itself.`, 'Add undo="command", or undo=none when there is nothing to take back.')
  }
}

/** Reports blocks with attributes that belong to no step: nobody would notice that they do not run. */
export function checkStrayFences({ fences, used, report }: Reading): void {
  for (const fence of fences.values()) {
    if (used.has(fence.block)) continue
    report.warning(fence.block.start, 'fence-outside-step', 'This block has attributes but belongs to no step, so it will not run.', 'Indent it under the step it belongs to, as far as the step’s words.')
  }
}
