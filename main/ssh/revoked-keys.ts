import { Problem } from '#domain/problem.ts'
import { clean } from './failures.ts'
import { fingerprint, keyTypeOf } from './known-hosts.ts'
import { readFailure, readRegularFile } from './regular-file.ts'

const MAX_BYTES = 32 * 1024 * 1024
const KRL_MAGIC = Buffer.from('SSHKRL\n\0', 'latin1')
const NOTHING_SENT = 'No password, key or command was sent.'

/**
 * What RevokedHostKeys says of a key: null where it is not in the file, else why nothing goes on. As with ssh, a file that is missing or
 * has a line that is no key refuses every host, for nobody knows what it was to say. `readsKrl`: somebody else reads one.
 */
export function refusedByList(file: string, place: string, key: Buffer, readsKrl: boolean): Problem | null {
  let bytes: Buffer
  try {
    bytes = readRegularFile(file, MAX_BYTES).bytes
  } catch (thrown) {
    return unreadable(file, place, `it cannot be read (${readFailure(thrown)})`, 'Put the file back, or take RevokedHostKeys out of the SSH configuration.')
  }
  if (bytes.subarray(0, KRL_MAGIC.length).equals(KRL_MAGIC)) {
    return readsKrl ? null : unreadable(file, place, 'it is a KRL, which the program\'s own SSH does not read', 'Write transport: ssh for this host in the runbook, or list the keys one a line.')
  }
  for (const [index, line] of bytes.toString('latin1').split('\n').entries()) {
    const text = line.replace(/^[ \t]+/, '')
    if (text === '' || text.startsWith('#')) continue
    const listed = readKey(text)
    if (listed === null) return unreadable(file, place, `line ${index + 1} is no public key`, 'Mend that line: ssh refuses every host until then, too.')
    if (listed.equals(key)) return revoked(place, fingerprint(key), `${file}:${index + 1}`)
  }
  return null
}

function readKey(text: string): Buffer | null {
  const [, type = '', encoded = ''] = /^(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t\r]|$)/.exec(text) ?? []
  if (encoded.length === 0 || encoded.length % 4 !== 0) return null
  const key = Buffer.from(encoded, 'base64')
  return keyTypeOf(key) === type && isWhole(key) ? key : null
}

/** A key's blob is texts with their lengths before them, to its last byte. */
function isWhole(key: Buffer): boolean {
  let at = 0
  while (at + 4 <= key.length) at += 4 + key.readUInt32BE(at)
  return at === key.length
}

/** What the system's ssh said where it refused for that file, or null. It looks there before it says anything of the key. */
export function refusedBySystem(said: string, place: string): Problem | null {
  const [, print = '', file = ''] = /^Host key \S+ (\S+) revoked by file (.+?)\r?$/m.exec(said) ?? []
  if (print !== '') return revoked(place, print, clean(file))
  const [, other = '', why = ''] = /^Error checking host key .* in revoked keys file (.+?): ([^:\r\n]+)\r?$/m.exec(said) ?? []
  return other === '' ? null : unreadable(clean(other), place, clean(why), 'Mend the file, or take RevokedHostKeys out of the SSH configuration.')
}

const revoked = (place: string, print: string, where: string): Problem =>
  new Problem('ssh-host-key-revoked', `${place} showed a key that is revoked (${print}, ${where}).`, `The key may be stolen: do not go on before this is explained. ${NOTHING_SENT}`)

const unreadable = (file: string, place: string, why: string, instead: string): Problem =>
  new Problem('ssh-revoked-keys', `The keys that are revoked (RevokedHostKeys ${file}) are not known: ${why}. So the key of ${place} cannot be trusted.`, `${instead} ${NOTHING_SENT}`)
