import type { Clock } from '#kinds/ports.ts'

const AGAIN_MS = 5000

export interface Timer {
  /** From this time on (epoch ms on the run's clock) the run is told the time, every few seconds; null: not at all. */
  set(wakeAt: number | null): void
}

/** Tells a run when what it waits for is due: the end of the monitoring time, a retry. */
export function createTimer(options: { clock: Clock; tick(): Promise<void>; log(thrown: unknown): void }): Timer {
  const { clock } = options
  let waiting: AbortController | null = null

  const wait = async (wakeAt: number, signal: AbortSignal) => {
    await clock.sleep(Math.max(wakeAt - clock.now(), 0), signal)
    while (!signal.aborted) {
      await options.tick()
      await clock.sleep(AGAIN_MS, signal)
    }
  }

  return {
    set: (wakeAt) => {
      waiting?.abort(new Error('timer replaced'))
      waiting = null
      if (wakeAt === null) return
      const { signal } = (waiting = new AbortController())
      wait(wakeAt, signal).catch((thrown: unknown) => {
        if (!signal.aborted) options.log(thrown)
      })
    },
  }
}
