import type { Algorithms } from 'ssh2'

const HOST_KEYS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256'] as const
type HostKeyAlgorithm = (typeof HOST_KEYS)[number]

/**
 * What is offered to a server. Signatures of known key types come first, so that a known host shows the key we can check.
 * Left out: SHA-1 and CBC. What is safe only with strict key exchange comes last (see `isOpenToTruncation`).
 */
export function algorithmsFor(knownKeyTypes: readonly string[]): Algorithms {
  return {
    kex: [
      'curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512', 'diffie-hellman-group14-sha256', 'diffie-hellman-group-exchange-sha256',
    ],
    serverHostKey: hostKeyOrder(knownKeyTypes),
    cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr', 'chacha20-poly1305@openssh.com'],
    hmac: ['hmac-sha2-256', 'hmac-sha2-512', 'hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
    compress: ['none'],
  }
}

function hostKeyOrder(knownKeyTypes: readonly string[]): HostKeyAlgorithm[] {
  const isKnown = (algorithm: HostKeyAlgorithm): boolean => knownKeyTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm)
  return [...HOST_KEYS.filter(isKnown), ...HOST_KEYS.filter((algorithm) => !isKnown(algorithm))]
}
