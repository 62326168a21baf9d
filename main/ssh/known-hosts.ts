import { createHash, createHmac } from 'node:crypto'
import { matchesHostname } from './patterns.ts'

export interface KnownHostsLine {
  file: string
  /** 1-based. */
  line: number
  marker: 'none' | 'revoked' | 'cert-authority'
  /** The host field, as written: a pattern list, or one hashed name. */
  names: string
  keyType: string
  key: Buffer
}

/** What the known_hosts lines say about a key at a name. */
export type HostKeyVerdict =
  | { verdict: 'known'; line: KnownHostsLine }
  | { verdict: 'unknown' }
  | { verdict: 'changed'; line: KnownHostsLine }
  | { verdict: 'revoked'; line: KnownHostsLine }
  | { verdict: 'needs-certificate'; line: KnownHostsLine }

/** Reads the text of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT); malformed lines say nothing, as in OpenSSH. */
export function parseKnownHosts(text: string, file: string): KnownHostsLine[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.replace(/\r$/, '').trimStart()
    if (line === '' || line.startsWith('#')) return []
    const parsed = parseLine(line)
    return parsed === null ? [] : [{ ...parsed, file, line: index + 1 }]
  })
}

function parseLine(line: string): Omit<KnownHostsLine, 'file' | 'line'> | null {
  const fields = line.split(/[ \t]+/)
  const marked = fields[0]?.startsWith('@') === true ? fields.shift() : undefined
  const marker = marked === undefined ? 'none' : marked === '@revoked' ? 'revoked' : marked === '@cert-authority' ? 'cert-authority' : null
  const [names, keyType, encoded] = fields
  if (marker === null || names === undefined || keyType === undefined || encoded === undefined) return null
  if (names.startsWith('|') && decodeHashed(names) === null) return null
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null
  const key = Buffer.from(encoded, 'base64')
  return keyTypeOf(key) === keyType ? { marker, names, keyType, key } : null
}

/** The type a public key blob names itself as; '' when it is not one. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return ''
  const length = key.readUInt32BE(0)
  return length > 0 && length <= 64 && key.length > 4 + length ? key.toString('latin1', 4, 4 + length) : ''
}

/** SHA256:… as OpenSSH prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** Whether a line's host field means this name (`host`, or `[host]:port` for a port other than 22). */
export function namesHost(names: string, name: string): boolean {
  const hashed = names.startsWith('|') ? decodeHashed(names) : null
  if (hashed === null) return !names.startsWith('|') && matchesHostname(name, names)
  return createHmac('sha1', hashed.salt).update(name.toLowerCase()).digest().equals(hashed.digest)
}

function decodeHashed(names: string): { salt: Buffer; digest: Buffer } | null {
  const match = /^\|1\|([A-Za-z0-9+/]+={0,2})\|([A-Za-z0-9+/]+={0,2})$/.exec(names)
  if (match?.[1] === undefined || match[2] === undefined) return null
  const salt = Buffer.from(match[1], 'base64')
  const digest = Buffer.from(match[2], 'base64')
  return salt.length === 20 && digest.length === 20 ? { salt, digest } : null
}

/** The lines about a name, in file order. */
export function linesFor(lines: KnownHostsLine[], name: string): KnownHostsLine[] {
  return lines.filter((line) => namesHost(line.names, name))
}

/**
 * Judges a key as OpenSSH does. A revoked key is refused whatever else is said; a matching line in any file suffices;
 * where other keys are known, of whatever type, it is changed; a name with a port also accepts a line without.
 */
export function judgeHostKey(lines: KnownHostsLine[], name: string, key: Buffer): HostKeyVerdict {
  const same = (line: KnownHostsLine): boolean => line.key.equals(key)
  const here = linesFor(lines, name)
  const plain = here.filter((line) => line.marker === 'none')
  const revoked = here.find((line) => line.marker === 'revoked' && same(line))
  if (revoked) return { verdict: 'revoked', line: revoked }
  const known = plain.find(same)
  if (known) return { verdict: 'known', line: known }
  const changed = plain.find((line) => line.keyType === keyTypeOf(key)) ?? plain[0]
  if (changed) return { verdict: 'changed', line: changed }
  const withoutPort = judgeWithoutPort(lines, name, key)
  if (withoutPort) return withoutPort
  const authority = here.find((line) => line.marker === 'cert-authority')
  return authority ? { verdict: 'needs-certificate', line: authority } : { verdict: 'unknown' }
}

/** A key that is known at the name itself, or revoked there, is so at `[name]:port` as well; other keys there say nothing. */
function judgeWithoutPort(lines: KnownHostsLine[], name: string, key: Buffer): HostKeyVerdict | null {
  const bare = /^\[(.+)\]:\d+$/.exec(name)?.[1]
  if (bare === undefined) return null
  const judged = judgeHostKey(lines, bare, key)
  return judged.verdict === 'known' || judged.verdict === 'revoked' ? judged : null
}

/** A line for a key in OpenSSH's format, with its newline. */
export function formatKnownHost(name: string, key: Buffer): string {
  return `${name} ${keyTypeOf(key)} ${key.toString('base64')}\n`
}
