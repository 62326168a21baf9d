/** A text as an input field of a page holds it: every line end is LF. */
export const withLineFeeds = (text: string): string => text.replace(/\r\n?/g, '\n')

/**
 * Brings an edit made on `withLineFeeds(text)` back into the text: only what changed is replaced, so every other line
 * keeps its own line end. New line ends are the text's first kind.
 */
export function applyEdit(text: string, edited: string): string {
  const before = withLineFeeds(text)
  if (before === edited) return text
  const longest = Math.min(before.length, edited.length)
  let start = 0
  while (start < longest && before[start] === edited[start]) start += 1
  let tail = 0
  while (tail < longest - start && before[before.length - 1 - tail] === edited[edited.length - 1 - tail]) tail += 1
  const ending = /\r\n?|\n/.exec(text)?.[0] ?? '\n'
  const inserted = edited.slice(start, edited.length - tail).replaceAll('\n', ending)
  const result = text.slice(0, offsetIn(text, start)) + inserted + text.slice(offsetIn(text, before.length - tail))
  // A lone CR beside a new LF would become one line end: then the words matter more than the kinds.
  return withLineFeeds(result) === edited ? result : edited
}

/** Where the character at `offset` of the text with line feeds stands in the text itself. */
function offsetIn(text: string, offset: number): number {
  let removed = 0
  for (const { index } of text.matchAll(/\r\n/g)) {
    if (index - removed >= offset) break
    removed += 1
  }
  return offset + removed
}
