/**
 * The p-quantile of sorted numbers, between two of them on a straight line: type 7 of Hyndman & Fan, "Sample Quantiles in
 * Statistical Packages", The American Statistician 50 (1996), the default of R and NumPy. `sorted` is ascending and not empty.
 */
export function quantile(sorted: readonly number[], p: number): number {
  const position = (sorted.length - 1) * p
  const below = Math.floor(position)
  const low = sorted[below] ?? NaN
  const high = sorted[below + 1] ?? low
  return low + (position - below) * (high - low)
}

export const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((one, other) => one - other)
