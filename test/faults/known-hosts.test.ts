import { describe, expect, test } from 'vitest'
import { sshdMissing } from '#support/sshd.ts'
import { compareVerdicts } from './known-hosts.ts'

describe.skipIf(sshdMissing)('host keys compared with ssh itself', () => {
  test('ours and the verdict of ssh are the same for 40 generated files and names', async () => {
    const seed = Number(process.env.HOLDPOINT_SEED ?? Date.now() % 1_000_000)
    console.log(`verdicts on host keys, seed ${seed} (HOLDPOINT_SEED=${seed} repeats it)`)
    const { pairs, differences } = await compareVerdicts(seed, 40)
    expect({ seed, pairs, differences }).toEqual({ seed, pairs: 40, differences: [] })
  }, 180_000)
})
