/** A line of both, of the left alone, or of the right alone, with its numbers from 1. */
export interface DiffLine {
  kind: 'same' | 'left' | 'right'
  text: string
  left: number | null
  right: number | null
}

/** More lines than this, or more differences, are not compared: the work grows with their product. */
export const MOST_LINES = 20_000
export const MOST_DIFFERENCES = 1_000

/**
 * The shortest way from one text to the other, line by line (E. Myers, "An O(ND) difference algorithm", 1986); null when
 * there are too many lines or differences.
 */
export function diffLines(left: readonly string[], right: readonly string[]): DiffLine[] | null {
  if (left.length > MOST_LINES || right.length > MOST_LINES) return null
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1
  let end = 0
  while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1
  const middle = shortestWay(left.slice(start, left.length - end), right.slice(start, right.length - end))
  if (middle === null) return null
  const kinds: DiffLine['kind'][] = [...Array.from({ length: start }, () => 'same' as const), ...middle, ...Array.from({ length: end }, () => 'same' as const)]
  let [fromLeft, fromRight] = [0, 0]
  return kinds.map((kind) => {
    if (kind !== 'right') fromLeft += 1
    if (kind !== 'left') fromRight += 1
    const text = (kind === 'right' ? right[fromRight - 1] : left[fromLeft - 1]) ?? ''
    return { kind, text, left: kind === 'right' ? null : fromLeft, right: kind === 'left' ? null : fromRight }
  })
}

function shortestWay(left: readonly string[], right: readonly string[]): DiffLine['kind'][] | null {
  // How far down the left each diagonal (left minus right) reaches with so many differences; one row kept for each number.
  const rows: Int32Array[] = []
  let reach: Int32Array = Int32Array.of(0, 0, 0)
  for (let differences = 0; differences <= Math.min(left.length + right.length, MOST_DIFFERENCES); differences += 1) {
    rows.push(reach)
    const next = new Int32Array(2 * differences + 5)
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let x = comesFromRight(reach, differences, diagonal) ? at(reach, differences, diagonal + 1) : at(reach, differences, diagonal - 1) + 1
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x += 1
      next[diagonal + differences + 2] = x
      if (x >= left.length && x - diagonal >= right.length) return wayBack(rows, differences, left.length, right.length)
    }
    reach = next
  }
  return null
}

/** `reach` is the row before `differences`; its diagonals run from 1 - differences to differences - 1. */
const at = (reach: Int32Array, differences: number, diagonal: number): number => reach[diagonal + differences + 1] ?? 0
const comesFromRight = (reach: Int32Array, differences: number, diagonal: number): boolean =>
  diagonal === -differences || (diagonal !== differences && at(reach, differences, diagonal - 1) < at(reach, differences, diagonal + 1))

function wayBack(rows: readonly Int32Array[], most: number, leftLength: number, rightLength: number): DiffLine['kind'][] {
  const way: DiffLine['kind'][] = []
  let [x, y] = [leftLength, rightLength]
  for (let differences = most; differences > 0; differences -= 1) {
    const reach = rows[differences] ?? new Int32Array()
    const diagonal = x - y
    const isRight = comesFromRight(reach, differences, diagonal)
    const before = isRight ? diagonal + 1 : diagonal - 1
    const fromX = at(reach, differences, before)
    while (x > fromX + (isRight ? 0 : 1)) {
      way.push('same')
      x -= 1
      y -= 1
    }
    way.push(isRight ? 'right' : 'left')
    x = fromX
    y = fromX - before
  }
  for (; x > 0; x -= 1) way.push('same')
  return way.toReversed()
}
