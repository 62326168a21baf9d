/** A line of one stream that holds what was looked for. */
export interface LineFound {
  /** Counts from 1 in its stream. */
  line: number
  /** Where it begins: in the chunk `seq`, after `breaks` line feeds of it. */
  seq: number
  breaks: number
  /** The line, or the part around the match, without colours. */
  text: string
  /** Of the first match in `text`. */
  start: number
  length: number
}

/** Of a line without end no more than this is held; a match is found all the same. */
const MOST_HELD = 64 * 1024
const BEFORE = 60
const AFTER = 200

// The only sequences a log obeys: what is looked for is what is seen.
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[0-9;:]{0,64}m/g

/**
 * Finds a text in the chunks of one stream as they follow one another: literally, upper and lower case alike, across the
 * edges of chunks, one hit a line. The last line is only looked at when it ends, or by `end`.
 */
export function createLineFinder(wanted: string): { take(seq: number, text: string): LineFound[]; end(): LineFound[] } {
  const pattern = new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu')
  let begun = ''
  let place = { seq: 0, breaks: 0 }
  let line = 1
  /** The begun line has been found already, further up than what is still held of it. */
  let found: LineFound | null = null

  /** The first match from `from` on. */
  const matchIn = (text: string, from: number): { start: number; end: number } | null => {
    pattern.lastIndex = from
    const match = pattern.exec(text)
    return match && { start: match.index, end: pattern.lastIndex }
  }
  const excerpt = (text: string, { start, end }: { start: number; end: number }): Pick<LineFound, 'text' | 'start' | 'length'> => {
    const lineStart = text.lastIndexOf('\n', start) + 1
    const lineEnd = text.indexOf('\n', end)
    const from = Math.max(lineStart, start - BEFORE)
    return { text: text.slice(from, Math.min(lineEnd === -1 ? text.length : lineEnd, end + AFTER)).replace(/\r$/, ''), start: start - from, length: end - start }
  }
  const shorten = (): void => {
    if (begun.length <= MOST_HELD) return
    const match = found ? null : matchIn(begun, 0)
    if (match) found = { line, ...place, ...excerpt(begun, match) }
    begun = begun.slice(-wanted.length)
  }
  const hold = (seq: number, breaks: number, text: string): void => {
    if (begun === '' && found === null) place = { seq, breaks }
    begun += text
    shorten()
  }

  return {
    take(seq, text) {
      const last = text.lastIndexOf('\n')
      if (last === -1) {
        hold(seq, 0, text)
        return []
      }
      if (begun === '' && found === null) place = { seq, breaks: 0 }
      const ended = withoutColours(begun + text.slice(0, last + 1))
      const hits: LineFound[] = found ? [found] : []
      // Which line of `ended` begins at `at`; what was found of the first one is told already.
      let index = 0
      let at = 0
      const next = (): void => {
        at = ended.indexOf('\n', at) + 1
        index += 1
      }
      if (found) next()
      for (let match = matchIn(ended, at); match; match = matchIn(ended, at)) {
        while (ended.indexOf('\n', at) < match.start) next()
        hits.push({ line: line + index, ...(index === 0 ? place : { seq, breaks: index }), ...excerpt(ended, match) })
        next()
      }
      while (at < ended.length) next()
      line += index
      found = null
      begun = ''
      if (last + 1 < text.length) hold(seq, index, text.slice(last + 1))
      return hits
    },
    end() {
      const text = withoutColours(begun)
      const match = found ? null : matchIn(text, 0)
      return found ? [found] : match ? [{ line, ...place, ...excerpt(text, match) }] : []
    },
  }
}

const withoutColours = (text: string): string => (text.includes('\u001b') ? text.replace(COLOUR, '') : text)
