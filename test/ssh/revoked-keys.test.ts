import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configFor, hostNamed, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { keygen, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('the keys that RevokedHostKeys lists, at a real OpenSSH server', () => {
  let sshd: Sshd
  let list: string
  let other: string
  beforeAll(async () => {
    sshd = await startSshd()
    list = join(sshd.home, 'revoked')
    keygen('ed25519', join(sshd.home, 'other'), '')
    other = readFileSync(join(sshd.home, 'other.pub'), 'utf8').trim()
  })
  afterAll(() => sshd.stop())

  const withPool = async (work: (home: TestPool) => Promise<void>, file = list): Promise<void> => {
    const home = startPool({ config: configFor(sshd, 'web-1', [`RevokedHostKeys ${file}`]), knownHosts: sshd.knownHostsLine })
    try {
      await work(home)
    } finally {
      await home.stop()
    }
  }
  const realSsh = (home: TestPool): boolean =>
    spawnSync('ssh', ['-F', join(home.home, '.ssh/config'), '-o', `UserKnownHostsFile=${join(home.home, '.ssh/known_hosts')}`, '-o', 'GlobalKnownHostsFile=none', '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', 'web-1', 'true']).status === 0

  const lists: [string, (ours: string, others: string) => string, 'accepted' | 'ssh-host-key-revoked' | 'ssh-revoked-keys'][] = [
    ['an empty file', () => '', 'accepted'],
    ['comments and empty lines', (_, others) => `# nothing\n\n   # indented\n${others}\n`, 'accepted'],
    ['another key', (_, others) => `${others}\n`, 'accepted'],
    ['our key', (ours) => `${ours}\n`, 'ssh-host-key-revoked'],
    ['our key behind another, indented, with a comment and no newline', (ours, others) => `${others}\n \t${ours} the old one`, 'ssh-host-key-revoked'],
    ['our key between lines that end as on Windows', (ours, others) => `${others}\r\n${ours}\r\n`, 'ssh-host-key-revoked'],
    ['our key, with a name before it as in known_hosts', (ours) => `web-1 ${ours}\n`, 'ssh-revoked-keys'],
    ['a line that is no key before ours', (ours) => `nonsense\n${ours}\n`, 'ssh-revoked-keys'],
    ['a line that is no key after another', (_, others) => `${others}\nnonsense\n`, 'ssh-revoked-keys'],
    ['a key that names another type', (ours) => `${ours.replace('ssh-ed25519', 'ssh-rsa')}\n`, 'ssh-revoked-keys'],
    ['half a key', (ours) => `${ours.slice(0, 40)}\n`, 'ssh-revoked-keys'],
  ]
  it.for(lists)('judges as ssh does: %s', ([, text, expected]) => withPool(async (home) => {
    writeFileSync(list, text(sshd.hostKeys[0] ?? '', other))
    const { result } = await runOn(home.pool, 'web-1', 'true')
    expect(result.outcome === 'succeeded' ? 'accepted' : 'code' in result && result.code).toBe(expected)
    expect(realSsh(home)).toBe(expected === 'accepted')
  }))

  it('refuses every host where the file is missing, and where it is none of ours to read', () => withPool(async (home) => {
    const { result } = await runOn(home.pool, 'web-1', 'true')
    expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-revoked-keys', message: expect.stringContaining('ENOENT') })
    expect(realSsh(home)).toBe(false)
  }, join(sshd.home, 'no-such-file')))

  it('says the line and the file that revoke it, asks nobody, and a file for nobody is none', async () => {
    writeFileSync(list, `# old\n${sshd.hostKeys[0]}\n`)
    await withPool(async (home) => {
      const { result } = await runOn(home.pool, 'web-1', 'true')
      expect(result).toMatchObject({ message: expect.stringContaining(`revoked (${sshd.hostKeyFingerprint}, ${list}:2)`) })
      expect(home.questions.keys).toEqual([])
    })
    await withPool(async (home) => expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded'), 'none')
  })

  it('does not read a KRL and says what to do; the system\'s ssh reads it', async () => {
    const krl = join(sshd.home, 'krl')
    execFileSync('ssh-keygen', ['-q', '-k', '-f', krl, join(sshd.home, 'other.pub')])
    chmodSync(krl, 0o644)
    await withPool(async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({
        code: 'ssh-revoked-keys', message: expect.stringContaining('it is a KRL, which the program\'s own SSH does not read'), hint: expect.stringContaining('transport: ssh'),
      })
      expect((await runOn(home.pool, hostNamed('web-1', { transport: 'ssh' }), 'true')).result.outcome).toBe('succeeded')
    }, krl)
    execFileSync('ssh-keygen', ['-q', '-k', '-f', krl, join(sshd.home, 'host_ed25519.pub')])
    await withPool(async (home) => {
      expect((await runOn(home.pool, hostNamed('web-1', { transport: 'ssh' }), 'true')).result).toMatchObject({ outcome: 'failed', code: 'ssh-host-key-revoked', message: expect.stringContaining(`revoked (${sshd.hostKeyFingerprint}, ${krl})`) })
    }, krl)
  })

  it('is named in the same words where the system\'s ssh has refused', () => withPool(async (home) => {
    writeFileSync(list, `${sshd.hostKeys[0]}\n`)
    expect((await runOn(home.pool, hostNamed('web-1', { transport: 'ssh' }), 'true')).result).toMatchObject({ code: 'ssh-host-key-revoked', message: expect.stringContaining(`revoked (${sshd.hostKeyFingerprint}, ${list})`) })
    writeFileSync(list, 'nonsense\n')
    expect((await runOn(home.pool, hostNamed('web-1', { transport: 'ssh' }), 'true')).result).toMatchObject({ code: 'ssh-revoked-keys', message: expect.stringContaining(list) })
  }))
})
