import type { Block } from './syntax-tree.ts'
import { type Report, quoted } from './report.ts'
import type { Source } from './source.ts'

/** The template's own placeholders, which editors sometimes write without the backslashes. */
const templateWords = /^(?:HH:MM|X|URL|Response|table|condition|Version number|Scheduled date|Time range|Step \d|Additional steps|Feature\/fix \d|#TICKET-\d|Brief description|Critical path \d|Release \| .*|Production \| .*|Condition that .*|Error threshold that .*|Other critical thresholds|How long to .*|Deployment announcement|Preparation reminder)$/i

/** Whether a line still holds something to fill in. */
export const hasPlaceholder = (raw: string): boolean => placeholdersIn(raw).length > 0

/** Reports every placeholder in the text people read, and the template's own in queries. */
export function checkPlaceholders(blocks: Block[], source: Source, report: Report): void {
  for (const block of blocks) {
    if (block.type === 'paragraph' || block.type === 'heading') checkText(block.start, source.slice(block), placeholdersIn, report)
    else if (block.type === 'code' && /^[ `~]*sql\b/i.test(source.slice(block).slice(0, 20))) checkText(block.start, source.slice(block), bareTemplateWords, report)
    checkPlaceholders(block.children, source, report)
  }
}

function checkText(start: number, raw: string, find: (raw: string) => { index: number; text: string }[], report: Report): void {
  for (const { index, text } of find(raw)) {
    report.error(start + index, 'placeholder-left', `${quoted(text)} is a placeholder of the template.`, 'Write what is meant, or delete the line. If the brackets are meant, put them in backticks.')
  }
}

/** `\[…\]` outside code, and the template's own words in bare brackets. One pass. */
function placeholdersIn(raw: string): { index: number; text: string }[] {
  if (!raw.includes('[')) return []
  const found: { index: number; text: string }[] = []
  let open = -1
  let inCode = false
  for (let index = 0; index < raw.length; index += 1) {
    const character = raw[index]
    if (character === '`') inCode = !inCode && raw.includes('`', index + 1)
    else if (character === '\n' || character === '\r') open = -1
    else if (character === '\\') {
      if (!inCode && raw[index + 1] === '[') open = index
      else if (!inCode && raw[index + 1] === ']' && open !== -1) {
        found.push({ index: open, text: raw.slice(open + 2, index) })
        open = -1
      }
      index += 1
    }
  }
  return [...found, ...bareTemplateWords(raw)]
}

function bareTemplateWords(raw: string): { index: number; text: string }[] {
  return [...raw.matchAll(/(?<!\\)\[([^[\]\\\r\n]{1,80})\](?!\()/g)]
    .filter((match) => templateWords.test(match[1] ?? ''))
    .map((match) => ({ index: match.index, text: match[1] ?? '' }))
}
