import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { generateKey } from '#rehearsal/keys.ts'

test('every key can be read back by ssh2, also those whose public half begins with a zero byte', () => {
  let withLeadingZero = 0
  for (let count = 0; count < 4000 && (withLeadingZero === 0 || count < 200); count += 1) {
    const pair = generateKey()
    const key = ssh2.utils.parseKey(pair.privateKey)
    if (key instanceof Error) throw key
    expect(key.isPrivateKey()).toBe(true)
    expect(key.getPublicSSH().equals(pair.publicKey)).toBe(true)
    if (pair.publicKey.at(-32) === 0) withLeadingZero += 1
  }
  expect(withLeadingZero).toBeGreaterThan(0)
})

test('the private half signs what the public half verifies', () => {
  const pair = generateKey()
  const [secret, open] = [ssh2.utils.parseKey(pair.privateKey), ssh2.utils.parseKey(pair.publicKey)]
  if (secret instanceof Error || open instanceof Error) throw new Error('a key could not be read')
  expect(open.verify('release', secret.sign('release'))).toBe(true)
  expect(open.verify('rollback', secret.sign('release'))).toBe(false)
})
