import { Problem } from '#domain/problem.ts'
import type { HostResult } from '#domain/step.ts'
import { createMemoryJob, type MemoryJob } from '#support/shell-job.ts'
import { sharedBy, type Place, type Row } from './place.ts'

const PROGRAMS = 8

/** Every job is launched by eight programs at once: each must run once, and all must hear the same exact end. */
export async function launchedAtOnce(place: Place, jobs: number): Promise<Row> {
  let broken = 0
  const work = async (index: number): Promise<void> => {
    const code = index % 125
    const script = `echo "$HOLDPOINT_JOB" >> ${place.ledger}; echo out ${index}; exit ${code}`
    const first = createMemoryJob()
    const begun = Promise.withResolvers<void>()
    let offered = 0
    // No program lets the host forget the job before all have heard its end.
    const together = (job: MemoryJob): MemoryJob => {
      let isOffered = false
      return {
        ...job,
        finish: (result, late) => {
          if (!isOffered) offered += 1
          isOffered = true
          if (offered < PROGRAMS) throw new Problem('storage-busy', 'Others have not heard yet.', 'Wait.')
          job.finish(result, late)
        },
      }
    }
    const leader = together({ ...first, begin: (facts) => {
      const intent = first.begin(facts)
      begun.resolve()
      return intent
    } })
    const leading = place.run(0, leader, script)
    await begun.promise
    const others = Array.from({ length: PROGRAMS - 1 }, (_, number) => place.run(number + 1, together(sharedBy(first, createMemoryJob())), script))
    const results = await Promise.all([leading, ...others])
    const isExact = (result: HostResult): boolean => 'exitCode' in result && result.exitCode === code
    if (place.starts(first.intent()?.id ?? '') !== 1 || !results.every(isExact)) broken += 1
  }
  // Six at a time: a connection carries eight commands.
  const waiting = Array.from({ length: jobs }, (_, index) => index)
  await Promise.all(Array.from({ length: 6 }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next)
  }))
  return { what: `jobs launched by ${PROGRAMS} programs at once`, count: jobs, broken }
}
