import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startBrowserHost } from '#hosts/browser/host.ts'
import { mayOpenSession, userInTable, userOfPeer } from '#hosts/browser/peer.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import { createLoopbackRenderer } from '#support/loopback-renderer.ts'
import { sendRequest } from '#support/loopback-request.ts'

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17111 1 ffff 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 17112 1 ffff 20 4 30 10 -1
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 17113 1 ffff 20 4 30 10 -1
`

test('the other end is the row that looks at us, not our own', () => {
  expect(userInTable(table, 50_000, 8080)).toBe(1001)
  expect(userInTable(table, 8080, 50_000)).toBe(1000)
  expect(userInTable(table, 50_001, 8080)).toBe(null)
  expect(userInTable('', 50_000, 8080)).toBe(null)
})

// Only Linux says; elsewhere nothing is known, which is what the test below is then about.
test('a connection from this process is this user’s', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const socket = await accepted
  expect(userOfPeer(socket)).toBe(process.platform === 'linux' ? process.getuid?.() : null)
  client.destroy()
  socket.destroy()
  server.close()
})

test('ourselves, root and the caller of sudo may open a session; another user may not', () => {
  const mine = process.getuid?.() ?? 0
  expect([mine, 0, null].map((user) => mayOpenSession(user, {}))).toEqual([true, true, true])
  expect(mayOpenSession(mine + 1, {})).toBe(false)
  expect(mayOpenSession(mine + 1, { SUDO_UID: String(mine + 1) })).toBe(mine === 0)
})

test('another user who has read the link gets no session, and the link is still good for us', async () => {
  const renderer = createLoopbackRenderer()
  let user = (process.getuid?.() ?? 0) + 1
  const host = await startBrowserHost({ dispatcher: createLoopbackDispatcher(), rendererPath: renderer.path, userOf: () => user })
  const body = JSON.stringify({ token: new URLSearchParams(new URL(host.url).hash.slice(1)).get('token') })
  const exchange = () => sendRequest({ port: Number(new URL(host.origin).port), path: '/session', method: 'POST', headers: { origin: host.origin, 'content-type': 'application/json', 'content-length': String(body.length) }, body })
  expect(await exchange()).toMatchObject({ status: 403, body: 'Only the user who started Holdpoint may open it.' })
  user -= 1
  expect((await exchange()).status).toBe(200)
  await host.close()
  renderer.remove()
})
