import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import { formatDuration } from '#domain/duration.ts'
import { Problem } from '#domain/problem.ts'
import type { Http, HttpReply, HttpRequest } from '#kinds/ports.ts'
import { FORBIDDEN_ADDRESS, isForbidden, lookupAllowed } from './addresses.ts'

const USUAL_MAX_BYTES = 1024 * 1024

/**
 * Real HTTP. A redirect is a reply like any other, never followed. Each request has a connection of its own, so a reply
 * never comes from a connection that was already dying, and its time is what a new visitor sees: name, TLS, reply.
 */
export function createHttp(): Http {
  return {
    fetch(request) {
      const url = URL.parse(request.url)
      if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
        return Promise.reject(new Problem('http-invalid-url', `"${request.url}" is not an http or https address.`, 'Nothing was sent. Correct the address in the runbook.'))
      }
      // An address written out is not looked up: brackets off, it is judged here.
      if (isForbidden(url.hostname.replace(/^\[|\]$/g, ''))) return Promise.reject(forbiddenAddress(url))
      return exchange(url, request)
    },
  }
}

/** One request and its reply; the deadline covers all of it. Settles once, and leaves no socket and no timer behind. */
function exchange(url: URL, { method = 'GET', headers, body, timeoutMs, maxBytes = USUAL_MAX_BYTES, signal }: HttpRequest): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    let sent: ClientRequest | null = null
    let isConnected = false
    const end = (settle: () => void) => {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', stop)
      sent?.destroy()
      settle()
    }
    const fail = (problem: Problem) => end(() => reject(problem))
    const stop = () => fail(new Problem('http-aborted', `The request to ${url.host} was stopped before its reply had ended.`, 'Retry or skip the step.', signal?.reason))
    const deadline = setTimeout(() => fail(timeout(url, timeoutMs, isConnected)), timeoutMs)
    if (signal?.aborted) return stop()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      sent = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, { method, agent: false, lookup: lookupAllowed, headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Holdpoint', ...headers } })
    } catch (thrown) {
      return fail(new Problem('http-invalid-url', `The request to ${url.host} cannot be written: ${wordsOf(thrown)}.`, 'Nothing was sent. Correct the address and the headers in the runbook.', thrown))
    }
    sent.on('socket', (socket) => socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => { isConnected = true }))
    sent.on('error', (error) => fail(isConnected ? broken(error, url) : connectionProblem(error, url)))
    sent.on('response', (reply) => collect(reply, maxBytes, (text, truncated) => {
      end(() => resolve({ status: reply.statusCode ?? 0, body: text, truncated, durationMs: performance.now() - startedAt }))
    }, (error) => fail(broken(error, url))))
    sent.end(body)
  })
}

function collect(reply: IncomingMessage, maxBytes: number, done: (text: string, truncated: boolean) => void, failed: (error: Error) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  const finish = () => done(new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes)), size > maxBytes)
  reply.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > maxBytes) finish()
  })
  reply.on('end', finish)
  reply.on('error', failed)
}

function timeout(url: URL, timeoutMs: number, isConnected: boolean): Problem {
  if (!isConnected) return new Problem('http-unreachable', `${url.host} did not accept a connection within ${formatDuration(timeoutMs)}.`, 'Nothing was sent. Check the service, the firewall, and the network and the VPN of this machine, then retry.')
  return new Problem('http-timeout', `${url.host} did not reply within ${formatDuration(timeoutMs)}.`, 'Whether the request was acted on is not known. Check the service, then retry, or give the step a longer timeout.')
}

const forbiddenAddress = (url: URL): Problem =>
  new Problem('http-forbidden', `${url.host} is an address of this machine's network or cloud that holds secrets (link-local).`, 'Nothing was sent: Holdpoint asks none of those. Name the service by another address in the runbook.')

/** Before the connection stood: nothing of the request has left. */
function connectionProblem(error: Error, url: URL): Problem {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const words = wordsOf(error)
  if (code === FORBIDDEN_ADDRESS) return forbiddenAddress(url)
  if (code === 'ECONNREFUSED') return new Problem('http-refused', `${url.host} refused the connection.`, 'Nothing was sent. Check that the service is running and listens on that port, then retry.', error)
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN', 'EHOSTDOWN'].includes(code)) {
    return new Problem('http-unreachable', `There is no way to ${url.host} from here (${code}).`, 'Nothing was sent. Check the network and the VPN of this machine, then retry.', error)
  }
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return new Problem('http-name', `The name ${url.hostname} has no address (${code}).`, 'Nothing was sent. Check the spelling in the runbook, and the network and the VPN of this machine.', error)
  }
  if (isTls(code)) return new Problem('http-tls', `The connection to ${url.host} is not secure: ${words}.`, 'Nothing was sent. Have the certificate of the service mended; Holdpoint does not go on without.', error)
  return broken(error, url)
}

function broken(error: Error, url: URL): Problem {
  return new Problem('http-broken', `${url.host} broke off, or did not speak HTTP: ${wordsOf(error)}.`, 'Whether the request was acted on is not known. Check the service, then retry.', error)
}

/** Codes of Node and OpenSSL for a handshake or a certificate gone wrong. */
function isTls(code: string): boolean {
  return /^(?:ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/.test(code)
}

function wordsOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return message.replace(/\s+/g, ' ').replace(/[.]$/, '').slice(0, 300) || 'no reason given'
}
