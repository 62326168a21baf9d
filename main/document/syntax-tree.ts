import type { RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import type { Finding } from '#domain/finding.ts'
import { MAX_LINE_LENGTH, tooComplex } from './limits.ts'
import { cutPieces } from './pieces.ts'
import { createSource } from './source.ts'

/** A block of the runbook; `start` and `end` are offsets into the whole text. */
export interface Block {
  type: RootContent['type']
  start: number
  end: number
  /** The code or front matter without its fences; '' for other blocks. */
  value: string
  /** 1-6 for headings, else 0. */
  depth: number
  children: Block[]
}

/** Only blocks are parsed: words inside a line are read by `inline.ts`, and this keeps hostile lines from costing anything. */
const inlineConstructs = [
  'attention', 'autolink', 'characterEscape', 'characterReference', 'codeText', 'definition', 'hardBreakEscape', 'htmlText',
  'labelEnd', 'labelStartImage', 'labelStartLink',
]
const MAX_MARKERS = 3000
const containers = new Set(['list', 'listItem', 'blockquote'])

/** The blocks of a text that `refusal` let through; a Finding when a part of it is too tangled to be read in time. */
export function parseBlocks(text: string, from: number): Block[] | Finding {
  const pieces = cutPieces(text, from)
  const tangled = pieces.find((piece) => piece.markers > MAX_MARKERS)
  if (tangled) return tooComplex(createSource(text).range(tangled.start, tangled.start).line)
  const blocks: Block[] = []
  let at = from
  let index = 0
  for (let piece = pieces[index]; piece; piece = pieces[index]) {
    const read = parsePiece(text, at, piece.end)
    const last = read.at(-1)
    const openUntil = last && pieces[index + 1] ? endOfOpenBlock(text, last) : 0
    if (last && openUntil > piece.end) {
      blocks.push(...read.slice(0, -1), ...parsePiece(text, last.start, openUntil))
      at = openUntil
      while ((pieces[index]?.end ?? Infinity) <= at) index += 1
    } else {
      blocks.push(...read)
      at = piece.end
      index += 1
    }
  }
  return blocks
}

function parsePiece(text: string, start: number, end: number): Block[] {
  const tree = fromMarkdown(text.slice(start, end), { extensions: [{ disable: { null: inlineConstructs } }] })
  return tree.children.map((node) => blockOf(node, start))
}

function blockOf(node: RootContent, base: number): Block {
  return {
    type: node.type,
    start: base + (node.position?.start.offset ?? 0),
    end: base + (node.position?.end.offset ?? 0),
    value: 'value' in node ? node.value : '',
    depth: node.type === 'heading' ? node.depth : 0,
    children: containers.has(node.type) && 'children' in node ? node.children.map((child) => blockOf(child, base)) : [],
  }
}

export function isFenced(text: string, block: Block): boolean {
  return /^[ ]{0,3}(?:`{3}|~{3})/.test(text.slice(block.start, block.start + 6))
}

/** Whether fenced code ends with its closing fence. */
export function isClosed(text: string, block: Block): boolean {
  const raw = text.slice(block.start, block.end)
  const fence = /^[ ]*(`{3,}|~{3,})/.exec(raw)?.[1] ?? ''
  const lastLine = raw.slice(Math.max(raw.lastIndexOf('\n'), raw.lastIndexOf('\r')) + 1).replace(/^[\s>]+/, '').trimEnd()
  return raw.length > fence.length && /[\r\n]/.test(raw) && lastLine.length >= fence.length && lastLine === (fence[0] ?? '').repeat(lastLine.length)
}

/** Where a block that can hold anything ends in the whole text: fenced code after its closing fence, HTML after its end mark. */
function endOfOpenBlock(text: string, block: Block): number {
  if (block.type === 'html') return after(text, block.start, htmlEnd(text.slice(block.start, block.start + 12)))
  if (block.type !== 'code' || !isFenced(text, block) || isClosed(text, block)) return 0
  const fence = /`{3,}|~{3,}/.exec(text.slice(block.start, block.start + MAX_LINE_LENGTH))?.[0] ?? ''
  return after(text, block.start + fence.length, new RegExp(`^ {0,3}${fence}${fence[0] ?? ''}*[ \\t]*$`, 'gm'))
}

/** What ends an HTML block, by how it starts (CommonMark 0.31, section 4.6). */
function htmlEnd(opening: string): RegExp {
  if (opening.startsWith('<!--')) return /-->/g
  if (opening.startsWith('<?')) return /\?>/g
  if (opening.startsWith('<![CDATA[')) return /\]\]>/g
  if (/^<![a-z]/i.test(opening)) return />/g
  if (/^<(?:script|pre|style|textarea)\b/i.test(opening)) return /<\/(?:script|pre|style|textarea)>/gi
  return /(?:\r\n|\n|\r(?!\n))[ \t]*(?=\r|\n)/g
}

/** The start of the line after the first match, or the end of the text. */
function after(text: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from
  const match = pattern.exec(text)
  if (!match) return text.length
  const ending = /\r\n|\n|\r/g
  ending.lastIndex = match.index + match[0].length
  return ending.exec(text) ? ending.lastIndex : text.length
}
