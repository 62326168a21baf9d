import dns from 'node:dns'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refuseNetwork } from './no-network.ts'

let network: ReturnType<typeof refuseNetwork>
beforeEach(() => (network = refuseNetwork()))
afterEach(() => network.restore())

test('a connection to another machine is refused and noted, also when a client library makes it', async () => {
  const [error] = (await once(connect({ host: '192.0.2.7', port: 22 }), 'error').catch((thrown: unknown) => [thrown])) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ENETUNREACH')
  await expect(fetch('http://192.0.2.8/')).rejects.toThrow()
  expect(network.attempts).toEqual(['connect 192.0.2.7', 'connect 192.0.2.8'])
})

test('a name lookup is refused and noted', async () => {
  await expect(new Promise((resolve, reject) => dns.lookup('shop.example', (error, address) => (error ? reject(error) : resolve(address))))).rejects.toThrow('lookup shop.example')
  expect(network.attempts).toEqual(['lookup shop.example'])
})

test('this machine can be reached as ever', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const [greeting] = (await once(connect((server.address() as AddressInfo).port, '127.0.0.1'), 'data')) as [Buffer]
  server.close()
  expect(greeting.toString()).toBe('hello')
  expect(network.attempts).toEqual([])
})
