import type { NegotiatedAlgorithms } from 'ssh2'
import { Problem } from '#domain/problem.ts'
import { clean } from './failures.ts'

/** What a server offered in its first key exchange message; ssh2 tells it only to its debug listener. */
export interface ServerOffer {
  /** Takes a line of ssh2's debug output. */
  listen(line: string): void
  isStrict(): boolean
  /** The Problem for a handshake that failed for want of a common algorithm, or null when it failed for something else. */
  mismatch(error: Error, place: string): Problem | null
}

const LINE = /^Handshake: \(remote\) (KEX method|Host key format|C->S cipher|S->C cipher|C->S MAC|S->C MAC): (.*)$/s
const STRICT = 'kex-strict-s-v00@openssh.com'
/** What ssh2 says has no match, what its debug output calls the list, and what a person calls it. */
const LISTS: { says: RegExp; list: string; words: string }[] = [
  { says: /no matching key exchange algorithm/i, list: 'KEX method', words: 'key exchange' },
  { says: /no matching host key format/i, list: 'Host key format', words: 'kind of host key' },
  { says: /no matching C->S cipher/i, list: 'C->S cipher', words: 'cipher' },
  { says: /no matching S->C cipher/i, list: 'S->C cipher', words: 'cipher' },
  { says: /no matching C->S MAC/i, list: 'C->S MAC', words: 'MAC' },
  { says: /no matching S->C MAC/i, list: 'S->C MAC', words: 'MAC' },
]
/** Names of the protocol's extensions, which stand among the key exchanges. */
const EXTENSION = /^(?:ext-info-|kex-strict-)/

export function createServerOffer(): ServerOffer {
  const offered = new Map<string, string[]>()
  const of = (list: string): string[] => offered.get(list) ?? []
  return {
    listen: (line) => {
      const [, list, names] = LINE.exec(line) ?? []
      if (list !== undefined && names !== undefined && !offered.has(list)) offered.set(list, names.split(',').slice(0, 100))
    },
    isStrict: () => of('KEX method').includes(STRICT),
    mismatch: (error, place) => {
      const missing = LISTS.find(({ says }) => says.test(error.message))
      if (missing === undefined) return null
      const names = of(missing.list).filter((name) => !EXTENSION.test(name)).map(clean)
      return new Problem('ssh-algorithms', `${place} has no ${missing.words} in common with Holdpoint; it offers ${names.join(', ').slice(0, 600) || 'none'}.`, 'Where ssh itself can connect, write transport: ssh for this host in the runbook; else update its sshd (Holdpoint uses no SHA-1 and no CBC). No password, key or command was sent.', error)
    },
  }
}

/**
 * Whether a connection could have been cut by somebody in between without either end noticing (Terrapin, CVE-2023-48795).
 * These algorithms stand last in what we offer, so they are agreed on only where the server has nothing else.
 */
export function isOpenToTruncation({ cs, sc }: Pick<NegotiatedAlgorithms, 'cs' | 'sc'>, offer: ServerOffer): boolean {
  return !offer.isStrict() && [cs, sc].some(({ cipher, mac }) => cipher.startsWith('chacha20-poly1305') || mac.includes('-etm@'))
}

export function truncationProblem(place: string): Problem {
  return new Problem(
    'ssh-algorithms',
    `${place} offers only algorithms with which somebody in between could cut off the start of the connection unnoticed (Terrapin, CVE-2023-48795), and no strict key exchange against it.`,
    'Update its sshd (OpenSSH 9.6 or newer), or let it offer AES-GCM or AES-CTR with a MAC that is not -etm. No password, key or command was sent.',
  )
}
