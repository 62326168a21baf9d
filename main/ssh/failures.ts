import { Problem } from '#domain/problem.ts'
import type { Link } from './link.ts'

const NOTHING_SENT = 'No command was sent.'

/** Where a connection was going, in the operator's words: `web-1 (10.0.0.5:22)`, or with the host it leads to when it is a jump host. */
export function placeName(hop: { name: string; address: string; port: number }, target: string): string {
  const where = `${hop.name === hop.address ? '' : `${hop.name} at `}${hop.address}:${hop.port}`
  return hop.name === target ? where : `jump host ${where} (on the way to ${target})`
}

/** What RFC 4254 (5.1) says of a channel that was not opened. */
const PROHIBITED = 1
const SHORTAGE = 4

/** Turns a jump host's failure to let a connection through into a Problem that says whose it is. */
export function forwardProblem(thrown: Error & { reason?: unknown }, place: string, through: Pick<Link, 'isAlive' | 'weakest'> | null): Problem {
  if (through === null) return connectProblem(thrown, place)
  const jump = through.weakest()
  if (!through.isAlive()) return new Problem('ssh-refused', `The connection to ${jump} was lost before ${place} was reached.`, `Retry. ${NOTHING_SENT}`, thrown)
  if (thrown.reason === PROHIBITED) return new Problem('ssh-jump', `${capital(jump)} lets no connection through to ${place}: ${clean(thrown.message)}.`, `Check AllowTcpForwarding and PermitOpen in its sshd_config. ${NOTHING_SENT}`, thrown)
  if (thrown.reason === SHORTAGE) return new Problem('ssh-jump', `${capital(jump)} has no room for a connection to ${place}: ${clean(thrown.message)}.`, `Wait a moment and retry. ${NOTHING_SENT}`, thrown)
  return connectProblem(thrown, place, jump)
}

const capital = (text: string): string => text.replace(/^jump/, 'Jump')

/** Turns a failure to reach or agree with a server into a Problem. `from` is the jump host that tried. */
export function connectProblem(thrown: Error & { code?: unknown; level?: string }, place: string, from: string | null = null): Problem {
  const code = typeof thrown.code === 'string' ? thrown.code : ''
  const text = clean(thrown.message)
  if (code === 'ECONNREFUSED' || /connection refused/i.test(text)) {
    return new Problem('ssh-refused', `${place} refused the connection${from === null ? '' : ` of ${from}`}.`, `Is sshd running there, and is the port right? ${NOTHING_SENT}`, thrown)
  }
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'].includes(code) || /no route|unreachable/i.test(text)) {
    return new Problem('ssh-no-route', `There is no way to ${place} from ${from ?? 'here'} (${code || text}).`, `Check the network, the VPN and the jump host. ${NOTHING_SENT}`, thrown)
  }
  if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'].includes(code) || /not known|resolve|getaddrinfo/i.test(text)) {
    return new Problem('ssh-name', `The name of ${place} cannot be resolved${from === null ? '' : ` by ${from}`}.`, `Check the address in the runbook or ~/.ssh/config, and DNS. ${NOTHING_SENT}`, thrown)
  }
  if (code === 'ETIMEDOUT' || thrown.level === 'client-timeout' || /timed out|timeout/i.test(text)) {
    return new Problem('ssh-timeout', `${place} did not answer ${from === null ? '' : `${from} `}in time.`, `Check the network, the firewall and the host. ${NOTHING_SENT}`, thrown)
  }
  if (isDropped(thrown)) {
    return new Problem('ssh-refused', `${place} closed the connection before the SSH handshake was done, several times.`, `Its limit of logins (MaxStartups) or a firewall may be the reason. Wait a moment and retry. ${NOTHING_SENT}`, thrown)
  }
  return new Problem('ssh-protocol', `The SSH handshake with ${place} failed: ${text}.`, `The server may be too old, or not an SSH server. ${NOTHING_SENT}`, thrown)
}

/** The connection went away before the server had said anything of worth: worth another try. */
export function isDropped(thrown: Error & { code?: unknown }): boolean {
  return thrown.code === 'ECONNRESET' || thrown.code === 'EPIPE' || /before handshake|closed before|not allowed at this time|Exceeded MaxStartups/i.test(thrown.message)
}

/** Text from a server is hostile: one line, no control characters, not long. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim().slice(0, 300)
}
