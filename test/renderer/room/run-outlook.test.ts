import { expect, test, vi } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { createClient } from '#preload/client.ts'
import { createRunOutlook } from '#renderer/parts/room/run-outlook.ts'
import { createFakeBridge } from '#support/fake-bridge.ts'
import { scenarios } from '#support/room-scenarios.ts'

const NOW = Date.UTC(2026, 11, 1, 21, 0, 7)

function opened() {
  const bridge = createFakeBridge({ now: () => NOW })
  bridge.journals['run-1'] = scenarios.running(NOW)
  let machineAt = NOW
  const onReady = vi.fn<() => void>()
  const outlook = createRunOutlook({ client: createClient(bridge), runId: 'run-1', machineNow: () => machineAt, onReady })
  return { bridge, outlook, onReady, state: bridge.journals['run-1'].state(), pass: (ms: number) => { machineAt += ms } }
}
const asked = ({ calls }: { calls: { name: string }[] }): number => calls.filter(({ name }) => name === 'read-history').length

test('the history is asked for once, and until it is there nothing is said', async () => {
  const { bridge, outlook, onReady, state } = opened()
  expect(outlook.at(state, NOW)).toEqual({ outlook: null, forecasts: null, historyProblem: null })
  expect(outlook.at(state, NOW).outlook).toBeNull()
  await vi.waitFor(() => expect(onReady).toHaveBeenCalledOnce())
  const { outlook: known, forecasts } = outlook.at(state, NOW)
  expect(known?.noReturn?.at).toBeGreaterThan(NOW)
  expect(forecasts?.get('deploy')).toMatchObject({ n: 4, basis: 'history' })
  expect(asked(bridge)).toBe(1)
})

test('it is worked out once a second at most, and not at all while nothing changes', async () => {
  const { outlook, onReady, state, pass } = opened()
  outlook.at(state, NOW)
  await vi.waitFor(() => expect(onReady).toHaveBeenCalledOnce())
  const first = outlook.at(state, NOW).outlook
  pass(300)
  expect(outlook.at({ ...state }, NOW + 300).outlook).toBe(first)
  pass(5_000)
  expect(outlook.at(state, NOW).outlook).toBe(first)
  const later = outlook.at(state, NOW + 5_300).outlook
  expect(later).not.toBe(first)
  expect(later?.noReturn?.leftMs).toBe((first?.noReturn?.leftMs ?? 0) - 5_300)
})

test('when earlier runs cannot be read the plan is the forecast, and why is kept', async () => {
  const { bridge, outlook, onReady, state } = opened()
  bridge.answer('read-history', () => { throw new Problem('storage-io', 'The data could not be read.', 'Look at the disk.') })
  outlook.at(state, NOW)
  await vi.waitFor(() => expect(onReady).toHaveBeenCalledOnce())
  const { forecasts, historyProblem } = outlook.at(state, NOW)
  expect(historyProblem).toBe('The data could not be read.')
  expect(forecasts?.get('deploy')).toMatchObject({ n: 0, basis: 'planned' })
})
