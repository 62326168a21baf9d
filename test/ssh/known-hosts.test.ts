import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fingerprint, formatKnownHost, judgeHostKey, linesFor, parseKnownHosts } from '#ssh/known-hosts.ts'
import { keygen, sshdMissing } from '#support/sshd.ts'

/** A public key blob that is well formed as far as known_hosts is concerned. */
function blob(type: string, seed: string): Buffer {
  const part = (text: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, text.length]), text])
  return Buffer.concat([part(Buffer.from(type)), part(Buffer.from(seed.padEnd(32, '.').slice(0, 32)))])
}
const line = (names: string, key: Buffer, marker = ''): string => `${marker}${marker === '' ? '' : ' '}${formatKnownHost(names, key)}`
const judge = (text: string, name: string, key: Buffer) => judgeHostKey(parseKnownHosts(text, 'known_hosts'), name, key)

const ours = blob('ssh-ed25519', 'ours')
const theirs = blob('ssh-ed25519', 'theirs')
const rsa = blob('ssh-rsa', 'rsa')

describe('judging a host key', () => {
  it('is known by any matching line, unknown by none', () => {
    expect(judge(line('web', theirs) + line('web', ours), 'web', ours)).toMatchObject({ verdict: 'known', line: { line: 2 } })
    expect(judge(line('db', ours), 'web', ours)).toEqual({ verdict: 'unknown' })
  })

  it('is changed by any other key, of whatever type: a server that has lost the known one has changed', () => {
    expect(judge(`\n${line('web', theirs)}`, 'web', ours)).toMatchObject({ verdict: 'changed', line: { file: 'known_hosts', line: 2 } })
    expect(judge(line('web', rsa), 'web', ours)).toMatchObject({ verdict: 'changed', line: { keyType: 'ssh-rsa' } })
    expect(judge(line('web', rsa) + line('web', theirs), 'web', ours)).toMatchObject({ verdict: 'changed', line: { keyType: 'ssh-ed25519' } })
    expect(judge(line('web', blob('ecdsa-sha2-nistp256', 'a')), 'web', blob('ecdsa-sha2-nistp384', 'b'))).toMatchObject({ verdict: 'changed' })
  })

  it('is revoked before anything else, also by a pattern or for the name without the port', () => {
    expect(judge(line('web', ours) + line('*', ours, '@revoked'), 'web', ours).verdict).toBe('revoked')
    expect(judge(line('web', ours, '@revoked'), '[web]:2222', ours).verdict).toBe('revoked')
    expect(judge(line('[web]:2222', ours) + line('web', ours, '@revoked'), '[web]:2222', ours).verdict).toBe('known')
    expect(judge(line('web', ours) + line('*', theirs, '@revoked'), 'web', ours).verdict).toBe('known')
  })

  it('needs a certificate where only an authority speaks for the name', () => {
    expect(judge(line('*.shop', theirs, '@cert-authority'), 'web.shop', ours).verdict).toBe('needs-certificate')
    expect(judge(line('*.shop', theirs, '@cert-authority') + line('web.shop', ours), 'web.shop', ours).verdict).toBe('known')
  })

  it('reads wildcards, negation, ports and case as OpenSSH does', () => {
    expect(judge(line('*.shop,!db.shop', ours), 'web.shop', ours).verdict).toBe('known')
    expect(judge(line('*.shop,!db.shop', ours), 'db.shop', ours).verdict).toBe('unknown')
    expect(judge(line('WEB?', ours), 'Web1', ours).verdict).toBe('known')
    expect(judge(line('[web]:2222', ours), 'web', ours).verdict).toBe('unknown')
    expect(judge(line('web', ours), '[web]:2222', ours).verdict).toBe('known')
    expect(judge(line('web', theirs), '[web]:2222', ours).verdict).toBe('unknown')
  })

  it('skips lines it cannot read', () => {
    const broken = ['@strange web ssh-ed25519 AAAA', 'web', 'web ssh-ed25519', 'web ssh-rsa !!!!', `web ssh-rsa ${ours.toString('base64')}`, '|1|short|salt ssh-ed25519 AAAA', '|2|a|b ssh-ed25519 AAAA', '# web', '\u0000'].join('\n')
    expect(parseKnownHosts(broken, 'f')).toEqual([])
    expect(judge(`${broken}\r\n  ${line('web', ours)}`, 'web', ours).verdict).toBe('known')
  })

  it('never trusts and never throws on noise', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => judge(text, 'web', ours).verdict === 'unknown'), { numRuns: 500 })
  })
})

