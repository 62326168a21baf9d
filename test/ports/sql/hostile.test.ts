import type { Socket } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SqlPlace, SqlTls } from '#kinds/sql-port.ts'
import { createSql } from '#ports/sql/sql.ts'
import { withTcp, writeForEver } from '#support/tcp-server.ts'

const PASSWORD = 'canary-password'
const never = new AbortController().signal

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
/** A message of the protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const message = (type: string, ...parts: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}
const AUTH_OK = message('R', int32(0))
const READY = message('Z', 'I')
const COLUMN = message('T', Buffer.from([0, 1]), 'n\0', int32(0), Buffer.from([0, 0]), int32(23), Buffer.from([0, 4]), int32(0xffff_ffff), Buffer.from([0, 0]))
const row = (text: string): Buffer => message('D', Buffer.from([0, 1]), int32(text.length), text)
const times = (count: number, one: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => one))
const done = (what: string): Buffer => message('C', `${what}\0`)
const OPENING = Buffer.concat([AUTH_OK, message('S', 'server_version\0' + '15\0'), message('K', int32(1), int32(2)), READY])
const ANSWER = Buffer.concat([COLUMN, row('7'), done('FETCH 1'), READY])

/** Lets anybody in, says that all went well, and answers what is fetched as it is told. */
function serveSql(socket: Socket, answer: (socket: Socket) => void, opening: Buffer = OPENING): void {
  let isIn = false
  let said = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    said = Buffer.concat([said, bytes])
    if (!isIn) {
      if (said.length < 4 || said.length < said.readUInt32BE(0)) return
      said = said.subarray(said.readUInt32BE(0))
      isIn = true
      socket.write(opening)
    }
    while (said.length >= 5 && said.length >= 1 + said.readUInt32BE(1)) {
      const [type, text] = [String.fromCharCode(said[0] ?? 0), said.subarray(5, 1 + said.readUInt32BE(1)).toString('latin1')]
      said = said.subarray(1 + said.readUInt32BE(1))
      if (type === 'Q' && text.startsWith('FETCH')) answer(socket)
      else if (type === 'Q') socket.write(Buffer.concat([done('SET'), READY]))
      else if (type === 'S') socket.write(Buffer.concat([message('1'), message('2'), message('n'), done('DECLARE CURSOR'), READY]))
    }
  })
}

/** What is read from a server that behaves so: its rows, or the code of why there are none. */
async function read(onSocket: (socket: Socket) => void, { tls = 'disable', timeoutMs = 3000, password = PASSWORD, signal = never }: { tls?: SqlTls; timeoutMs?: number; password?: string | null; signal?: AbortSignal } = {}): Promise<unknown> {
  let found: unknown
  await withTcp(onSocket, async (port) => {
    const place: SqlPlace = { host: '127.0.0.1', port, database: 'shop', user: 'monitor', tls, ca: null }
    try {
      const session = await createSql().connect(place, { password, timeoutMs, signal })
      try {
        found = await session.ask({ statement: 'SELECT 7', timeoutMs: Math.min(timeoutMs, 500), maxRows: 10, signal })
      } finally {
        session.close()
      }
    } catch (thrown) {
      found = thrown instanceof Error && 'code' in thrown ? thrown.code : thrown
    }
  })
  return found
}

test('a server that speaks PostgreSQL by the book is understood', async () => {
  expect(await read((socket) => serveSql(socket, () => socket.write(ANSWER)))).toEqual([['7']])
})

