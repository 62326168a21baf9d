import { generateKeyPairSync, randomBytes } from 'node:crypto'

export interface KeyPair {
  /** OpenSSH PEM, unencrypted. */
  privateKey: string
  /** The public key in SSH wire form, as it stands in known_hosts before base64. */
  publicKey: Buffer
}

const KEY_TYPE = 'ssh-ed25519'

/**
 * A fresh ed25519 key that lives only in this process. Written out by hand (PROTOCOL.key of OpenSSH) because
 * ssh2's own generator drops a leading zero byte and so makes an unreadable key once in 256 times.
 */
export function generateKey(): KeyPair {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  if (x === undefined || d === undefined) throw new Error('node:crypto made an ed25519 key without its parts.')
  const point = Buffer.from(x, 'base64url')
  const seed = Buffer.from(d, 'base64url')
  const publicKey = Buffer.concat([field(KEY_TYPE), field(point)])
  return { privateKey: openSshPrivateKey(publicKey, point, seed), publicKey }
}

function openSshPrivateKey(publicKey: Buffer, point: Buffer, seed: Buffer): string {
  const check = randomBytes(4)
  const secret = Buffer.concat([check, check, publicKey, field(Buffer.concat([seed, point])), field('')])
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1))
  const one = Buffer.from([0, 0, 0, 1])
  const key = Buffer.concat([
    Buffer.from('openssh-key-v1\0'), field('none'), field('none'), field(''), one,
    field(publicKey), field(Buffer.concat([secret, padding])),
  ])
  const lines = key.toString('base64').match(/.{1,70}/g) ?? []
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

/** A string of the SSH wire format: four bytes of length, then the bytes. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
