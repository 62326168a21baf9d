import { createHash, KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Client } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { swiftenKeys } from '#ssh/swift-keys.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('keys of a connection', () => {
  let sshd: Sshd
  beforeAll(async () => { sshd = await startSshd({ config: ['RekeyLimit 1M'] }) })
  afterAll(() => sshd.stop())

  it.each([
    ['aes128-gcm@openssh.com', ['_cipher._encKey', '_decipher._decipherKey']],
    ['aes128-ctr', ['_cipher._macKey', '_decipher._macKey']],
  ] as const)('of %s are key objects after each key exchange, and what is said stays exact', async (cipher, names) => {
    const client = new Client()
    let exchanges = 0
    client.on('handshake', () => {
      exchanges += 1
      swiftenKeys(client)
    })
    const said = await new Promise<Buffer>((resolve, reject) => {
      client.on('error', reject)
      client.on('ready', () => client.exec('head -c 4000000 /dev/zero; cat', (error, channel) => {
        if (error) return reject(error)
        const pieces: Buffer[] = []
        channel.on('data', (bytes: Buffer) => void pieces.push(bytes))
        channel.on('close', () => resolve(Buffer.concat(pieces)))
        channel.end('over')
      }))
      client.connect({ host: sshd.host, port: sshd.port, username: sshd.user, privateKey: readFileSync(sshd.keyFile), hostVerifier: () => true, algorithms: { cipher: [cipher], hmac: ['hmac-sha2-256'] } })
    })
    const inside = (client as unknown as { _protocol: Record<string, Record<string, unknown>> })._protocol
    const kinds = names.map((name) => {
      const [side = '', key = ''] = name.split('.')
      return inside[side]?.[key] instanceof KeyObject
    })
    client.end()
    expect(exchanges).toBeGreaterThan(2)
    expect(kinds).toEqual([true, true])
    expect(sha256(said)).toBe(sha256(Buffer.concat([Buffer.alloc(4_000_000), Buffer.from('over')])))
  })
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
