import { z } from 'zod'
import { formatDuration, parseDuration } from '#domain/duration.ts'
import type { StepKind } from '../kind.ts'

const Wait = z.strictObject({
  for: z.string({ error: 'Say how long: {for=2m}.' }).refine((text) => lengthOf(text) !== null, 'Give a length such as 30s, 2m or 1h, at most a day.'),
})

/** Lets time pass: for caches to expire, or load to settle. */
export const wait: StepKind = {
  kind: 'wait',
  label: 'Wait',
  needsHosts: false,
  attributes: Wait,
  check: () => [],
  async run({ step, ports, onOutput, signal }) {
    const ms = lengthOf(step.attributes['for'] ?? '')
    if (ms === null) {
      return { outcome: 'failed', reason: 'refused', code: 'attribute-invalid', message: 'The step does not say how long to wait.', hint: 'Nothing was done. Mend for= in the runbook, or skip the step with a reason.' }
    }
    onOutput('stdout', new TextEncoder().encode(`Waiting ${formatDuration(ms)}.\n`))
    try {
      await ports.clock.sleep(ms, signal)
    } catch (thrown) {
      if (signal.aborted) return { outcome: 'failed', reason: 'aborted', message: `The wait of ${formatDuration(ms)} was cut short.` }
      throw thrown
    }
    return { outcome: 'succeeded', exitCode: 0 }
  },
}

function lengthOf(text: string): number | null {
  const ms = parseDuration(text)
  return ms !== null && ms > 0 && ms <= 24 * 60 * 60_000 ? ms : null
}
