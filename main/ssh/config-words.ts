/** One line of ssh_config: the keyword in lower case and its arguments with quotes and comments taken off. */
export interface ConfigLine {
  keyword: string
  words: string[]
  /** Everything after the keyword, as written. Only for keywords that take the rest of the line (ProxyCommand). */
  rest: string
}

/**
 * Splits a line as OpenSSH 9 does: optional single `=` after the keyword, '…' and "…" quotes, backslash before a
 * quote or a backslash, `#` at the start of a word ends the line. Null for blank and comment lines. Throws an Error
 * with the reason for a line that OpenSSH refuses.
 *
 * The ssh-config package is not used here: it cuts `~/key#1` at the `#`, loses the difference to `~/key #1`, knows
 * no single quotes, lets `?` match nothing, and keeps only the last of two equal Match criteria.
 */
export function splitConfigLine(line: string): ConfigLine | null {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return null
  const match = /^(?:"([^"]*)"|([^\s="]+))\s*=?\s*(.*)$/s.exec(text)
  const keyword = (match?.[1] ?? match?.[2] ?? '').toLowerCase()
  const rest = match?.[3] ?? ''
  if (match === null || keyword === '') throw new Error('it does not start with a keyword')
  if (rest === '') throw new Error(`${keyword} has no value`)
  const words = splitWords(rest)
  if (words.length === 0) throw new Error(`${keyword} has no value`)
  return { keyword, words, rest }
}

/** OpenSSH's argv_split with comments. Throws for a quote that is not closed. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let i = 0
  while (i < text.length) {
    if (text[i] === ' ' || text[i] === '\t') {
      i++
      continue
    }
    if (text[i] === '#') break
    const { word, next } = readWord(text, i)
    words.push(word)
    i = next
  }
  return words
}

function readWord(text: string, start: number): { word: string; next: number } {
  let word = ''
  let quote = ''
  let i = start
  for (; i < text.length; i++) {
    const char = text[i] ?? ''
    const following = text[i + 1] ?? ''
    if (char === '\\' && (following === '"' || following === "'" || following === '\\' || (quote === '' && following === ' '))) {
      word += following
      i++
    } else if (quote === '' && (char === ' ' || char === '\t')) {
      break
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char
    } else if (char === quote) {
      quote = ''
    } else {
      word += char
    }
  }
  if (quote !== '') throw new Error('a quote is not closed')
  return { word, next: i }
}
