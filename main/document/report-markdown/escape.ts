import { plainText } from '#domain/report/excerpt.ts'

/**
 * Text from a run as one line of Markdown that means nothing but itself. Addresses become code: an autolink cannot
 * be escaped away everywhere, because some renderers look for addresses after they have undone the escapes.
 */
export function inline(text: string | null): string {
  const line = plainText(text ?? '').replace(/\s+/g, ' ').trim()
  if (line === '') return '–'
  return line.split(' ').map((word) => (looksLikeAddress.test(word) ? code(word) : escaped(word))).join(' ')
}

/** Text as inline code, whatever backticks it has. */
export function code(text: string): string {
  const line = plainText(text).replace(/\s+/g, ' ').trim()
  if (line === '') return '–'
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line.replaceAll('|', '¦')}${pad}${fence}`
}

/** Text as a fenced block that nothing in it can close. */
export function fenced(text: string, language = 'text'): string {
  const content = plainText(text)
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1))
  return `${fence}${language}\n${content}${content.endsWith('\n') ? '' : '\n'}${fence}`
}

/** A table; the cells are Markdown already. Nothing at all when there are no rows. */
export function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  const row = (cells: string[]): string => `| ${cells.join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

/** Blocks with one empty line between them; empty ones fall away. */
export const lines = (...blocks: string[]): string => blocks.filter((block) => block !== '').join('\n\n')

/** An address, a person, or an issue: GitHub turns `#12` into a link that also shows in the issue named, escaped or not. */
const looksLikeAddress = /:\/\/|@|www\.|mailto:|xmpp:|#\d|\bGH-\d/i

/** A backslash takes the meaning from what has one anywhere, and from what has one at the beginning of a line. */
const escaped = (word: string): string =>
  word.replace(/[\\`*_[\]<>&~|$]/g, '\\$&').replace(/^[#+\-=:!]/, '\\$&').replace(/^(\d{1,9})([.)])$/, '$1\\$2')

function longestRun(text: string): number {
  let longest = 0
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length)
  return longest
}
