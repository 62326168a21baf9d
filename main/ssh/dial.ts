import { Client } from 'ssh2'
import type { AnyAuthMethod, ConnectConfig } from 'ssh2'
import type { Duplex } from 'node:stream'
import { Problem } from '#domain/problem.ts'
import { algorithmsFor } from './algorithms.ts'
import type { Loss } from './channel.ts'
import { clean, connectProblem, isDropped } from './failures.ts'
import type { HostKeyCheck } from './host-key-check.ts'
import { gatherWrites } from './gather-writes.ts'
import { fingerprint } from './known-hosts.ts'
import { createServerOffer, isOpenToTruncation, truncationProblem } from './server-offer.ts'
import { swiftenKeys } from './swift-keys.ts'
import { limitTraffic } from './traffic.ts'

/** ssh2 trusts every server unless told otherwise, so here the verifier and the socket are not optional. */
export interface VerifiedConfig {
  verifyHostKey: (key: Buffer) => boolean
  sock: Duplex
  username: string
  settings: Pick<ConnectConfig, 'algorithms' | 'readyTimeout' | 'keepaliveInterval' | 'authHandler' | 'debug'>
}

/** The only place that calls ssh2's connect. */
export function connectVerified(client: Client, { verifyHostKey, sock, username, settings }: VerifiedConfig): void {
  client.connect({ ...settings, sock, username, hostVerifier: verifyHostKey, keepaliveCountMax: 3, agentForward: false, tryKeyboard: false })
}

export interface Dialing {
  sock: Duplex
  user: string
  place: string
  check: HostKeyCheck
  methods: AnyAuthMethod[]
  readyTimeoutMs: number
  keepaliveMs: number
  /** Aborting gives up an attempt that is not ready yet. */
  signal: AbortSignal
}

export type Dialed =
  | { dialed: 'ready'; client: Client; sock: Duplex; hostKey: string; loss: () => Loss }
  | { dialed: 'unknown-key'; key: Buffer }
  /** `wanted` are the methods the server named last; `partly` that a key was accepted and something more is wanted. */
  | { dialed: 'not-authenticated'; reason: string; wanted: string[]; partly: boolean }
  /** Closed before the handshake was done: worth another try. */
  | { dialed: 'dropped'; problem: Problem }
  | { dialed: 'failed'; problem: Problem }

/** One attempt at one connection. Never rejects; whatever is not `ready` is closed. */
export function dialOnce(dialing: Dialing): Promise<Dialed> {
  return new Promise((resolve) => {
    const client = new Client()
    let judged: Dialed | null = null
    let accepted: Buffer | null = null
    let settled = false
    let handshaken = false
    let loss: Loss = { isFlood: false, why: '' }
    const offer = createServerOffer()
    const login = { wanted: [] as string[], partly: false }

    const settle = (dialed: Dialed): void => {
      if (settled) return
      settled = true
      dialing.signal.removeEventListener('abort', onAbort)
      resolve(dialed)
      if (dialed.dialed !== 'ready') {
        client.end()
        dialing.sock.destroy()
      }
    }
    const onAbort = (): void => settle({ dialed: 'failed', problem: givenUpProblem(dialing.place) })
    const verifyHostKey = (key: Buffer): boolean => {
      // A key exchange later in the connection must show the same key again.
      if (accepted !== null) return accepted.equals(key)
      const verdict = dialing.check.judge(key)
      if (verdict.answer === 'trusted') {
        accepted = Buffer.from(key)
        return true
      }
      judged = verdict.answer === 'unknown' ? { dialed: 'unknown-key', key: Buffer.from(key) } : { dialed: 'failed', problem: verdict.problem }
      return false
    }
    const onError = (error: Error & { level?: string; code?: unknown }): void => {
      // One agent key that would not sign is not the end: ssh2 goes on to the next.
      if (error.level === 'agent') return
      if (judged !== null) settle(judged)
      else if (error.level === 'client-authentication' || (handshaken && typeof error.code === 'number')) settle({ dialed: 'not-authenticated', reason: clean(error.message), ...login })
      else settle({ dialed: !handshaken && isDropped(error) ? 'dropped' : 'failed', problem: offer.mismatch(error, dialing.place) ?? connectProblem(error, dialing.place) })
    }
    client.on('handshake', (negotiated) => {
      handshaken = true
      swiftenKeys(client)
      // Before the login: ssh2 asks for it only after this event.
      if (isOpenToTruncation(negotiated, offer)) settle({ dialed: 'failed', problem: truncationProblem(dialing.place) })
    })
    gatherWrites(dialing.sock)
    const traffic = limitTraffic(dialing.sock, () => performance.now(), (what) => {
      settle({ dialed: 'failed', problem: floodProblem(dialing.place, what) })
      // After the login it is the end of the connection, and with it of the work on it.
      loss = { isFlood: true, why: `it sent ${what}` }
      dialing.sock.destroy()
    })
    client.on('ready', () => {
      traffic.loggedIn()
      settle({ dialed: 'ready', client, sock: dialing.sock, hostKey: accepted === null ? '' : fingerprint(accepted), loss: () => loss })
    })
    // Stays for the life of the connection: later errors are followed by `close`, which is what ends the work on it.
    client.on('error', onError)
    client.on('close', () => {
      if (handshaken) settle({ dialed: 'failed', problem: closedProblem(dialing.place) })
      else onError(new Error('the server closed before the handshake was done'))
    })
    const listen = (line: string): void => {
      if (!handshaken) offer.listen(line)
      traffic.listen(line)
    }
    dialing.signal.addEventListener('abort', onAbort)
    if (dialing.signal.aborted) onAbort()
    try {
      connectVerified(client, {
        verifyHostKey,
        sock: dialing.sock,
        username: dialing.user,
        settings: { algorithms: algorithmsFor(dialing.check.knownKeyTypes), readyTimeout: dialing.readyTimeoutMs, keepaliveInterval: dialing.keepaliveMs, authHandler: inOrder(dialing.methods, login), debug: listen },
      })
    } catch (thrown) {
      onError(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  })
}

function closedProblem(place: string): Problem {
  return new Problem('ssh-protocol', `${place} closed the connection during the login.`, 'Look at the log of its sshd, then retry. No command was sent.')
}

function floodProblem(place: string, what: string): Problem {
  return new Problem('ssh-protocol', `${place} sent ${what}.`, 'It is no SSH server, or somebody means harm: look at the host and at what stands in between. No command was sent.')
}

/** The Problem when nobody waits for a connection any more. */
export function givenUpProblem(place: string): Problem {
  return new Problem('ssh-closed', `The connection to ${place} was given up.`, 'No command was sent.')
}

/** Each method once, then `false` for no more: ssh2 takes the return value. */
function inOrder(methods: AnyAuthMethod[], login: { wanted: string[]; partly: boolean }): NonNullable<ConnectConfig['authHandler']> {
  const waiting = [...methods]
  return (left: string[] | null, partly: boolean | null) => {
    login.wanted = (left ?? []).slice(0, 10).map(clean)
    login.partly ||= partly === true
    return waiting.shift() ?? false
  }
}
