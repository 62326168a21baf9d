import { isIP, Socket } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { Problem } from '#domain/problem.ts'
import type { SqlPlace } from '#kinds/sql-port.ts'
import { readFailure, readRegularFile } from '#ssh/regular-file.ts'
import { isForbidden, lookupAllowed } from '../addresses.ts'
import { broken, forbidden, linkProblem, noTls } from './problems.ts'

/** Asks for TLS (PostgreSQL's protocol, "SSLRequest"); the answer is one byte. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const MOST_CA_BYTES = 1024 * 1024
/** So that a firewall does not forget a connection between two readings, and a server that has gone is noticed. */
const KEEP_ALIVE_MS = 30_000

/** A connection to the server, encrypted as the place asks. Nothing has been said on it yet. Throws Problem `sql-…`, or the signal's reason. */
export async function dial(place: SqlPlace, signal: AbortSignal): Promise<Socket> {
  if (isForbidden(place.host)) throw forbidden(place)
  const ca = place.ca === null ? null : readCertificates(place.ca)
  const socket = new Socket()
  const stop = (): void => void socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS).connect({ host: place.host, port: place.port, lookup: lookupAllowed })
    await happens(socket, 'connect')
    return place.tls === 'disable' ? socket : await encrypt(socket, place, ca)
  } catch (thrown) {
    socket.destroy()
    signal.throwIfAborted()
    throw thrown instanceof Problem ? thrown : linkProblem(thrown, place)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function encrypt(socket: Socket, place: SqlPlace, ca: Buffer | null): Promise<Socket> {
  socket.write(SSL_REQUEST)
  const answer = (await happens(socket, 'data')) as Buffer
  if (answer.toString('latin1') === 'N') throw noTls(place)
  // Further bytes would have come from somebody in between: they are not read as if they had been encrypted.
  if (answer.toString('latin1') !== 'S') throw broken(place, 'its answer to the request for TLS makes no sense')
  // What goes wrong below the encryption comes out above it as well.
  socket.on('error', () => undefined)
  const secure = connectTls({
    socket, host: place.host, ...(isIP(place.host) === 0 && { servername: place.host }), ...(ca && { ca }), ALPNProtocols: ['postgresql'], minVersion: 'TLSv1.2',
    rejectUnauthorized: place.tls !== 'require', ...(place.tls === 'verify-ca' && { checkServerIdentity: () => undefined }),
  })
  await happens(secure, 'secureConnect')
  return secure
}

/** What comes with an event; throws when the connection ends before. */
function happens(socket: Socket, event: 'connect' | 'data' | 'secureConnect'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      socket.off(event, arrive).off('error', fail).off('close', close)
    }
    const arrive = (value: unknown): void => {
      leave()
      resolve(value)
    }
    const fail = (error: Error): void => {
      leave()
      // It may fail once more while it is taken down.
      socket.on('error', () => undefined)
      reject(error)
    }
    const close = (): void => fail(new Error('it closed the connection'))
    socket.on(event, arrive).on('error', fail).on('close', close)
  })
}

function readCertificates(file: string): Buffer {
  const path = file.startsWith('~/') ? join(homedir(), file.slice(2)) : file
  try {
    return readRegularFile(path, MOST_CA_BYTES).bytes
  } catch (thrown) {
    throw new Problem('sql-ca', `The certificates in ${path} cannot be read (${readFailure(thrown)}).`, 'Put the file there, or mend ca: in the front matter. Nothing was sent.')
  }
}
