import { plainText } from './inline.ts'
import { type Role, roleOf } from './section-names.ts'
import type { Source } from './source.ts'
import type { Block } from './syntax-tree.ts'

/** A list item, or another block that stands directly in its section. */
export interface Unit {
  block: Block
  isItem: boolean
  /** Set by whoever found a home for it in the model; the rest is kept as text. */
  claimed: boolean
}

export interface Section {
  role: Role
  title: string
  depth: number
  heading: Block | null
  units: Unit[]
  /** The end of its last block. */
  end: number
}

/** The runbook cut at its headings. Headings a section does not know become units of it, with what follows them. */
export function cutSections(blocks: Block[], source: Source): Section[] {
  const sections: Section[] = [{ role: 'other', title: '', depth: 0, heading: null, units: [], end: 0 }]
  const path: Section[] = []
  for (const block of blocks) {
    if (block.type === 'heading') startSection(block)
    else append(block)
  }
  return sections

  function startSection(heading: Block): void {
    while ((path.at(-1)?.depth ?? 0) >= heading.depth) path.pop()
    const title = headingText(source.slice(heading))
    const above = path.at(-1)
    const isTitle = sections.length === 1 && heading.depth === 1 && roleOf(title, null, false) === 'other'
    const role = isTitle ? 'title' : roleOf(title, above?.role ?? null, above !== undefined)
    if (role === null) return append(heading)
    const section: Section = { role, title, depth: heading.depth, heading, units: [], end: heading.end }
    sections.push(section)
    path.push(section)
  }

  function append(block: Block): void {
    const section = sections.at(-1)
    if (!section) return
    section.end = block.end
    const parts = block.type === 'list' ? block.children : [block]
    for (const part of parts) section.units.push({ block: part, isItem: part.type === 'listItem', claimed: false })
  }
}

/** The words of an ATX or underlined heading. */
function headingText(raw: string): string {
  return plainText(raw.replace(/^ {0,3}#{1,6}(?:[ \t]+|$)/, '').replace(/[ \t]+#+[ \t]*$/, '').replace(/(?:\r\n|\n|\r)[ \t]*(?:=+|-+)[ \t]*$/, ''))
}
