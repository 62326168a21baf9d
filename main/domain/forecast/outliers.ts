import { ascending, quantile } from './quantile.ts'

/** Fewer lengths than this say nothing about which of them is odd. */
const LEAST_SAMPLES = 5
const DEVIATIONS = 3
/** Makes the median absolute deviation of normally spread numbers equal to their standard deviation. */
const CONSISTENCY = 1.4826
/** Steps that always take the same time have no spread at all: a quarter of the median, or a second, is never odd. */
const LEAST_SHARE = 0.25
const LEAST_MS = 1000

/**
 * From when to when a length is usual: median ± 3 · 1.4826 · MAD, after Leys et al., "Detecting outliers: Do not use
 * standard deviation around the mean, use absolute deviation around the median", J. Exp. Soc. Psychol. 49 (2013). Everything
 * is usual among fewer than five.
 */
export function usualLengths(lengths: readonly number[]): { least: number; most: number } {
  if (lengths.length < LEAST_SAMPLES) return { least: -Infinity, most: Infinity }
  const median = quantile(ascending(lengths), 0.5)
  const deviation = quantile(ascending(lengths.map((length) => Math.abs(length - median))), 0.5)
  const reach = Math.max(DEVIATIONS * CONSISTENCY * deviation, LEAST_SHARE * median, LEAST_MS)
  return { least: median - reach, most: median + reach }
}
