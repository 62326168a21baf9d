import type { IncomingMessage } from 'node:http'

export interface Refusal {
  status: 400 | 403 | 421
  reason: string
}

/**
 * Whether a request may be looked at at all: null, or why not. A web page on the internet can make the browser send
 * requests here; the browser then tells who asks in Host (rebinding), Origin and Sec-Fetch-Site, and those three decide.
 */
export function refuseRequest(request: IncomingMessage, port: number): Refusal | null {
  const host = only(request, 'host')
  if (host === null || !allowedHosts(port).includes(host)) return { status: 421, reason: 'This address does not belong to Holdpoint.' }
  const changes = request.method !== 'GET' && request.method !== 'HEAD'
  const upgrades = request.headers.upgrade !== undefined
  const origin = only(request, 'origin')
  const hasOrigin = request.headers.origin !== undefined
  if ((changes || upgrades || hasOrigin) && origin !== `http://${host}`) return { status: 403, reason: 'Another page asked for this.' }
  const site = request.headers['sec-fetch-site']
  const isOwn = site === 'same-origin' || (site === 'none' && !changes && !upgrades)
  if (site !== undefined && !isOwn) return { status: 403, reason: 'Another page asked for this. Copy the link into the address bar instead of clicking it.' }
  return null
}

export const allowedHosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`]

/** A header that must come once; Node joins or drops repeats depending on the name, so the raw list decides. */
function only(request: IncomingMessage, name: string): string | null {
  const values: string[] = []
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === name) values.push(request.rawHeaders[index + 1] ?? '')
  }
  return values.length === 1 ? (values[0] ?? null) : null
}
