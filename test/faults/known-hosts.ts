import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { judgeHostKey, parseKnownHosts } from '#ssh/known-hosts.ts'
import { startHostileServer } from '#support/ssh-hostile.ts'
import { keygen } from '#support/sshd.ts'

export interface Compared {
  pairs: number
  /** How often `ssh` came to each verdict. */
  verdicts: Record<string, number>
  /** File, name and both verdicts of each pair that differs. */
  differences: string[]
}

const names = fc.constantFrom('web', 'web1', 'db.shop', '10.0.0.1', 'WEB', 'a-b.c', 'x')
const ports = fc.constantFrom(22, 22, 2222, 443)
const patterns = fc.oneof(names, fc.constantFrom('*', 'web*', '*.shop', '?eb', '!web', '!*.shop', '[*]:2222', '[web]:*', '[web]:2222', '[db.shop]:443', '[10.0.0.1]:2222', '10.0.0.?', 'Web', '!db.shop', '![web]:2222', '*,!web'))
/** Number of a key: the one that the server shows comes up often enough to be known. */
const rows = fc.record({
  marker: fc.constantFrom('', '', '', '', '', '@revoked ', '@cert-authority ', '@odd '),
  names: fc.array(patterns, { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
  key: fc.constantFrom(0, 0, 0, 1, 2, 3),
  noise: fc.constantFrom('', '', '', '', '', '', '# comment', 'web', 'web ssh-ed25519', ' ', 'web ssh-ed25519 AAAA'),
})
const pair = fc.record({ rows: fc.array(rows, { minLength: 1, maxLength: 6 }), name: names, port: ports, isHashed: fc.boolean() })

/**
 * Asks the real `ssh` and ours about the key of one server, under generated names and known_hosts files: both have to
 * come to the same verdict. `ssh` really connects; a key it accepts is one it goes on to log in with.
 */
export async function compareVerdicts(seed: number, pairs: number): Promise<Compared> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-verdicts-'))
  const server = await startHostileServer({ login: 'refuse' })
  try {
    for (const [name, type] of [['same', 'ed25519'], ['rsa', 'rsa'], ['ecdsa', 'ecdsa']] as const) keygen(type, join(folder, name), '')
    const keys = [server.hostKey, ...['same', 'rsa', 'ecdsa'].map((name) => readFileSync(join(folder, `${name}.pub`), 'utf8').split(' ').slice(0, 2).join(' '))]
    const shown = Buffer.from(server.hostKey.split(' ')[1] ?? '', 'base64')
    const compared: Compared = { pairs: 0, verdicts: {}, differences: [] }
    const queue = fc.sample(pair, { seed, numRuns: pairs })
    const work = async (worker: number): Promise<void> => {
      const file = join(folder, `known_hosts-${worker}`)
      for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
        writeFileSync(file, `${one.rows.map((row) => (row.noise === '' ? `${row.marker}${row.names} ${keys[row.key]} comment` : row.noise)).join('\n')}\n`)
        if (one.isHashed) await run('ssh-keygen', ['-H', '-f', file]).catch(() => undefined)
        const theirs = await askSsh(file, one.name, one.port, server.port)
        const verdict = judgeHostKey(parseKnownHosts(readFileSync(file, 'utf8'), file), one.port === 22 ? one.name.toLowerCase() : `[${one.name.toLowerCase()}]:${one.port}`, shown).verdict
        // Nobody shows a certificate here: what only an authority speaks for is unknown to ssh.
        const ours = verdict === 'needs-certificate' ? 'unknown' : verdict
        compared.pairs++
        compared.verdicts[theirs] = (compared.verdicts[theirs] ?? 0) + 1
        if (theirs !== ours) compared.differences.push(`${one.name}:${one.port}: ssh says ${theirs}, we say ${ours}\n${readFileSync(file, 'utf8')}`)
      }
    }
    await Promise.all([1, 2, 3].map(work))
    return compared
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const run = promisify(execFile)

/** The name is never resolved: the way there is a command. */
async function askSsh(file: string, name: string, port: number, at: number): Promise<string> {
  const proxy = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${at} 2>/dev/null; cat <&3 & reader=$!; cat >&3; kill $reader'`
  const settings = { StrictHostKeyChecking: 'yes', BatchMode: 'yes', UserKnownHostsFile: file, GlobalKnownHostsFile: '/dev/null', PreferredAuthentications: 'publickey', IdentityFile: 'none', IdentityAgent: 'none', ProxyCommand: proxy }
  const said = await run('ssh', ['-F', '/dev/null', '-p', String(port), '-l', 'someone', ...Object.entries(settings).map(([key, value]) => `-o${key}=${value}`), '--', name, 'true'], { timeout: 20_000 }).then(() => 'no failure', (failure: { stderr: string }) => failure.stderr)
  if (said.includes('REVOKED HOST KEY DETECTED')) return 'revoked'
  if (said.includes('REMOTE HOST IDENTIFICATION HAS CHANGED')) return 'changed'
  if (/No \w+ host key is known for/.test(said)) return 'unknown'
  return said.includes('Permission denied') ? 'known' : said
}
