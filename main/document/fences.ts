import { parseAttributes } from './attributes.ts'
import type { Ids } from './ids.ts'
import { MAX_LINE_LENGTH } from './limits.ts'
import { type Report, quoted } from './report.ts'
import type { Source } from './source.ts'
import { type Block, isClosed, isFenced } from './syntax-tree.ts'

/** A fenced block with attributes in braces: what makes a step executable. */
export interface Fence {
  block: Block
  /** A key of kinds/steps; `manual` for a language nobody knows. */
  kind: string
  attributes: Record<string, string>
  /** Where an attribute stands in the runbook's text, or where the block starts when it is not there. */
  at(attribute: string): number
  /** The id a person gave it, when it is a good one and the first of its name. */
  id: string | null
}

const kinds: Record<string, string> = { sh: 'sh', bash: 'sh', shell: 'sh', http: 'http', wait: 'wait', manual: 'manual' }

/** Every fenced block with attributes in the whole runbook, by where it starts; their ids are reserved. */
export function readFences(blocks: Block[], source: Source, ids: Ids, report: Report): Map<number, Fence> {
  const fences = new Map<number, Fence>()
  const visit = (block: Block): void => {
    const fence = block.type === 'code' ? readFence(block, source, ids, report) : null
    if (fence) fences.set(block.start, fence)
    for (const child of block.children) visit(child)
  }
  for (const block of blocks) visit(block)
  return fences
}

/** Null for code without attributes: that is text, and is never executed. */
function readFence(block: Block, source: Source, ids: Ids, report: Report): Fence | null {
  if (!isFenced(source.text, block)) return null
  const line = /^[^\r\n]*/.exec(source.text.slice(block.start, Math.min(block.end, block.start + MAX_LINE_LENGTH)))?.[0] ?? ''
  const opening = /^ *(?:`+|~+)[ \t]*([^\s{`]*)[ \t]*\{/.exec(line)
  if (!opening) return null
  const brace = opening[0].length - 1
  const { values, offsets, malformed } = parseAttributes(line, brace)
  if (malformed) report.error(block.start + malformed.offset, 'attributes-malformed', malformed.message, 'Write attributes as {name=value name="value with spaces"}.')
  const language = (opening[1] ?? '').toLowerCase()
  const kind = Object.hasOwn(kinds, language) ? kinds[language] : undefined
  if (!kind) {
    report.warning(block.start, 'fence-unknown-kind', `“${language}” is not a kind of step, so a person has to do this step.`, `Use one of ${Object.keys(kinds).join(', ')}, or take the braces off.`)
  }
  if (!isClosed(source.text, block)) {
    report.error(block.start, 'fence-unclosed', 'This block is never closed, so it takes in lines that may not belong to it.', 'Close it with the same marks it starts with, indented as its first line.')
  }
  const at = (attribute: string): number => block.start + (offsets[attribute] ?? 0)
  return { block, kind: kind ?? 'manual', attributes: values, at, id: checkedId(values['id'], at('id'), ids, report) }
}

function checkedId(id: string | undefined, offset: number, ids: Ids, report: Report): string | null {
  if (id === undefined) return null
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,79}$/u.test(id) || id in {}) {
    report.error(offset, 'attributes-malformed', `${quoted(id)} is not a good id.`, 'Use letters, digits, hyphens and dots.')
    return null
  }
  if (ids.reserve(id)) return id
  report.error(offset, 'id-repeated', `Another step already has the id ${quoted(id)}.`, 'Give each step an id of its own.')
  return null
}
