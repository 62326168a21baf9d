import { formatDuration, parseDuration } from '../duration.ts'
import type { HostResult } from '../step.ts'
import { type Parsed, notUnderstood, understood } from './parsed.ts'

export type Backoff = 'none' | 'linear' | 'exponential'

export interface Retries {
  /** How often a host that failed is tried again by itself; 0 is never. */
  count: number
  /** Before the first retry. */
  delayMs: number
  backoff: Backoff
  /** No wait is longer. */
  capMs: number
}

const MOST_RETRIES = 20
const USUAL_DELAY_MS = 5000
const USUAL_CAP_MS = 10 * 60_000
const LONGEST_DELAY_MS = 60 * 60_000
const backoffs: readonly Backoff[] = ['none', 'linear', 'exponential']

export const NO_RETRIES: Retries = { count: 0, delayMs: USUAL_DELAY_MS, backoff: 'none', capMs: USUAL_CAP_MS }

export function parseRetryCount(text: string): Parsed<number> {
  return /^\d{1,2}$/.test(text) && Number(text) <= MOST_RETRIES ? understood(Number(text)) : notUnderstood(`Give how often to try again, from 0 to ${MOST_RETRIES}.`)
}

export function parseDelay(text: string): Parsed<number> {
  const ms = parseDuration(text)
  return ms !== null && ms <= LONGEST_DELAY_MS ? understood(ms) : notUnderstood('Give a length such as 5s or 2m, at most 1h.')
}

/** `none`, `linear`, `exponential`, each with the longest wait after a comma: `exponential,5m`. */
export function parseBackoff(text: string): Parsed<{ backoff: Backoff; capMs: number }> {
  const [word = '', cap, ...rest] = text.split(',').map((part) => part.trim())
  const backoff = backoffs.find((known) => known === word.toLowerCase())
  const capMs = cap === undefined ? USUAL_CAP_MS : parseDuration(cap)
  if (!backoff || capMs === null || capMs === 0 || capMs > LONGEST_DELAY_MS || rest.length > 0) return notUnderstood('Give none, linear or exponential, and if need be the longest wait: backoff=exponential,5m (at most 1h).')
  return understood({ backoff, capMs })
}

/** How long to wait before the `retry`-th retry (1 is the first): d, d, d · d, 2d, 3d · d, 2d, 4d; never longer than the cap. */
export function delayBeforeRetry({ delayMs, backoff, capMs }: Retries, retry: number): number {
  const factor: Record<Backoff, number> = { none: 1, linear: retry, exponential: 2 ** (retry - 1) }
  return Math.min(delayMs * factor[backoff], Math.max(capMs, delayMs))
}

/**
 * Whether a host that ended so may be tried again by itself. Unknown is never: it might run twice. Aborted is a person's
 * word. A host key or a login that was refused is refused again, and penalties lock the others out.
 */
export function mayRetryByItself(result: HostResult): boolean {
  if (result.outcome !== 'failed') return false
  switch (result.reason) {
    case 'exit':
    case 'signal':
    case 'timeout':
      return true
    case 'aborted':
    // It would fill the disk again.
    case 'output-limit':
      return false
    case 'refused':
      return transient.includes(result.code)
  }
}

const transient: readonly string[] = ['ssh-refused', 'ssh-timeout', 'ssh-no-route', 'ssh-closed', 'http-refused', 'http-unreachable']

/** For people: "up to 3 retries, after 10 s, 20 s, 40 s". */
export function describeRetries(retries: Retries): string {
  if (retries.count === 0) return 'no retries'
  const waits = Array.from({ length: Math.min(retries.count, 4) }, (_, index) => formatDuration(delayBeforeRetry(retries, index + 1)))
  return `up to ${retries.count === 1 ? '1 retry' : `${retries.count} retries`}, after ${waits.join(', ')}${retries.count > waits.length ? '…' : ''}`
}
