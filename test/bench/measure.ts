import { performance } from 'node:perf_hooks'

/** How long work takes, ms. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms) })
}

export function expectSuccess(succeeded: boolean): void {
  if (!succeeded) throw new Error('a command failed: the measurement means nothing')
}
