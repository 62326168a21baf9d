import { chmodSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createSshConfig, type SshAnswer, type SshConfig } from '#ssh/config-of-ssh.ts'
import { configFor, hostNamed, runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const { signal } = new AbortController()

describe.skipIf(sshdMissing)('what ssh -G says of the configuration', () => {
  let sshd: Sshd
  let other: Sshd

  beforeAll(async () => {
    sshd = await startSshd()
    other = await startSshd({ keyFile: sshd.keyFile })
  })
  afterAll(async () => {
    await Promise.all([sshd.stop(), other.stop()])
  })

  /** ssh takes `~` from the account, not from this home: so its own file names stand in the configuration. */
  const withPool = async (options: TestPoolOptions, work: (home: TestPool, edit: (text: string, name?: string) => void) => Promise<void>): Promise<void> => {
    const home = startPool({ isOwnConfig: true, ...options })
    const edit = (text: string, name = 'config'): void => {
      const path = join(home.home, '.ssh', name)
      writeFileSync(path, text, { mode: 0o600 })
      // Long ago, as the files of a person: what was written just now is read anew each time.
      for (const each of [path, join(home.home, '.ssh')]) utimesSync(each, new Date(at += 1000), new Date(at))
    }
    let at = Date.now() - 1_000_000
    writeFileSync(join(home.home, 'known'), sshd.knownHostsLine + other.knownHostsLine)
    try {
      await work(home, edit)
    } finally {
      await home.stop()
    }
  }
  const withPath = (path: string): void => {
    vi.stubEnv('PATH', path)
    onTestFinished(() => void vi.unstubAllEnvs())
  }
  const known = (home: TestPool): string => `UserKnownHostsFile ${join(home.home, 'known')}`
  const settled = (answer: SshAnswer) => (answer.answered ? answer.config : answer.why)
  const asking = (home: TestPool, now: () => number = () => 0, withinMs?: number): SshConfig => createSshConfig({ home: home.home, configFile: join(home.home, '.ssh', 'config'), now, ...(withinMs !== undefined && { withinMs }) })
  const web = { name: 'web-1', address: null, user: null, port: null }

  it('reaches a host that only Match exec leads to, and not where the file is not our own', () =>
    withPool({}, async (home, edit) => {
      edit(`Match originalhost web-1 exec "test %n = web-1"\n${configFor(sshd, 'web-*', [known(home)]).replace(/^Host.*\n/, '')}`)
      expect((await runOn(home.pool, 'web-1', 'echo $SSH_CONNECTION')).stdout.toString()).toMatch(new RegExp(` ${sshd.port}\n$`))
      expect((await runOn(home.pool, hostNamed('web-1', { transport: 'ssh' }), 'true')).result.outcome).toBe('succeeded')
      const imported = startPool({ config: readFileSync(join(home.home, '.ssh/config'), 'utf8'), acceptKeys: true })
      expect((await imported.pool.describe(hostNamed('web-1'))).port).toBe(22)
      await imported.stop()
    }))

  it('asks for each hop by itself', () =>
    withPool({}, async (home, edit) => {
      edit([known(home), `Match originalhost outer exec "true"\n${configFor(other, 'x').replace(/^Host.*\n/, '')}`, configFor(sshd, 'web-1', ['ProxyJump outer'])].join('\n'))
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
      const { jumps, notes } = await home.pool.describe(hostNamed('web-1'))
      expect([jumps.map(({ name, port }) => [name, port]), notes]).toEqual([[['outer', other.port]], []])
    }))

  it('goes by the files as they are now, also by one that an Include pattern takes in from now on', () =>
    withPool({}, async (home, edit) => {
      const conf = join(home.home, '.ssh')
      edit(`Include ${conf}/*.conf\nHost *\n Port 2201\n`)
      const ports: unknown[] = []
      const ask = async (): Promise<void> => void ports.push((await home.pool.describe(hostNamed('web-1'))).port)
      await ask()
      edit(`Include ${conf}/*.conf\nHost *\n Port 2202\n`)
      await ask()
      edit('Port 2203\n', 'b.conf')
      await ask()
      edit('Port 2204\n', 'a.conf')
      await ask()
      edit('Port 2205\n', 'a.conf')
      await ask()
      expect(ports).toEqual([2201, 2202, 2203, 2204, 2205])
    }))

  it('asks once while no file changes, and again after a moment where a command had its say', () =>
    withPool({}, async (home, edit) => {
      const asked = join(home.home, 'asked')
      let now = 0
      const config = asking(home, () => now)
      const times = (): number => (existsSync(asked) ? readFileSync(asked, 'utf8').length : 0)
      edit(`Match originalhost web-1 exec "printf x >>${asked}"\n Port 2201\n`)
      await Promise.all([config.lookUp(web, signal), config.lookUp(web, signal)])
      await config.lookUp(web, signal)
      expect(times()).toBe(1)
      now = 10_001
      await config.lookUp(web, signal)
      expect(times()).toBe(2)
    }))

  it('takes ssh at its word on known hosts files, keys, tokens and strictness', () =>
    withPool({}, async (home, edit) => {
      edit('Host web-1\n HostName %h.example\n UserKnownHostsFile "/k/my hosts" /k/b\n GlobalKnownHostsFile none\n IdentityFile "/keys/%r at %h"\n StrictHostKeyChecking yes\n ConnectTimeout 2m\n HostKeyAlias web\n ProxyCommand nc "%h" %p\n')
      expect(settled(await asking(home).lookUp({ ...web, user: 'dana', port: 7 }, signal))).toMatchObject({
        hostName: 'web-1.example', user: 'dana', port: 7, userKnownHostsFiles: ['/k/my hosts', '/k/b'], globalKnownHostsFiles: ['none'], identityFiles: ['/keys/%r at %h'],
        strictHostKeyChecking: 'yes', connectTimeoutMs: 120_000, hostKeyAlias: 'web', proxyJump: null, proxyCommand: 'nc "%h" %p', notes: [],
      })
      edit('IdentityFile none\n')
      expect(settled(await asking(home).lookUp(web, signal))).toMatchObject({ identityFiles: ['none'], strictHostKeyChecking: 'ask', proxyCommand: null })
      edit('')
      expect(settled(await asking(home).lookUp(web, signal))).toMatchObject({ identityFiles: [], connectTimeoutMs: null })
    }))

  it('falls back to our own parser where ssh refuses the file, and says so', () =>
    withPool({}, async (home, edit) => {
      edit('SomethingNew yes\nHost web-1\n Port 2201\n')
      const { port, notes } = await home.pool.describe(hostNamed('web-1'))
      expect(port).toBe(2201)
      expect(notes).toEqual([expect.stringMatching(/^Holdpoint has read the SSH configuration for web-1 by itself, for ssh did not say what it makes of it \(ssh: .*line 1: Bad configuration option: somethingnew\)\.$/)])
    }))

  it('reads the files by itself where there is no ssh, and notes what it left out', () =>
    withPool({}, async (home, edit) => {
      edit('Match exec "true"\n User wrong\nHost web-1\n Port 2201\n')
      withPath(home.home)
      const { port, notes } = await home.pool.describe(hostNamed('web-1'))
      expect([port, notes]).toEqual([2201, [expect.stringContaining('is never run'), expect.stringContaining('(ssh could not be started)')]])
    }))

  // An ssh of the test's own: the installed one may be too old for Match localnetwork.
  it.each([['localnetwork 10.0.0.0/8', 2], ['host web-1', 1]])('asks again after a moment where Match %s was looked at: %i times', (match, times) =>
    withPool({}, async (home, edit) => {
      edit('')
      const asked = join(home.home, 'asked')
      writeFileSync(join(home.home, 'ssh'), `#!/bin/sh\nprintf x >>${asked}\necho "debug2: checking match for '${match}' host web-1 originally web-1" >&2\necho hostname web-1\n`, { mode: 0o700 })
      withPath(`${home.home}:${process.env['PATH']}`)
      let now = 0
      const config = asking(home, () => now)
      for (now of [0, 5000, 10_001]) expect(settled(await config.lookUp(web, signal))).toMatchObject({ hostName: 'web-1' })
      expect(readFileSync(asked, 'utf8').length).toBe(times)
    }))

  it('refuses where ssh does not answer and our parser would have to guess', () =>
    withPool({ config: '' }, async (home, edit) => {
      edit('SomethingNew yes\nMatch exec "true"\n HostName 127.0.0.1\n')
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-config', message: expect.stringMatching(/Bad configuration option.*Match exec \(.*:2\) is never run/) })
      edit('SomethingNew yes\nMatch originalhost other exec "true"\n HostName 127.0.0.1\nHost web-1\n Port 2201\n')
      expect((await home.pool.describe(hostNamed('web-1'))).port).toBe(2201)
    }))

  it('ends an ssh that takes too long or says too much, with the commands it started', () =>
    withPool({}, async (home, edit) => {
      const pid = join(home.home, 'pid')
      edit(`Match exec "echo $$ >${pid}; exec sleep 1000"\n Port 2201\n`)
      expect(settled(await asking(home, undefined, 1000).lookUp(web, signal))).toBe('ssh did not answer within 1 s')
      await expect.poll(() => existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}/cwd`)).toBe(false)
      edit(Array.from({ length: 1200 }, (_, n) => `SendEnv ${'y'.repeat(1000)}${n}\n`).join(''))
      expect(settled(await asking(home).lookUp(web, signal))).toBe('ssh said more than a megabyte')
    }))

  it('stops asking when the pool is closed', () =>
    withPool({}, async (home, edit) => {
      const pid = join(home.home, 'pid')
      edit(`Match exec "echo $$ >${pid}; exec sleep 1000"\n Port 2201\n`)
      const described = expect(home.pool.describe(hostNamed('web-1'))).rejects.toMatchObject({ code: 'ssh-config', message: expect.stringContaining('it was given up') })
      await expect.poll(() => existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n'), { timeout: 5000 }).toBe(true)
      await home.pool.close()
      await described
      await expect.poll(() => existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}/cwd`)).toBe(false)
    }))

  it('stops asking when nobody waits for the answer any more', () =>
    withPool({}, async (home, edit) => {
      edit(`Match exec "echo >${join(home.home, 'begun')}; exec sleep 1000"\n Port 2201\n`)
      const stop = new AbortController()
      const running = runOn(home.pool, 'web-1', 'true', { signal: stop.signal })
      await expect.poll(() => existsSync(join(home.home, 'begun')), { timeout: 5000 }).toBe(true)
      stop.abort()
      expect((await running).result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
    }))

  it('asks no ssh where HOME is not the home of the account: it would read another file', async () => {
    const home = startPool({ configFile: undefined, isOwnConfig: undefined, config: 'Match exec "false" host other\nHost web-1\n Port 2201\nMatch exec "true"\n User wrong\n' })
    const { port, user, notes } = await home.pool.describe(hostNamed('web-1'))
    expect([port, user === 'wrong', notes.filter((note) => note.includes('is never run')).length]).toEqual([2201, false, 2])
    await home.stop()
  })

  it('gives ssh no word of a runbook that a shell or ssh could take for more than a name', () =>
    withPool({}, async (home, edit) => {
      const marker = join(home.home, 'marker')
      edit('Match exec "true %n %h %r"\n Port 2201\n')
      for (const word of [`x;touch\${IFS}${marker}`, `-oProxyCommand=touch ${marker}`, `$(touch\${IFS}${marker})`, '--']) {
        for (const asked of [{ ...web, name: word }, { ...web, address: word }, { ...web, user: word }]) {
          expect(settled(await asking(home).lookUp(asked, signal))).toContain('ssh is not given')
        }
      }
      expect(existsSync(marker)).toBe(false)
    }))

  it('goes through ProxyCommand with transport: ssh where the configuration is our own, and nowhere else', () =>
    withPool({}, async (home, edit) => {
      const pipe = join(home.home, 'pipe')
      writeFileSync(pipe, `#!/bin/sh\necho used >>${pipe}.log\nexec ssh -F none -i ${other.keyFile} -o UserKnownHostsFile=${join(home.home, 'known')} -p ${other.port} -W "$1:$2" ${other.user}@${other.host}\n`)
      chmodSync(pipe, 0o700)
      edit(configFor(sshd, 'web-1', [known(home), `ProxyCommand ${pipe} %h %p`]))
      const system = hostNamed('web-1', { transport: 'ssh' })
      expect((await runOn(home.pool, system, 'true')).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
      expect(statSync(`${pipe}.log`).size).toBe(5)
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-config', hint: expect.stringContaining('transport: ssh') })
      const imported = startPool({ config: readFileSync(join(home.home, '.ssh/config'), 'utf8') })
      expect((await runOn(imported.pool, system, 'true')).result).toMatchObject({ code: 'ssh-config', hint: expect.not.stringContaining('transport: ssh') })
      await imported.stop()
    }))
})
