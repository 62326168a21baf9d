import { describe, expect, it } from 'vitest'
import { describeOnFail, parseOnFail } from '#domain/flow/on-fail.ts'
import { delayBeforeRetry, describeRetries, mayRetryByItself, NO_RETRIES, parseBackoff, parseDelay, parseRetryCount, type Retries } from '#domain/flow/retries.ts'

const retries = (backoff: Retries['backoff'], capMs = 600_000, delayMs = 1000): Retries => ({ count: 6, delayMs, backoff, capMs })
const waits = (settings: Retries) => [1, 2, 3, 4, 5, 6].map((retry) => delayBeforeRetry(settings, retry) / 1000)

describe('retries', () => {
  it('wait as long as delay= and backoff= say, never longer than the cap', () => {
    expect(waits(retries('none'))).toEqual([1, 1, 1, 1, 1, 1])
    expect(waits(retries('linear', 4000))).toEqual([1, 2, 3, 4, 4, 4])
    expect(waits(retries('exponential', 10_000))).toEqual([1, 2, 4, 8, 10, 10])
    expect(waits(retries('exponential', 2000, 5000))).toEqual([5, 5, 5, 5, 5, 5])
    expect(delayBeforeRetry(retries('exponential'), 2000)).toBe(600_000)
  })

  it.each([['none', 'none', 600_000], ['linear', 'linear', 600_000], ['exponential,5m', 'exponential', 300_000], ['Exponential, 30s', 'exponential', 30_000]])('reads backoff=%s', (text, backoff, capMs) => {
    expect(parseBackoff(text)).toEqual({ ok: true, value: { backoff, capMs } })
  })

  it.each(['', 'fast', 'linear,', 'linear,soon', 'linear,0s', 'linear,2h', 'linear,1m,2m'])('does not take backoff=%j', (text) => expect(parseBackoff(text).ok).toBe(false))

  it.each(['-1', '21', '1.5', '', 'many', 'true'])('does not take retries=%j', (text) => expect(parseRetryCount(text).ok).toBe(false))

  it.each(['5', '2h', 'soon'])('does not take delay=%j', (text) => expect(parseDelay(text).ok).toBe(false))

  it('never run again by themselves what may have run, what a person stopped, or a login that was refused', () => {
    const refused = (code: string) => mayRetryByItself({ outcome: 'failed', reason: 'refused', code, message: '', hint: '' })
    expect(mayRetryByItself({ outcome: 'unknown', code: 'ssh-link-lost', message: '', hint: '' })).toBe(false)
    expect(mayRetryByItself({ outcome: 'failed', reason: 'aborted', message: '' })).toBe(false)
    expect(mayRetryByItself({ outcome: 'succeeded', exitCode: 0 })).toBe(false)
    expect(['ssh-auth', 'ssh-host-key-changed', 'something-new'].map(refused)).toEqual([false, false, false])
    expect(['ssh-refused', 'ssh-no-route'].map(refused)).toEqual([true, true])
    expect(mayRetryByItself({ outcome: 'failed', reason: 'exit', exitCode: 1 })).toBe(true)
    expect(mayRetryByItself({ outcome: 'failed', reason: 'timeout', message: '' })).toBe(true)
  })

  it('are said in words', () => {
    expect([describeRetries(NO_RETRIES), describeRetries({ ...retries('linear'), count: 1 }), describeRetries(retries('exponential'))])
      .toEqual(['no retries', 'up to 1 retry, after 1 s', 'up to 6 retries, after 1 s, 2 s, 4 s, 8 s…'])
  })
})

describe('on-fail=', () => {
  it.each([['stop', { action: 'stop' }], ['continue', { action: 'continue' }], ['ask', { action: 'ask' }], ['step:collect-logs', { action: 'run-step', stepId: 'collect-logs' }]])('reads %s', (text, value) => {
    expect(parseOnFail(text)).toEqual({ ok: true, value })
  })

  it.each(['', 'ignore', 'step:', 'step: a', 'Stop', 'step:a b'])('does not take %j', (text) => expect(parseOnFail(text).ok).toBe(false))

  it('is said in words', () => {
    expect(describeOnFail({ action: 'run-step', stepId: 'logs' }, () => 'Collect the logs')).toBe('runs "Collect the logs" when it fails, then asks')
  })
})
