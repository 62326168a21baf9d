import { uptime } from 'node:os'
import type { ClockReading } from '#domain/forecast/clock-ledger.ts'
import type { Clock } from '#kinds/ports.ts'

/** Timers longer than 2^31 - 1 ms fire at once. */
const LONGEST_TIMER_MS = 0x7fff_ffff

/** The machine's own time. A sleep is counted in time passed, so setting the machine's clock does not change it. */
export function createLiveClock(): Clock {
  return {
    now: () => Date.now(),
    async sleep(ms, signal) {
      const until = performance.now() + ms
      do {
        signal?.throwIfAborted()
        await pass(Math.min(Math.max(until - performance.now(), 0), LONGEST_TIMER_MS), signal)
      } while (performance.now() < until)
    },
  }
}

function pass(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, Math.ceil(ms))
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** The machine's clocks in one moment. */
export const readClocks = (): ClockReading => ({ utcMs: Date.now(), monoMs: performance.now(), bootMs: uptime() * 1000 })
