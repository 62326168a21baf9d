import type { ChecklistItem, SourceRange, TextItem } from '#domain/runbook.ts'
import { plainText } from './inline.ts'
import type { Reading } from './reading.ts'
import type { Section, Unit } from './sections.ts'
import type { Block } from './syntax-tree.ts'

/** What the words of a list item say, whatever kind of item it is. */
export interface ItemWords {
  /** For people, without the owner. */
  text: string
  /** The Markdown of its first paragraph, without the checkbox. */
  raw: string
  /** Null without a checkbox. */
  checked: boolean | null
  owner: string | null
  optional: boolean
  range: SourceRange
}

export function wordsOf(item: Block, reading: Reading): ItemWords {
  const paragraph = item.type === 'listItem' ? item.children[0] : item
  const whole = paragraph?.type === 'paragraph' ? reading.source.slice(paragraph) : ''
  const box = item.type === 'listItem' ? /^\[([ xX])\](?:\s+|$)/.exec(whole) : null
  const raw = box ? whole.slice(box[0].length) : whole
  const plain = plainText(raw)
  const owner = /(?:^|\s)@([\p{L}\p{N}][\p{L}\p{N}._-]{0,79})$/u.exec(plain)
  return {
    text: owner ? plain.slice(0, owner.index).trim() : plain,
    raw,
    checked: box ? box[1] !== ' ' : null,
    owner: owner?.[1] ?? null,
    optional: /\(if (?:applicable|needed|any|required|necessary)\)/i.test(plain),
    range: reading.source.range(item.start, item.end),
  }
}

/** The list items of a section that say something, each claimed. */
export function claimItems(section: Section, reading: Reading): { unit: Unit; words: ItemWords }[] {
  return section.units.filter((unit) => unit.isItem).flatMap((unit) => {
    const words = wordsOf(unit.block, reading)
    if (words.text === '') return []
    unit.claimed = true
    return [{ unit, words }]
  })
}

export function readTextItems(section: Section, prefix: string, reading: Reading): TextItem[] {
  return claimItems(section, reading).map(({ words }) => ({ id: reading.ids.make(prefix, words.text), text: words.text, range: words.range }))
}

export function readChecklist(section: Section, prefix: string, reading: Reading): ChecklistItem[] {
  return claimItems(section, reading).map(({ words: { text, range, checked, owner, optional } }) => (
    { id: reading.ids.make(prefix, text), text, range, checkedInFile: checked === true, owner, optional }
  ))
}
