import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import { keyTypeOf } from './known-hosts.ts'
import { readFailure, readRegularFile } from './regular-file.ts'

/** What an identity file turned out to be. `publicKey` of a locked key is null when the format hides it. */
export type KeyFile =
  | { state: 'missing' }
  | { state: 'unreadable'; reason: string; isSecurityKey?: true }
  | { state: 'public'; publicKey: Buffer }
  | { state: 'locked'; text: Buffer; publicKey: Buffer | null }
  | { state: 'ready'; key: ParsedKey }

const MAX_BYTES = 1024 * 1024

/** Reads an identity file; never throws. As OpenSSH, a private key that other users can read is not used. */
export function readKeyFile(file: string): KeyFile {
  let text: Buffer
  try {
    const { bytes, facts } = readRegularFile(file, MAX_BYTES)
    text = bytes
    if (!text.includes('PRIVATE KEY')) return readPublic(file, text)
    if (process.platform !== 'win32' && facts.uid === process.getuid?.() && (facts.mode & 0o077) !== 0) {
      return { state: 'unreadable', reason: `${file} can be read by other users (run: chmod 600 '${file}')` }
    }
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    return code === 'ENOENT' || code === 'ENOTDIR' ? { state: 'missing' } : { state: 'unreadable', reason: `${file} cannot be read (${readFailure(thrown)})` }
  }
  return parsePrivate(file, text)
}

function parsePrivate(file: string, text: Buffer): KeyFile {
  if (isSecurityKey(publicKeyInside(text))) return securityKey(file)
  const key = unlockKey(text, null)
  if (key instanceof Error) {
    if (/no passphrase given/i.test(key.message)) return { state: 'locked', text, publicKey: publicKeyBeside(file) ?? publicKeyInside(text) }
    return { state: 'unreadable', reason: `${file} is not a key that can be used here (${key.message})` }
  }
  return { state: 'ready', key }
}

/** Opens a private key, or says why it cannot be opened. */
export function unlockKey(text: Buffer, passphrase: string | null): ParsedKey | Error {
  try {
    const parsed: unknown = ssh2.utils.parseKey(text, passphrase ?? undefined)
    // The type says one key; the OpenSSH format yields a list of one.
    const key = (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error | undefined
    if (key === undefined) return new Error('it holds no key')
    if (key instanceof Error) return key
    return key.isPrivateKey() ? key : new Error('it holds no private key')
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown))
  }
}

function readPublic(file: string, text: Buffer): KeyFile {
  const publicKey = publicBlob(text.toString('utf8'))
  if (isSecurityKey(publicKey)) return securityKey(file)
  return publicKey === null ? { state: 'unreadable', reason: `${file} is not a key` } : { state: 'public', publicKey }
}

/** Signatures of a FIDO device, which ssh2 cannot ask for. */
const isSecurityKey = (publicKey: Buffer | null): boolean => publicKey !== null && keyTypeOf(publicKey).startsWith('sk-')
const securityKey = (file: string): KeyFile => ({ state: 'unreadable', isSecurityKey: true, reason: `${file} is on a security key, which needs the system's ssh` })

function publicKeyBeside(file: string): Buffer | null {
  try {
    return publicBlob(readRegularFile(`${file}.pub`, MAX_BYTES).bytes.toString('utf8'))
  } catch {
    // No .pub file that can be read: the key itself may still show its public half.
    return null
  }
}

function publicBlob(line: string): Buffer | null {
  const match = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line)
  return match?.[2] === undefined ? null : Buffer.from(match[2], 'base64')
}

/** openssh-key-v1 (PROTOCOL.key) keeps the public key in clear: magic, cipher, kdf, kdf options, count, public key. */
function publicKeyInside(text: Buffer): Buffer | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END/.exec(text.toString('latin1'))?.[1]
  if (body === undefined) return null
  const data = Buffer.from(body, 'base64')
  let at = 'openssh-key-v1\0'.length
  const next = (): Buffer => {
    const length = data.readUInt32BE(at)
    at += 4 + length
    return data.subarray(at - length, at)
  }
  try {
    for (let field = 0; field < 3; field++) next()
    at += 4
    return Buffer.from(next())
  } catch {
    // Cut short: treated as a key whose public half is not known.
    return null
  }
}
