import { Client } from 'ssh2'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { connectVerified } from '#ssh/dial.ts'
import { startHostileServer } from '#support/ssh-hostile.ts'
import { runOn, startPool } from '#support/ssh-pool.ts'

const blob = (hostKey: string): Buffer => Buffer.from(hostKey.split(' ')[1] ?? '', 'base64')

describe('embedded hosts', () => {
  it('are reached by the address, key and password that are given, whatever the config says', async () => {
    const server = await startHostileServer({ login: 'accept' })
    const home = startPool({
      config: 'Host *\n ProxyCommand false\n',
      dial: (host) => (host.name === 'web-1' ? { address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(server.hostKey), password: 'made up' } : null),
    })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
    expect(server.attempts).toEqual(['password rehearsal'])
    expect((await runOn(home.pool, 'web-2', 'true')).result).toMatchObject({ code: 'ssh-config' })
    expect(home.questions.keys).toEqual([])
    await home.stop()
    await server.stop()
  })

  it('that show another key are refused as changed, before the login', async () => {
    const server = await startHostileServer({ login: 'accept' })
    const other = await startHostileServer({ login: 'accept' })
    const home = startPool({ dial: () => ({ address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(other.hostKey), password: 'made up' }) })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-host-key-changed' })
    expect(server.attempts).toEqual([])
    await home.stop()
    await Promise.all([server.stop(), other.stop()])
  })

  it('that refuse the login say so', async () => {
    const server = await startHostileServer({ login: 'refuse' })
    const home = startPool({ dial: () => ({ address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(server.hostKey), password: 'made up' }) })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('rehearsal') })
    await home.stop()
    await server.stop()
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
    const server = await startHostileServer({ login: 'accept', onExec: (channel) => channel.write('begun') })
    const home = startPool({ dial: () => ({ address: '127.0.0.1', port: server.port, user: 'rehearsal', knownKey: blob(server.hostKey), password: 'made up' }) })
    const running = runOn(home.pool, 'web-1', 'true', { onStdout: () => void home.pool.close() })
    expect((await running).result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost' })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-closed' })
    await home.stop()
    await server.stop()
  })
})
