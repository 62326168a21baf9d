import { expect, test } from 'vitest'
import type { EngineCommand } from '#domain/run/commands.ts'
import { executeStep } from '#engine/execute-step.ts'
import type { Ports } from '#kinds/ports.ts'
import { createFakeClock, createFakePorts } from '#support/fake-world.ts'
import { phase, sh, smallRunbook } from '#support/runbooks.ts'
import { stateAfter } from '#support/run-states.ts'
import { createMemoryJob } from '#support/shell-job.ts'
import { hostNamed } from '#support/ssh-pool.ts'

const HOSTS = Array.from({ length: 12 }, (_, index) => `web-${index + 1}`)

/** Carries out a step on hosts that were all sent its command by the program before this one. */
async function goOn(openPorts: () => Promise<Ports>, { isSent = true, mayBegin = (): boolean => true } = {}): Promise<Record<string, unknown>> {
  const small = smallRunbook({ phases: [phase(1, [sh('deploy', HOSTS)])] })
  const state = stateAfter({ ...small, inventory: { ...small.inventory, hosts: HOSTS.map((name) => hostNamed(name)) } })
  const ends: Record<string, unknown> = {}
  const report = (command: EngineCommand): Promise<void> => {
    if (command.type === 'report-host-finished') ends[command.host] = command.result
    return Promise.resolve()
  }
  const job = () => {
    const sent = createMemoryJob()
    if (isSent) sent.begin({ bootId: 'boot', hostKey: 'key', helper: 'helper', commandSha256: '' })
    return sent
  }
  const signal = new AbortController().signal
  await executeStep({ state, effect: { stepId: 'deploy', attempt: 1, hosts: HOSTS }, openPorts, recorder: { write: () => undefined, flush: () => true, close: () => undefined }, report, job, stdout: () => '', signal, mayBegin, closing: signal })
  return ends
}

test('hosts that were sent the command before are all followed at once: no failure of one says that nothing was sent to another', async () => {
  const asked: string[] = []
  const ports = createFakePorts(createFakeClock(0), { run: ({ host }) => {
    asked.push(host.name)
    return Promise.resolve({ outcome: 'failed', reason: 'exit', exitCode: 1 })
  } })
  const ends = await goOn(() => Promise.resolve({ ...ports, shell: ports.shell }))
  expect(asked.toSorted()).toEqual([...HOSTS].toSorted())
  expect(JSON.stringify(ends)).not.toContain('Nothing was sent')
  expect(Object.keys(ends).toSorted()).toEqual([...HOSTS].toSorted())
})

test('a command that was sent before is unknown, not refused, when its hosts cannot be asked at all', async () => {
  const ends = await goOn(() => Promise.reject(new Error('no ports')))
  expect(Object.values(ends)).toHaveLength(HOSTS.length)
  for (const end of Object.values(ends)) expect(end).toMatchObject({ outcome: 'unknown' })
})

test('once a rollback waits for the step, what runs on a host is let to its end, and it begins on no other', async () => {
  const asked: string[] = []
  const ports = createFakePorts(createFakeClock(0), { run: ({ host }) => {
    asked.push(host.name)
    return Promise.resolve({ outcome: 'succeeded', exitCode: 0 })
  } })
  const ends = await goOn(() => Promise.resolve({ ...ports, shell: ports.shell }), { isSent: false, mayBegin: () => asked.length === 0 })
  expect(asked).toEqual(HOSTS.slice(0, 10))
  expect(HOSTS.map((host) => ends[host])).toMatchObject([...HOSTS.slice(0, 10).map(() => ({ outcome: 'succeeded' })), ...HOSTS.slice(10).map(() => ({ outcome: 'failed', reason: 'aborted' }))])
})
