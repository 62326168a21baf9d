import { describe, expect, it } from 'vitest'
import type { ShellRequest } from '#kinds/ports.ts'
import { sh } from '#kinds/steps/sh.ts'
import { wait } from '#kinds/steps/wait.ts'
import { makeStep, realPorts } from '../fixture.ts'

const host = { name: 'web-1', address: null, user: null, port: null, jump: null }
const signal = new AbortController().signal

describe('a command', () => {
  it('reaches the host as it is written, with its time limit, and its result comes back as it is', async () => {
    const asked: ShellRequest[] = []
    const onOutput = () => {}
    const ports = realPorts({ shell: { run: (request) => { asked.push(request); return Promise.resolve({ outcome: 'failed', reason: 'exit', exitCode: 7 }) } } })
    const result = await sh.run!({ step: makeStep({ id: 's', kind: 'sh', body: 'echo "$HOME"\n', timeoutMs: 9 }), attempt: 3, host, ports, onOutput, signal })
    expect(asked).toEqual([{ host, script: 'echo "$HOME"\n', secrets: {}, timeoutMs: 9, onOutput, signal, stepId: 's', attempt: 3 }])
    expect(result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 7 })
  })

  it('is not run without a host', async () => {
    expect(await sh.run!({ step: makeStep({ kind: 'sh', body: 'true' }), attempt: 1, host: null, ports: realPorts(), onOutput: () => {}, signal })).toMatchObject({ outcome: 'failed', reason: 'refused' })
  })
})

describe('a wait', () => {
  const run = (length: string, sleep: (ms: number, signal?: AbortSignal) => Promise<void>, stop = signal) =>
    wait.run!({ step: makeStep({ kind: 'wait', attributes: { for: length } }), attempt: 1, host: null, ports: realPorts({ clock: { now: () => 0, sleep } }), onOutput: () => {}, signal: stop })

  it("lets its length of the run's time pass", async () => {
    const slept: number[] = []
    expect(await run('1h 30m', (ms) => { slept.push(ms); return Promise.resolve() })).toEqual({ outcome: 'succeeded', exitCode: 0 })
    expect(slept).toEqual([90 * 60_000])
  })

  it('that is cut short did not succeed', async () => {
    const stopping = new AbortController()
    const result = run('2m', (_ms, stop) => new Promise((_resolve, reject) => { stop!.addEventListener('abort', () => reject(stop!.reason as Error)) }), stopping.signal)
    stopping.abort(new Error('aborted by dana'))
    expect(await result).toEqual({ outcome: 'failed', reason: 'aborted', message: 'The wait of 2 min was cut short.' })
  })

  it('without a length does not succeed at once', async () => {
    expect(await run('', () => Promise.resolve())).toMatchObject({ outcome: 'failed', reason: 'refused' })
  })
})
