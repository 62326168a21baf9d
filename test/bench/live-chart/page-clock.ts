import type { Page } from 'playwright-core'

/** Of each round, ms: how long it took, and how long something worked for it. */
export interface Times {
  wall: number[]
  own: number[]
}

export interface PageClock {
  page: Page
  /** Does it so many times; `work` gives how long it took. */
  time(rounds: number, work: () => Promise<number>): Promise<Times>
}

/** Own time is that of the page's main thread, as Chromium counts it. */
export async function createPageClock(page: Page): Promise<PageClock> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async (): Promise<number> => ((await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
  return {
    page,
    async time(rounds, work) {
      const times = noTimes()
      for (let round = 0; round < rounds; round += 1) {
        const before = await worked()
        times.wall.push(await work())
        times.own.push(await worked() - before)
      }
      return times
    },
  }
}

/** One round of work in this process. */
export function processTime(work: () => unknown): Times {
  const [before, startedAt] = [process.cpuUsage(), performance.now()]
  work()
  const { user, system } = process.cpuUsage(before)
  return { wall: [performance.now() - startedAt], own: [(user + system) / 1000] }
}

export const noTimes = (): Times => ({ wall: [], own: [] })

export function add(to: Times, { wall, own }: Times): void {
  to.wall.push(...wall)
  to.own.push(...own)
}
