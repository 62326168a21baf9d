import { z } from 'zod'
import type { SourceKind } from '../kind.ts'

/** A reading further back than this many intervals is not made up for: the run was away. */
const MOST_READINGS = 1000

/** A rehearsal's scripted numbers: one reading for each interval that has passed, at any speed of the run's clock. */
export const synthetic: SourceKind = {
  kind: 'synthetic',
  label: 'Rehearsal script',
  settings: z.record(z.string(), z.unknown()),
  describe: (source) => `the rehearsal script's ${source.metric}`,
  open: ({ metric, everyMs }, ports) => ({
    read(since) {
      const now = ports.clock.now()
      const count = Math.min(Math.floor((now - since) / everyMs), MOST_READINGS)
      const first = since + (Math.floor((now - since) / everyMs) - count + 1) * everyMs
      const times = Array.from({ length: Math.max(count, 0) }, (_, index) => first + index * everyMs)
      return Promise.resolve(times.map((at) => ({ at, value: ports.synthetic?.(metric, at) ?? null })))
    },
  }),
}
