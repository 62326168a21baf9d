import type { Step } from '#domain/step.ts'
import type { Splice } from '#domain/text-patch.ts'
import { parseAttributes } from '../attributes.ts'
import { isFenced, parseBlocks } from '../syntax-tree.ts'

const OPENING = /^ *(?:`+|~+)[ \t]*[^\s{`]*[ \t]*\{/

/** Writes an attribute into a step's block, or null when it has none that can be read. The value is a bare word. */
export function attributeSplice(text: string, step: Pick<Step, 'range'>, name: string, value: string): Splice | null {
  const { start, end } = step.range
  const blocks = parseBlocks(text.slice(start, end), 0)
  const item = Array.isArray(blocks) ? blocks[0]?.children[0] : undefined
  for (const block of item?.children ?? []) {
    const at = start + block.start
    if (block.type !== 'code' || !isFenced(text.slice(at), { ...block, start: 0 })) continue
    const line = /^[^\r\n]*/.exec(text.slice(at, start + block.end))?.[0] ?? ''
    const opening = OPENING.exec(line)
    if (opening === null) continue
    const { values, offsets, malformed } = parseAttributes(line, opening[0].length - 1)
    if (malformed) return null
    const known = offsets[name]
    if (known !== undefined) return { start: at + known, end: at + endOfAttribute(line, known, values, offsets), text: `${name}=${value}` }
    const brace = line.lastIndexOf('}')
    // The blank in front is always written: another attribute may be added at the same place.
    return { start: at + brace, end: at + brace, text: ` ${name}=${value}` }
  }
  return null
}

/** Attributes stand apart by blanks: one ends before the blanks in front of the next, or in front of the closing brace. */
function endOfAttribute(line: string, from: number, values: Record<string, string>, offsets: Record<string, number>): number {
  const next = Math.min(line.lastIndexOf('}'), ...Object.keys(values).map((name) => offsets[name] ?? Infinity).filter((offset) => offset > from))
  return from + line.slice(from, next).trimEnd().length
}
