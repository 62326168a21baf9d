import { describe, expect, test } from 'vitest'
import { sshdMissing } from '#support/sshd.ts'
import { hostFaults, lineOf, SHORT } from './host-faults.ts'

describe.skipIf(sshdMissing)('what can go wrong on the host itself', () => {
  test('launches at once, killed supervisors, reused process numbers, cut links and full disks end as promised', async () => {
    const seed = Number(process.env.HOLDPOINT_SEED ?? Date.now() % 1_000_000)
    console.log(`host faults, seed ${seed} (HOLDPOINT_SEED=${seed} repeats it)`)
    const rows = await hostFaults({ seed, ...SHORT }, () => undefined)
    expect(rows.map(lineOf).filter((line) => line.includes('BROKEN')), `seed ${seed}`).toEqual([])
    expect(rows).toHaveLength(5)
  }, 180_000)
})
