export type Verdict = 'pass' | 'refuse' | 'cut'

/**
 * A token bucket of `burst` messages refilled at `perSecond`. An empty bucket refuses; a client that keeps on
 * sending for another `patience` messages is cut off.
 */
export function createRateLimit(limits: { perSecond: number; burst: number; patience: number; now: () => number }): () => Verdict {
  let left = limits.burst
  let seenAt = limits.now()
  return () => {
    const now = limits.now()
    left = Math.min(limits.burst, left + (Math.max(0, now - seenAt) / 1000) * limits.perSecond) - 1
    seenAt = now
    if (left >= 0) return 'pass'
    return left >= -limits.patience ? 'refuse' : 'cut'
  }
}
