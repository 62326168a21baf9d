import type { SourceRange } from '#domain/runbook.ts'
import type { Splice } from '#domain/text-patch.ts'
import { parseBlocks } from '../syntax-tree.ts'

/** Gives a list item without a block one for a person's step, with an id; null where its words cannot be found. */
export function manualBlockSplice(text: string, { range }: { range: SourceRange }, id: string): Splice | null {
  const blocks = parseBlocks(text.slice(range.start, range.end), 0)
  const words = Array.isArray(blocks) ? blocks[0]?.children[0]?.children[0] : undefined
  const indent = indentOf(text, range)
  if (words?.type !== 'paragraph' || indent === null) return null
  const at = range.start + words.end
  const pad = indent + ' '.repeat(markerOf(text, range).length)
  return { start: at, end: at, text: manualBlock(pad, id, lineEndOf(text)) }
}

/** A list item for a person's step behind another item of the list, `after` places further on; null where the list cannot be gone on with. */
export function nextItemSplice(text: string, { range }: { range: SourceRange }, { words, id, place }: { words: string; id: string; place: number }): Splice | null {
  const indent = indentOf(text, range)
  const marker = /^(?:([-+*])|(\d{1,8})([.)]))([ ]{1,4})(?:\[[ xX]\][ ]+)?/.exec(text.slice(range.start, range.start + 40))
  if (indent === null || marker === null) return null
  const [, bullet, number, mark, space = ' '] = marker
  const start = `${bullet ?? `${Number(number) + place}${mark}`}${space}`
  const ending = lineEndOf(text)
  return { start: range.end, end: range.end, text: `${ending}${indent}${start}${words}${manualBlock(indent + ' '.repeat(start.length), id, ending)}` }
}

const manualBlock = (pad: string, id: string, ending: string): string => `${ending}${pad}\`\`\`manual {id=${id}}${ending}${pad}\`\`\``

const lineEndOf = (text: string): string => /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'

/** The blanks in front of the item; null when something else stands there. */
function indentOf(text: string, { start }: SourceRange): string | null {
  const line = text.slice(Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1, start)
  return /^ *$/.test(line) ? line : null
}

const markerOf = (text: string, { start }: SourceRange): string => /^(?:[-+*]|\d{1,9}[.)]) {1,4}/.exec(text.slice(start, start + 20))?.[0] ?? '  '
