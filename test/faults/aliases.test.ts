import { describe, expect, test } from 'vitest'
import { sshdMissing } from '#support/sshd.ts'
import { attachAliases } from './aliases.ts'

describe.skipIf(sshdMissing)('many hosts that are one server with its own limits', () => {
  test('60 loopback addresses dialled at once all attach', async () => {
    const { attached, others } = await attachAliases(60)
    expect({ attached, others }).toEqual({ attached: 60, others: [] })
  }, 120_000)
})