describe.skipIf(sshdMissing)('known_hosts compared with ssh-keygen', () => {
  let folder: string
  let keys: string[]
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-known-'))
    keys = [1, 2, 3].map((n) => {
      keygen('ed25519', join(folder, `key${n}`), '')
      return readFileSync(join(folder, `key${n}.pub`), 'utf8').split(' ').slice(0, 2).join(' ')
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('prints the fingerprints that ssh-keygen prints', () => {
    const printed = execFileSync('ssh-keygen', ['-lf', join(folder, 'key1.pub')], { encoding: 'utf8' }).split(' ')[1]
    expect(fingerprint(Buffer.from(keys[0]?.split(' ')[1] ?? '', 'base64'))).toBe(printed)
  })

  it('finds the same lines as ssh-keygen -F for more than 5,000 generated lines and names', () => {
    const seed = Number(process.env['HOLDPOINT_SEED'] ?? Date.now() % 1_000_000)
    console.log(`known_hosts lines, seed ${seed} (HOLDPOINT_SEED=${seed} repeats it)`)
    const label = fc.stringMatching(/^[a-z0-9]{1,4}$/)
    const drawn = fc.tuple(label, fc.constantFrom('', '.shop', '.db.shop', '-1', '.X')).map((parts) => parts.join(''))
    const names = fc.oneof(fc.constantFrom('web', 'web1', 'db.shop', '10.0.0.1', '[web]:2222', '[db.shop]:22', '[10.0.0.1]:2222', 'WEB', 'a-b.c', '::1', '[::1]:2222'), drawn)
    const patterns = fc.oneof(names, fc.constantFrom('*', 'web*', '*.shop', '?eb', '!web', '!*.shop', '[*]:2222', '[web]:*', '10.0.0.?', 'Web', '!db', '**', '?', '*-1', '[!a]b'))
    const rows = fc.record({
      marker: fc.constantFrom('', '', '', '@revoked ', '@cert-authority ', '@odd '),
      names: fc.array(patterns, { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
      key: fc.nat({ max: 2 }),
      noise: fc.constantFrom('', '', '', '', '# comment', 'web', 'web ssh-ed25519', '  ', '\tweb'),
    })
    let pairs = 0
    let found = 0
    for (const [list, asked, hash] of fc.sample(fc.tuple(fc.array(rows, { minLength: 40, maxLength: 60 }), fc.array(names, { minLength: 8, maxLength: 8 }), fc.boolean()), { numRuns: 16, seed })) {
      const file = join(folder, 'known_hosts')
      writeFileSync(file, `${list.map((row) => (row.noise === '' ? `${row.marker}${row.names} ${keys[row.key]} comment` : row.noise)).join('\n')}\n`)
      if (hash) spawnSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
      const text = readFileSync(file, 'utf8')
      for (const name of asked) {
        const expected = [...spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' }).stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]))
        const actual = linesFor(parseKnownHosts(text, file), name).map((one) => one.line)
        expect({ seed, text, name, lines: actual }).toEqual({ seed, text, name, lines: expected })
        pairs += list.length
        found += expected.length
      }
    }
    expect(pairs).toBeGreaterThan(5000)
    expect(found).toBeGreaterThan(300)
  }, 120_000)
})
