import { performance } from 'node:perf_hooks'
import { Problem } from '#domain/problem.ts'
import type { Clock } from '#kinds/ports.ts'

/** The run's own time at a moment of the machine: now = at + (machine now − machineAt) × rate. */
export interface ClockReading {
  at: number
  machineAt: number
  rate: number
}

export interface RehearsalClock extends Clock {
  /** Rehearsal milliseconds per real millisecond, from now on. Sleeps under way are shortened or stretched with it. */
  setRate(rate: number): void
  reading(): ClockReading
  /** Calls back after every change of rate; the returned function stops it. */
  onChange(listener: (reading: ClockReading) => void): () => void
}

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** A clock that starts at `startAt` (epoch ms), runs `rate` times as fast as real time and never goes back. */
export function createRehearsalClock(options: { startAt: number; rate: number }): RehearsalClock {
  let rate = checkedRate(options.rate)
  let anchor = { at: options.startAt, machine: performance.now() }
  const sleepers = new Set<() => void>()
  const listeners = new Set<(reading: ClockReading) => void>()

  const exactNow = () => anchor.at + (performance.now() - anchor.machine) * rate
  const reading = () => ({ at: Math.floor(exactNow()), machineAt: Date.now(), rate })

  return {
    now: () => Math.floor(exactNow()),
    reading,

    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        // Ends on a whole millisecond of now(), so that now() has reached it when the sleeper wakes.
        const until = Math.floor(exactNow()) + ms
        let timer: NodeJS.Timeout

        const arm = () => {
          clearTimeout(timer)
          const left = (until - exactNow()) / rate
          timer = setTimeout(wake, Math.min(Math.max(0, Math.ceil(left)), LONGEST_TIMER_MS))
        }
        const wake = () => {
          if (exactNow() < until) return arm()
          stop()
          resolve()
        }
        const onAbort = () => {
          stop()
          reject(signal?.reason)
        }
        const stop = () => {
          clearTimeout(timer)
          sleepers.delete(arm)
          signal?.removeEventListener('abort', onAbort)
        }

        sleepers.add(arm)
        signal?.addEventListener('abort', onAbort, { once: true })
        arm()
      })
    },

    setRate(next) {
      const checked = checkedRate(next)
      anchor = { at: exactNow(), machine: performance.now() }
      rate = checked
      for (const rearm of sleepers) rearm()
      const changed = reading()
      for (const listener of listeners) listener(changed)
    },

    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function checkedRate(rate: number): number {
  if (Number.isFinite(rate) && rate > 0) return rate
  throw new Problem('rehearsal-speed', `A rehearsal cannot run at speed ${rate}.`, 'Choose a speed above 0, for example 1 or 60. The rehearsal goes on at the speed it had.')
}