test.each<[string, (socket: Socket) => void, string]>([
  ['greets as an SSH server', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'), 'sql-timeout'], ['answers as a web server', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'sql-broken'],
  ['hangs up', (socket) => socket.end(), 'sql-broken'], ['says nothing', () => undefined, 'sql-timeout'], ['lets in and says nothing more', (socket) => serveSql(socket, () => undefined), 'sql-timeout'],
  ['asks for an unheard-of login', (socket) => socket.write(message('R', int32(99))), 'sql-broken'], ['asks for a login in half a message', (socket) => socket.end(message('R', int32(10)).subarray(0, 7)), 'sql-broken'],
  ['answers what was not asked', (socket) => serveSql(socket, () => undefined, Buffer.concat([OPENING, row('7'), done('FETCH 1'), READY])), 'sql-broken'],
  ['sends a row of no columns said before', (socket) => serveSql(socket, () => socket.write(Buffer.concat([row('7'), done('FETCH 1'), READY]))), 'sql-broken'],
  ['breaks off in a row', (socket) => serveSql(socket, () => socket.end(ANSWER.subarray(0, -20))), 'sql-broken'],
  ['sends rows without end', (socket) => serveSql(socket, () => { socket.write(COLUMN); writeForEver(socket, times(1000, row('7'))) }), 'sql-too-much'],
  ['begins a row of two gigabytes', (socket) => serveSql(socket, () => { socket.write(Buffer.concat([COLUMN, Buffer.from('D'), int32(0x7fff_fff0)])); writeForEver(socket, Buffer.alloc(65_536)) }), 'sql-too-much'],
  ['sends notices without end', (socket) => { writeForEver(socket, times(1000, message('N', 'SNOTICE\0', 'Mlisten\0', '\0'))) }, 'sql-too-much'],
  ['gives more rows than were fetched', (socket) => serveSql(socket, () => socket.write(Buffer.concat([COLUMN, times(12, row('7')), done('FETCH 12'), READY]))), 'sql-too-much'],
])('a server that %s is no data, and harms nothing', async (_, onSocket, code) => {
  expect(await read(onSocket, { timeoutMs: code === 'sql-timeout' ? 200 : 3000 })).toBe(code)
})

test('whatever a server sends, in whatever pieces, comes to rows or to a Problem', async () => {
  const honest = Buffer.concat([OPENING, done('SET'), READY, message('1'), message('2'), message('n'), done('DECLARE CURSOR'), READY, ANSWER, done('ROLLBACK'), READY])
  const harmed = fc.record({
    cuts: fc.array(fc.nat(honest.length), { maxLength: 4 }),
    bytes: fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    rest: fc.uint8Array({ maxLength: 64 }),
  })
  await fc.assert(fc.asyncProperty(harmed, async ({ cuts, bytes, rest }) => {
    const sent = Buffer.from(honest)
    for (const [place, value] of bytes) sent[place] = value
    const found = await read((socket) => {
      let from = 0
      for (const cut of cuts.toSorted((one, other) => one - other)) {
        socket.write(sent.subarray(from, cut))
        from = Math.max(from, cut)
      }
      socket.end(Buffer.concat([sent.subarray(from), rest]))
    }, { timeoutMs: 300 })
    expect(Array.isArray(found) || (typeof found === 'string' && found.startsWith('sql-')), String(found)).toBe(true)
  }), { numRuns: 300 })
})

test.each<[SqlTls, string, Buffer, string]>([
  ['verify-full', 'that it does not encrypt', Buffer.from('N'), 'sql-tls'], ['require', 'that it does not encrypt', Buffer.from('N'), 'sql-tls'], ['require', 'something else', Buffer.from('E'), 'sql-broken'],
  ['require', 'yes and, in the clear, that all is well', Buffer.concat([Buffer.from('S'), OPENING]), 'sql-broken'],
])('with tls: %s a server that says %s gets no more than the question', async (tls, _, answer, code) => {
  const heard: Buffer[] = []
  expect(await read((socket) => { socket.on('data', (bytes) => { heard.push(bytes); socket.write(answer) }) }, { tls })).toBe(code)
  expect(Buffer.concat(heard).toString('hex')).toBe('0000000804d2162f')
})

test('a password is not sent to who asks for it in the clear, nor is one made up where there is none', async () => {
  const heard: Buffer[] = []
  const asks = (socket: Socket): void => void socket.on('data', (bytes) => { heard.push(bytes); if (heard.length === 1) socket.write(message('R', int32(3))) })
  expect(await read(asks)).toBe('sql-auth')
  expect(Buffer.concat(heard).toString('latin1')).toContain('monitor')
  expect(Buffer.concat(heard).toString('latin1')).not.toContain('canary')
  expect(await read((socket) => socket.write(message('R', int32(5), 'salt')), { password: null })).toBe('sql-auth')
})

test('a reading that is stopped ends at once, in the login and in the statement', async () => {
  for (const reach of ['login', 'statement'] as const) {
    const stopping = new AbortController()
    const serve = (socket: Socket): void => (reach === 'login' ? void socket.on('data', () => stopping.abort()) : serveSql(socket, () => stopping.abort()))
    expect(await read(serve, { signal: stopping.signal, timeoutMs: 60_000 }), reach).toBe('sql-aborted')
  }
})
