import { describe, expect, test } from 'vitest'
import { sshdMissing } from '#support/sshd.ts'
import { campaign, tableOf } from './campaign.ts'

describe.skipIf(sshdMissing)('the short fault campaign', () => {
  test('nothing runs twice, no exit code is wrong, no byte is missing or doubled, no acknowledged fact is lost', async () => {
    const seed = Number(process.env.HOLDPOINT_SEED ?? Date.now() % 1_000_000)
    console.log(`fault campaign, seed ${seed} (HOLDPOINT_SEED=${seed} repeats it)`)
    const { text, isClean } = tableOf(await campaign({ seed, steps: 4, kills: 8, cuts: 6 }, () => undefined))
    expect(isClean, `seed ${seed}\n${text}`).toBe(true)
  }, 180_000)
})
