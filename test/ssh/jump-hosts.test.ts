import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '#domain/inventory.ts'
import { failureLabel } from '#domain/failure-label.ts'
import { hostOf } from '#domain/jump-stops.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configFor, hostNamed, runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { freePort, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('jump hosts, each a real OpenSSH server', () => {
  let outer: Sshd
  let inner: Sshd
  let target: Sshd
  let knownHosts: string

  beforeAll(async () => {
    outer = await startSshd()
    inner = await startSshd({ keyFile: outer.keyFile })
    target = await startSshd({ keyFile: outer.keyFile })
    knownHosts = [outer, inner, target].map((sshd) => sshd.knownHostsLine).join('')
  })
  afterAll(async () => {
    await Promise.all([outer.stop(), inner.stop(), target.stop()])
  })

  const chain = (): string => [configFor(outer, 'outer'), configFor(inner, 'inner'), configFor(target, 'web-1', ['ProxyJump outer,inner'])].join('\n')
  const withPool = async (options: TestPoolOptions, work: (home: TestPool) => Promise<void>): Promise<void> => {
    const home = startPool({ knownHosts, ...options })
    try {
      await work(home)
    } finally {
      await home.stop()
    }
  }
  const accepted = (sshd: Sshd): number => sshd.log().match(/Accepted publickey/g)?.length ?? 0

  it('goes through two of them, and shares them between runs', () =>
    withPool({ config: chain() }, async (home) => {
      const before = [outer, inner, target].map(accepted)
      const outcomes = await Promise.all([1, 2, 3].map((n) => runOn(home.pool, 'web-1', `echo ${n} $SSH_CONNECTION`)))
      expect(outcomes.map((outcome) => outcome.result.outcome)).toEqual(['succeeded', 'succeeded', 'succeeded'])
      expect(outcomes[0]?.stdout.toString()).toMatch(new RegExp(` ${target.port}\n$`))
      expect([outer, inner, target].map((sshd, index) => accepted(sshd) - (before[index] ?? 0))).toEqual([1, 1, 1])
    }))

  it('follows ProxyJump from an included file, hop by hop', () =>
    withPool({ config: 'Include conf.d/*.conf\n' }, async (home) => {
      mkdirSync(join(home.home, '.ssh/conf.d'))
      const files = { 'a.conf': configFor(outer, 'outer'), 'b.conf': configFor(inner, 'inner', ['ProxyJump outer']), 'c.conf': configFor(target, 'web-1', ['ProxyJump inner']) }
      for (const [name, text] of Object.entries(files)) writeFileSync(join(home.home, '.ssh/conf.d', name), text, { mode: 0o600 })
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
      const described = await home.pool.describe(hostNamed('web-1'))
      expect(described.jumps.map((jump) => [jump.name, jump.port, jump.knownKeys[0]?.fingerprint])).toEqual([
        ['outer', outer.port, outer.hostKeyFingerprint],
        ['inner', inner.port, inner.hostKeyFingerprint],
      ])
    }))

  it('takes the jump host of the inventory before that of the config, and none means none', () =>
    withPool({ config: chain() }, async (home) => {
      const before = accepted(inner)
      expect((await runOn(home.pool, hostNamed('web-1', { jump: `${outer.user}@outer:${outer.port}` }), 'true')).result.outcome).toBe('succeeded')
      expect((await runOn(home.pool, hostNamed('web-1', { jump: 'none' }), 'true')).result.outcome).toBe('succeeded')
      expect(accepted(inner)).toBe(before)
    }))

  describe('that the inventory names', () => {
    const entry = (name: string, sshd: Sshd, more: Partial<Host> = {}): Host => hostNamed(name, { address: sshd.host, port: sshd.port, user: sshd.user, ...more })
    const keys = (): string => `Host *\n  IdentityFile ${outer.keyFile}\n  IdentityAgent none\n`
    const run = (home: TestPool, host: Host, script: string) => runOn(home.pool, host, script)

    it('are reached as it says there, by address, port, user and their own jump hosts', () =>
      withPool({ config: keys() }, async (home) => {
        const before = [outer, inner, target].map(accepted)
        const hosts = [entry('far', outer), entry('near', inner, { jump: 'far' }), entry('web-1', target, { jump: 'near' })]
        const web = hostOf({ hosts }, 'web-1') ?? hostNamed('none')
        expect((await run(home, web, 'echo $SSH_CONNECTION')).stdout.toString()).toMatch(new RegExp(` ${target.port}\n$`))
        expect([outer, inner, target].map((sshd, index) => accepted(sshd) - (before[index] ?? 0))).toEqual([1, 1, 1])
        expect((await home.pool.describe(web)).jumps.map(({ name, port }) => [name, port])).toEqual([['far', outer.port], ['near', inner.port]])
      }))

    it('give way to what is written at the jump itself', () =>
      withPool({ config: keys() }, async (home) => {
        const hosts = [hostNamed('near', { address: '127.0.0.1', port: 1, user: 'nobody' }), entry('web-1', target, { jump: `${inner.user}@near:${inner.port}` })]
        expect((await run(home, hostOf({ hosts }, 'web-1') ?? hostNamed('none'), 'true')).result.outcome).toBe('succeeded')
      }))

    it('are refused when they lead in a circle', () =>
      withPool({ config: keys() }, async (home) => {
        const hosts = [entry('near', inner, { jump: 'far' }), entry('far', outer, { jump: 'near' }), entry('web-1', target, { jump: 'near' })]
        expect((await run(home, hostOf({ hosts }, 'web-1') ?? hostNamed('none'), 'true')).result).toMatchObject({ code: 'ssh-config', message: expect.stringContaining('lead back to themselves') })
      }))

    it("may need the system's ssh, and the host behind them does not", async () => {
      const quantum = await startSshd({ keyFile: outer.keyFile, config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
      try {
        await withPool({ config: keys(), knownHosts: knownHosts + quantum.knownHostsLine }, async (home) => {
          const hosts = [entry('near', quantum, { transport: 'ssh' }), entry('web-1', target, { jump: 'near' })]
          const web = hostOf({ hosts }, 'web-1') ?? hostNamed('none')
          const { result, stdout } = await run(home, web, 'head -c 3000000 /dev/zero | tr "\\0" x; echo $SSH_CONNECTION')
          expect([result, stdout.toString().replace(/x+/, (all) => String(all.length))]).toEqual([{ outcome: 'succeeded', exitCode: 0 }, expect.stringMatching(new RegExp(`^3000000.* ${target.port}\n$`))])
          const { transport, jumps } = await home.pool.describe(web)
          expect([transport, ...jumps.map((jump) => jump.transport)]).toEqual(['ssh2', 'ssh'])
          const lost = await runOn(home.pool, web, 'echo begun; sleep 1000', { onStdout: () => quantum.killSessions() })
          expect(lost.result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost', message: expect.stringContaining('jump host near') })
          const shut = { ...web, port: await freePort() }
          expect((await run(home, shut, 'true')).result).toMatchObject({ code: 'ssh-refused', message: `web-1 at 127.0.0.1:${shut.port} refused the connection of jump host near.` })
        })
      } finally {
        await quantum.stop()
      }
    })
  })

  it('asks about the key of each hop in turn', () =>
    withPool({ config: chain(), knownHosts: '', acceptKeys: true }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
      expect(home.questions.keys.map((key) => [key.host, key.fingerprint])).toEqual([
        ['outer', outer.hostKeyFingerprint],
        ['inner', inner.hostKeyFingerprint],
        ['web-1', target.hostKeyFingerprint],
      ])
    }))

  it('stops at a hop whose key has changed, names it, and logs in nowhere behind it', () =>
    withPool({ config: chain(), knownHosts: knownHosts.replace(inner.knownHostsLine, `[127.0.0.1]:${inner.port} ${target.hostKeys[0]}\n`) }, async (home) => {
      const before = [inner, target].map(accepted)
      const { result } = await runOn(home.pool, 'web-1', 'true')
      expect(result).toMatchObject({ code: 'ssh-host-key-changed', message: expect.stringContaining('jump host inner'), hop: 'inner' })
      expect(failureLabel(result)).toBe('host key at inner')
      expect([inner, target].map(accepted)).toEqual(before)
    }))

  it('names the hop that is down', async () => {
    const port = await freePort()
    await withPool({ config: chain().replace(`Port ${inner.port}`, `Port ${port}`) }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-refused', message: expect.stringContaining('jump host inner') })
    })
    await withPool({ config: chain().replace(`Port ${target.port}`, `Port ${port}`) }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-refused', message: expect.stringContaining(`web-1 at 127.0.0.1:${port}`) })
    })
  })

  it.each(['outer', 'inner', 'web-1'])('is unknown when %s goes away in the middle of a step, and says so', (hop) =>
    withPool({ config: chain() }, async (home) => {
      const gone = { outer, inner, 'web-1': target }[hop]
      const { result } = await runOn(home.pool, 'web-1', 'echo begun; sleep 1000', { onStdout: () => gone?.killSessions() })
      const who = hop === 'web-1' ? 'web-1' : `jump host ${hop}`
      expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost', message: expect.stringContaining(`the connection to ${who} was lost while the command ran`) })
      expect('hop' in result ? result.hop : undefined).toBe(hop === 'web-1' ? undefined : hop)
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
    }))

  it('says from which jump host a host could not be reached', async () => {
    const port = await freePort()
    await withPool({ config: chain().replace(`Port ${target.port}`, `Port ${port}`) }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-refused', message: `web-1 at 127.0.0.1:${port} refused the connection of jump host inner.` })
    })
    await withPool({ config: chain().replace(`HostName 127.0.0.1\n  Port ${target.port}`, `HostName no-such-host.invalid\n  Port ${target.port}`) }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-name', message: expect.stringContaining('cannot be resolved by jump host inner.') })
    })
  })

  it('names the jump host that lets nothing through', async () => {
    const closed = await startSshd({ keyFile: outer.keyFile, config: ['AllowTcpForwarding no'] })
    try {
      await withPool({ config: [configFor(closed, 'closed'), configFor(target, 'web-1', ['ProxyJump closed'])].join('\n'), knownHosts: knownHosts + closed.knownHostsLine }, async (home) => {
        expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-jump', message: expect.stringContaining('Jump host closed lets no connection through to web-1'), hop: 'closed' })
      })
    } finally {
      await closed.stop()
    }
  })

  it('refuses jump hosts that lead in a circle', () =>
    withPool({ config: 'Host a\n ProxyJump b\nHost b\n ProxyJump a\nHost *\n ProxyJump a\n' }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-config', message: expect.stringContaining('web-1 → a → b → a') })
    }))
})
