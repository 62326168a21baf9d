/** A line of two texts put side by side. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Beyond this many comparisons all old lines are shown as removed and all new ones as added. */
const MOST_CELLS = 1_000_000

/** The fewest lines removed and added that lead from one text to the other (longest common subsequence). */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }))
  return [
    ...same(before.slice(0, head)),
    ...diffMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ]
}

function diffMiddle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const removed = before.map((text): DiffLine => ({ kind: 'removed', text }))
  const added = after.map((text): DiffLine => ({ kind: 'added', text }))
  if (before.length * after.length > MOST_CELLS) return [...removed, ...added]
  const common = commonLengths(before, after)
  const lines: DiffLine[] = []
  let [old, fresh] = [0, 0]
  while (old < before.length && fresh < after.length) {
    if (before[old] === after[fresh]) {
      lines.push({ kind: 'same', text: before[old] ?? '' })
      old += 1
      fresh += 1
    } else if ((common[old + 1]?.[fresh] ?? 0) >= (common[old]?.[fresh + 1] ?? 0)) lines.push(...removed.slice(old, ++old))
    else lines.push(...added.slice(fresh, ++fresh))
  }
  return [...lines, ...removed.slice(old), ...added.slice(fresh)]
}

/** How many lines the rests from each pair of places have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let old = before.length - 1; old >= 0; old -= 1) {
    for (let fresh = after.length - 1; fresh >= 0; fresh -= 1) {
      const [row, below] = [table[old], table[old + 1]]
      if (row && below) row[fresh] = before[old] === after[fresh] ? (below[fresh + 1] ?? 0) + 1 : Math.max(below[fresh] ?? 0, row[fresh + 1] ?? 0)
    }
  }
  return table
}
