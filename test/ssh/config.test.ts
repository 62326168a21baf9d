import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { lookupConfig } from '#ssh/config.ts'
import { createSshConfig } from '#ssh/config-of-ssh.ts'
import { resolveHops, type ResolveOptions } from '#ssh/resolve.ts'
import { sshdMissing } from '#support/sshd.ts'

const home = mkdtempSync(join(tmpdir(), 'holdpoint-config-'))
const ssh = join(home, '.ssh')
const file = join(ssh, 'config')
const options: ResolveOptions = { sshConfig: null, home, localUser: userInfo().username, configFile: file, agentSocket: null, ownKnownHostsFile: join(home, 'own'), user: userInfo().username }
const { signal } = new AbortController()
/** Hundreds of processes one after the other, on a machine that may be busy. */
const SPAWNS_MS = 120_000

beforeEach(() => {
  rmSync(ssh, { recursive: true, force: true })
  mkdirSync(ssh, { mode: 0o700 })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

function write(text: string, name = 'config'): void {
  writeFileSync(join(ssh, name), text, { mode: 0o600 })
}
async function problemOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (thrown) {
    if (thrown instanceof Problem) return `${thrown.code}: ${thrown.message}`
    throw thrown
  }
  return 'no problem'
}
const hostNamed = (name: string) => ({ name, address: null, user: null, port: null, jump: null })

describe('reading ~/.ssh/config', () => {
  it('takes the first value, quotes, = and comments as OpenSSH does', async () => {
    write('# top\nHost web-*  !web-9 # all\n\tHostName="%h.shop.example"\n  User = deploy#1\n  Port 2200 # later\nHost *\n Port 22\n User other\n IdentityFile "~/my keys/%u" \n identityfile \'~/b\'\n')
    expect(lookupConfig('web-1', options)).toMatchObject({ hostName: '%h.shop.example', user: 'deploy#1', port: 2200, identityFiles: ['~/my keys/%u', '~/b'] })
    expect(lookupConfig('web-9', options)).toMatchObject({ hostName: null, user: 'other', port: 22 })
    const hop = (await resolveHops(hostNamed('web-1'), options, signal)).hops[0]
    expect(hop).toMatchObject({ address: 'web-1.shop.example', hostKeyName: '[web-1.shop.example]:2200', identityFiles: [join(home, 'my keys', userInfo().username), join(home, 'b')] })
  })

  it('is empty where there is no file', () => {
    expect(lookupConfig('web', options)).toMatchObject({ hostName: null, identityFiles: [], notes: [] })
  })

  it('never runs Match exec, with or without !, and notes it', () => {
    write(`Match exec "touch ${home}/ran"\n User a\nMatch !exec "touch ${home}/ran"\n User b\nHost *\n User c\n`)
    const config = lookupConfig('web', options)
    expect(config.user).toBe('c')
    expect(config.notes).toEqual([`Match exec (${file}:1) is never run: its block is left out.`, `Match exec (${file}:3) is never run: its block is left out.`])
    expect(spawnSync('test', ['-e', join(home, 'ran')]).status).toBe(1)
  })

  it('stops at includes that go round in circles or too deep, and names them', async () => {
    write('Include a\n')
    write('Include b\n', 'a')
    write('Include a\n', 'b')
    expect(await problemOf(() => lookupConfig('web', options))).toContain('in a circle')
    for (let n = 0; n < 12; n++) write(`Include deep${n + 1}\n`, `deep${n}`)
    write('Include deep0\n')
    expect(await problemOf(() => lookupConfig('web', options))).toContain('deeper than 10')
  })

  it('stops at includes that multiply, and says so', async () => {
    for (let n = 0; n < 9; n++) write(`Include deep${n + 1} deep${n + 1} deep${n + 1} deep${n + 1} deep${n + 1} deep${n + 1} deep${n + 1} deep${n + 1} deep${n + 1} deep${n + 1}\n`, `deep${n}`)
    write('User dana\n', 'deep9')
    write('Include deep0\n')
    expect(await problemOf(() => lookupConfig('web', options))).toContain('more than 1000 files')
  })

  it('takes an Include pattern that can match nothing for one that matches nothing', () => {
    write('Include conf.d/[z-a]*\nUser dana\n')
    mkdirSync(join(ssh, 'conf.d'))
    write('User other\n', 'conf.d/b')
    expect(lookupConfig('web', options).user).toBe('dana')
  })

  it('names file and line of what it cannot use', async () => {
    for (const [text, reason] of [['Host web\n Port 99999\n', ':2: "99999" is not a port'], ['\n\nUser "a\n', ':3: a quote is not closed'], ['Port\n', ':1: port has no value'], ['Match sometimes x\n', ':1: Match does not know "sometimes"'], ['ConnectTimeout soon\n', 'is not a length of time'], ['HostName %z\n', 'HostName cannot hold %z']] as const) {
      write(text)
      expect(await problemOf(() => resolveHops(hostNamed('web'), options, signal))).toContain(reason)
    }
    write('ProxyCommand nc %h %p\n')
    expect(await problemOf(() => resolveHops(hostNamed('web'), options, signal))).toContain('ProxyCommand')
    rmSync(file)
    mkdirSync(file)
    expect(await problemOf(() => lookupConfig('web', options))).toContain('EISDIR')
  })

  it('refuses a file that other users can write', async () => {
    write('User a\n')
    chmodSync(file, 0o666)
    expect(await problemOf(() => lookupConfig('web', options))).toContain('other users can write')
  })
})

describe.skipIf(sshdMissing)('ssh_config compared with ssh -G', () => {
  const names = fc.constantFrom('web', 'web1', 'web-2', 'db.shop', 'bastion', '10.0.0.1')
  const patterns = fc.array(fc.oneof(names, fc.constantFrom('*', 'web*', '*.shop', '?eb', '!web1', '!db.shop', '10.0.*', 'we?-2')), { minLength: 1, maxLength: 3 })
  const setting = fc.oneof(
    fc.constantFrom('example.net', '%h.example.net', '10.9.8.7', 'Upper.Example').map((value) => `HostName ${value}`),
    fc.constantFrom('alice', 'bob', '"carol"', "'d e'", 'x#y').map((value) => `User ${value}`),
    fc.integer({ min: 1, max: 65535 }).map((value) => `Port=${value}`),
    fc.constantFrom('~/.ssh/a', '~/.ssh/b', '"~/my keys/c"', '/keys/%r@%h', '~/d#e').map((value) => `IdentityFile ${value}`),
    fc.constantFrom('bastion', 'bob@bastion:2222', 'outer,inner', 'none', 'a@b,c:22').map((value) => `ProxyJump ${value}`),
    fc.constantFrom('yes', 'no').map((value) => `IdentitiesOnly ${value}`),
  )
  const condition = fc.oneof(
    fc.constant('all'),
    patterns.map((list) => `host ${list.join(',')}`),
    patterns.map((list) => `originalhost ${list.join(',')}`),
    fc.constantFrom('user alice', 'user bob,carol', '!user alice', 'user *', `localuser ${userInfo().username}`, '!host web', 'host web* user alice', 'host=example.net', 'final'),
  )
  const block = fc.tuple(fc.oneof(patterns.map((list) => `Host ${list.join(' ')}`), condition.map((text) => `Match ${text}`)), fc.array(setting, { minLength: 1, maxLength: 3 }), fc.constantFrom('  ', '\t', ''), fc.boolean())
  const files = fc.record({
    top: fc.array(setting, { maxLength: 1 }),
    blocks: fc.array(block, { minLength: 1, maxLength: 5 }),
    included: fc.array(block, { maxLength: 2 }),
    includeAt: fc.nat({ max: 4 }),
    name: names,
  })
  const render = (list: (typeof block extends fc.Arbitrary<infer T> ? T : never)[]): string[] =>
    list.flatMap(([head, lines, indent, comment]) => [`${head}${comment ? ' # a comment' : ''}`, ...lines.map((line) => `${indent}${line}`), ''])

  type Sample = typeof files extends fc.Arbitrary<infer T> ? T : never
  const writeSample = (sample: Sample): string => {
    const blocks = render(sample.blocks)
    blocks.splice(Math.min(sample.includeAt, blocks.length), 0, `Include ${join(ssh, 'extra.conf')}`)
    const text = [...sample.top, ...blocks].join('\n')
    write(`${text}\n`)
    write(`${render(sample.included).join('\n')}\n`, 'extra.conf')
    return text
  }

  it('agrees on user, host, port, keys and jump for 220 generated files', async () => {
    // ssh takes ~ from the password file, not from HOME: only what is written is compared, not its expansion.
    symlinkSync(join(ssh, 'extra.conf'), join(ssh, 'link.conf'))
    let jumps = 0
    for (const sample of fc.sample(files, { numRuns: 220, seed: 20260522 })) {
      const text = writeSample(sample)
      const asked = spawnSync('ssh', ['-T', '-G', '-F', file, sample.name], { encoding: 'utf8' })
      // A jump to itself ends ssh; here it is a Problem as soon as the chain is followed.
      if (asked.stderr.startsWith('jumphost loop')) {
        expect(await problemOf(() => resolveHops(hostNamed(sample.name), options, signal))).toContain('lead back to themselves')
        continue
      }
      expect(asked.stderr, text).toBe('')
      const said = new Map<string, string[]>()
      for (const row of asked.stdout.split('\n')) {
        const [keyword, ...value] = row.split(' ')
        said.set(keyword ?? '', [...(said.get(keyword ?? '') ?? []), value.join(' ')])
      }
      const config = lookupConfig(sample.name, options)
      const hop = (await resolveHops({ ...hostNamed(sample.name), jump: 'none' }, options, signal)).hops.at(-1)
      const expected = {
        text,
        user: said.get('user')?.[0],
        address: said.get('hostname')?.[0],
        port: said.get('port')?.[0],
        files: said.get('identityfile')?.filter((one) => !one.startsWith('~/.ssh/id_')),
        jump: said.get('proxyjump')?.[0] ?? 'none',
        only: said.get('identitiesonly')?.[0],
      }
      if (expected.jump !== 'none') jumps++
      const actual = { text, user: hop?.user, address: hop?.address, port: String(hop?.port), files: config.identityFiles, jump: config.proxyJump ?? 'none', only: config.identitiesOnly ? 'yes' : 'no' }
      expect(actual, text).toEqual(expected)
    }
    expect(jumps).toBeGreaterThan(20)
  }, SPAWNS_MS)

  it('leads over the same hops whether ssh or our parser reads it, for 40 generated files', async () => {
    const lengths = new Set<number>()
    for (const sample of fc.sample(files, { numRuns: 40, seed: 20261125 })) {
      const text = writeSample(sample)
      const hopsBy = async (sshConfig: ResolveOptions['sshConfig']): Promise<unknown> => {
        try {
          const { hops, notes } = await resolveHops(hostNamed(sample.name), { ...options, sshConfig }, signal)
          // Where nothing is said, ssh takes known_hosts from the account's own folder, not from this home.
          return { hops: hops.map((hop) => ({ ...hop, knownHostsFiles: [] })), notes }
        } catch (thrown) {
          if (thrown instanceof Problem) return thrown.message
          throw thrown
        }
      }
      const read = await hopsBy(null)
      expect(await hopsBy(createSshConfig({ home, configFile: file, now: () => 0 })), text).toEqual(read)
      lengths.add(typeof read === 'string' ? -1 : (read as { hops: unknown[] }).hops.length)
    }
    for (const length of [-1, 1, 2]) expect(lengths).toContain(length)
  }, SPAWNS_MS)
})
