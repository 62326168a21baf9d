import { Client } from 'ssh2'
import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectVerified } from '#ssh/dial.ts'
import { startHostileServer, type HostileOptions, type HostileServer } from '#support/ssh-hostile.ts'
import { runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'

async function hostile(options: HostileOptions): Promise<HostileServer> {
  const server = await startHostileServer(options)
  onTestFinished(() => server.stop())
  return server
}
function pool(options: TestPoolOptions): TestPool {
  const home = startPool(options)
  onTestFinished(() => home.stop())
  return home
}
const blob = (hostKey: string): Buffer => Buffer.from(hostKey.split(' ')[1] ?? '', 'base64')

describe('embedded hosts', () => {
  it('are reached by the address, key and password that are given, whatever the config says', async () => {
    const server = await hostile({ login: 'accept' })
    const home = pool({
      config: 'Host *\n ProxyCommand false\n',
      dial: (host) => (host.name === 'web-1' ? { address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(server.hostKey), password: 'made up' } : null),
    })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
    expect(server.attempts).toEqual(['password rehearsal'])
    expect((await runOn(home.pool, 'web-2', 'true')).result).toMatchObject({ code: 'ssh-config' })
    expect(home.questions.keys).toEqual([])
  })

  it('that show another key are refused as changed, before the login', async () => {
    const server = await hostile({ login: 'accept' })
    const other = await hostile({ login: 'accept' })
    const home = pool({ dial: () => ({ address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(other.hostKey), password: 'made up' }) })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-host-key-changed' })
    expect(server.attempts).toEqual([])
  })

  it('that refuse the login say so', async () => {
    const server = await hostile({ login: 'refuse' })
    const home = pool({ dial: () => ({ address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(server.hostKey), password: 'made up' }) })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('rehearsal') })
  })
})

describe('the wrapper around ssh2', () => {
  it('does not compile without a verifier for the host key', () => {
    const config = { sock: new PassThrough(), username: 'x', settings: {} }
    // @ts-expect-error: verifyHostKey is missing, and ssh2 would trust any server.
    const unsafe = (): void => connectVerified(new Client(), config)
    expect(unsafe).toBeTypeOf('function')
  })
})

describe('a pool that is closed', () => {
  it('refuses runs, ends its connections and does not wait for silent servers', async () => {
    const server = await hostile({ login: 'accept', onExec: (channel) => channel.write('begun') })
    const home = pool({ dial: () => ({ address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(server.hostKey), password: 'made up' }) })
    const running = runOn(home.pool, 'web-1', 'true', { onStdout: () => void home.pool.close() })
    expect((await running).result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost' })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-closed' })
  })
})
