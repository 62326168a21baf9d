/**
 * The p-quantile of sorted numbers, between two of them on a straight line: type 7 of Hyndman & Fan, "Sample Quantiles in
 * Statistical Packages", The American Statistician 50 (1996), the default of R and NumPy. `sorted` is ascending and not empty.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const position = (sorted.length - 1) * p
  const below = Math.floor(position)
  const low = sorted[below] ?? NaN
  const high = sorted[below + 1] ?? low
  return low + (position - below) * (high - low)
}

/** Sorted in a typed array, which compares numbers without calling back: every step of every run comes through here. */
export const ascending = (numbers: ArrayLike<number>): Float64Array => Float64Array.from(numbers).sort()
