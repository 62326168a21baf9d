import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { z } from 'zod'
import { securityHeaders } from '../headers.ts'
import type { StaticFiles } from '../static-files.ts'
import { refuseRequest } from './guard.ts'
import type { Links } from './links.ts'
import { newLinkPage } from './pages.ts'
import { mayOpenSession } from './peer.ts'

const Exchange = z.strictObject({ token: z.string().min(1).max(100) })
const maxBodyBytes = 1024
const plain = 'text/plain; charset=utf-8'
const json = 'application/json; charset=utf-8'

/** Everything the browser host answers over plain HTTP: the page's files, and a token for a session. */
export function createRequestHandler(options: { files: StaticFiles; links: Links; port: () => number; userOf: (socket: Socket) => number | null }) {
  const { links, userOf } = options
  const files = new Map(options.files).set('/new-link', { type: 'text/html; charset=utf-8', body: Buffer.from(newLinkPage) })

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = refuseRequest(request, options.port())
    if (refusal !== null) return answer(response, refusal.status, plain, refusal.reason, { connection: 'close' })
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (path === '/session') {
      // A link can be read by every user of this machine in the list of processes, as the argument of the browser.
      if (!mayOpenSession(userOf(request.socket))) return answer(response, 403, plain, 'Only the user who started Holdpoint may open it.', { connection: 'close' })
      return exchange(request, response, links)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, plain, 'Not allowed.', { allow: 'GET, HEAD', connection: 'close' })
    const file = files.get(path)
    if (file === undefined) return answer(response, 404, plain, 'Not found.')
    answer(response, 200, file.type, request.method === 'HEAD' ? null : file.body)
  }
}

async function exchange(request: IncomingMessage, response: ServerResponse, links: Links): Promise<void> {
  if (request.method !== 'POST') return answer(response, 405, plain, 'Not allowed.', { allow: 'POST', connection: 'close' })
  // A form can be sent across origins without asking; JSON cannot.
  if (request.headers['content-type'] !== 'application/json') return answer(response, 415, plain, 'Only JSON.', { connection: 'close' })
  const length = Number(request.headers['content-length'] ?? Number.NaN)
  if (!(length <= maxBodyBytes)) return answer(response, 413, plain, 'Too large, or of no given length.', { connection: 'close' })
  const token = parseToken(await readBody(request))
  if (token === null) return answer(response, 400, plain, 'Not understood.')
  const secret = links.exchange(token)
  if (secret === null) return answer(response, 401, plain, 'This link has been used or is too old. Press Enter in the terminal for a new one.')
  answer(response, 200, json, JSON.stringify({ secret }))
}

function parseToken(body: string): string | null {
  try {
    return Exchange.parse(JSON.parse(body)).token
  } catch {
    // Anything but the one message this address takes is answered with 400.
    return null
  }
}

/** The whole body; the HTTP parser holds the sender to the length that was announced and checked. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function answer(response: ServerResponse, status: number, type: string, body: Buffer | string | null, extra: Record<string, string> = {}): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': type, ...extra })
  response.end(body)
}
