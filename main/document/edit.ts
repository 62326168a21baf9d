import type { SourceRange } from '#domain/runbook.ts'
import { Problem } from '#domain/problem.ts'
import { parseBlocks } from './syntax-tree.ts'

/** Edits are splices into the text, never a re-print: whatever they do not touch stays byte for byte. */
export function spliceText(text: string, range: { start: number; end: number }, replacement: string): string {
  return text.slice(0, range.start) + replacement + text.slice(range.end)
}

/** Sets the `[ ]` of a list item: a change of one character. */
export function setCheckbox(text: string, item: { range: SourceRange }, checked: boolean): string {
  const box = /^(?:[-+*]|\d{1,9}[.)])[ \t]+\[([ xX])\]/.exec(text.slice(item.range.start, item.range.start + 200))
  if (!box) throw outOfDate('a checkbox')
  if ((box[1] !== ' ') === checked) return text
  const at = item.range.start + box[0].length - 2
  return spliceText(text, { start: at, end: at + 1 }, checked ? 'x' : ' ')
}

/** Puts other words (one line of Markdown) into a list item; its bullet, checkbox, blocks and sub-items stay. */
export function replaceItemText(text: string, item: { range: SourceRange }, words: string): string {
  const line = words.replace(/\s+/g, ' ').trim()
  if (line === '') throw new Problem('edit-empty', 'The item would have no words.', 'Write something, or delete the whole line. Nothing was changed.')
  const blocks = parseBlocks(text.slice(item.range.start, item.range.end), 0)
  const paragraph = Array.isArray(blocks) ? blocks[0]?.children[0]?.children[0] : undefined
  if (paragraph?.type !== 'paragraph') throw outOfDate('a list item with words')
  const start = item.range.start + paragraph.start
  const end = item.range.start + paragraph.end
  const box = /^\[[ xX]\]\s+/.exec(text.slice(start, end))?.[0] ?? ''
  return spliceText(text, { start: start + box.length, end }, line)
}

function outOfDate(what: string): Problem {
  return new Problem('edit-out-of-date', `There is no longer ${what} at this place of the runbook.`, 'Open the runbook again, then repeat the change. Nothing was changed.')
}
