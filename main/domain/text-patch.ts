/** One change of a text: what stands between two offsets gives way to other text. */
export interface Splice {
  start: number
  end: number
  text: string
}

const CONTEXT_LINES = 3

/** The text with every change made; what no change touches stays byte for byte. Changes at one place are made in the order given. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const parts: string[] = []
  let at = 0
  for (const splice of inOrder(splices)) {
    parts.push(text.slice(at, splice.start), splice.text)
    at = Math.max(at, splice.end)
  }
  return [...parts, text.slice(at)].join('')
}

/** The changes as a unified diff that `patch -p1` and `git apply` take; '' when nothing changes. Lines end at line feeds, a CR before one belongs to its line. */
export function unifiedDiff(text: string, splices: readonly Splice[], name: string): string {
  const lines = linesOf(text)
  const changes = changedLines(text, lines, inOrder(splices)).filter(({ removed, added }) => removed.join('') !== added.join(''))
  if (changes.length === 0) return ''
  const hunks: string[] = []
  let shift = 0
  for (const group of nearby(changes)) {
    const [first, last] = [group[0], group.at(-1)]
    if (first === undefined || last === undefined) continue
    const from = Math.max(0, first.at - CONTEXT_LINES)
    const to = Math.min(lines.length, last.at + last.removed.length + CONTEXT_LINES)
    const grown = group.reduce((sum, { removed, added }) => sum + added.length - removed.length, 0)
    hunks.push(`@@ -${place(from, to - from)} +${place(from + shift, to - from + grown)} @@\n`, ...bodyOf(group, lines, from, to))
    shift += grown
  }
  return [`--- a/${name}\n`, `+++ b/${name}\n`, ...hunks].join('')
}

/** Whole lines that give way to others, from the line `at`. */
interface Change {
  at: number
  removed: string[]
  added: string[]
}

const inOrder = (splices: readonly Splice[]): Splice[] => splices.toSorted((one, other) => one.start - other.start || one.end - other.end)

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const place = (from: number, count: number): string => `${count === 0 ? from : from + 1},${count}`

function changedLines(text: string, lines: readonly string[], splices: readonly Splice[]): Change[] {
  const starts = [0]
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length)
  const groups: { from: number; to: number; splices: Splice[] }[] = []
  let line = 0
  for (const splice of splices) {
    while (line < lines.length - 1 && (starts[line + 1] ?? 0) <= splice.start) line += 1
    let to = line
    // A line end that goes joins its line with the next: up to and including that one.
    while (to < lines.length && (starts[to] ?? 0) <= splice.end) to += 1
    const group = { from: line, to, splices: [splice] }
    const before = groups.at(-1)
    if (before !== undefined && group.from < before.to) {
      before.to = Math.max(before.to, group.to)
      before.splices.push(splice)
    } else groups.push(group)
  }
  return groups.map(({ from, to, splices: inside }) => {
    const [start, end] = [starts[from] ?? 0, starts[to] ?? text.length]
    const moved = inside.map((splice) => ({ ...splice, start: splice.start - start, end: splice.end - start }))
    return trimmed({ at: from, removed: lines.slice(from, to), added: linesOf(applySplices(text.slice(start, end), moved)) })
  })
}

/** Without the lines that are the same at both ends. */
function trimmed({ at, removed, added }: Change): Change {
  const shorter = Math.min(removed.length, added.length)
  let head = 0
  while (head < shorter && removed[head] === added[head]) head += 1
  let tail = 0
  while (tail < shorter - head && removed[removed.length - 1 - tail] === added[added.length - 1 - tail]) tail += 1
  return { at: at + head, removed: removed.slice(head, removed.length - tail), added: added.slice(head, added.length - tail) }
}

/** Changes whose surroundings touch are one hunk. */
function nearby(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = []
  for (const change of changes) {
    const before = groups.at(-1)?.at(-1)
    if (before !== undefined && change.at - (before.at + before.removed.length) <= 2 * CONTEXT_LINES) groups.at(-1)?.push(change)
    else groups.push([change])
  }
  return groups
}

function bodyOf(group: readonly Change[], lines: readonly string[], from: number, to: number): string[] {
  const body: string[] = []
  let at = from
  for (const { at: changeAt, removed, added } of group) {
    body.push(...lines.slice(at, changeAt).map(marked(' ')), ...removed.map(marked('-')), ...added.map(marked('+')))
    at = changeAt + removed.length
  }
  return [...body, ...lines.slice(at, to).map(marked(' '))]
}

const marked = (mark: string) => (line: string): string => `${mark}${line}${line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`
