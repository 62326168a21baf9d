import { Problem } from '#domain/problem.ts'
import { fingerprint, judgeHostKey, keyTypeOf, linesFor, type KnownHostsLine } from './known-hosts.ts'
import type { Hop } from './resolve.ts'
import { refusedByList } from './revoked-keys.ts'

/** What decides about a server's key, before anything secret is sent. */
export interface HostKeyCheck {
  /** Key types to ask the server for first. */
  knownKeyTypes: string[]
  judge(key: Buffer): HostKeyAnswer
}

export type HostKeyAnswer = { answer: 'trusted' } | { answer: 'unknown' } | { answer: 'refused'; problem: Problem }

const NOTHING_SENT = 'No password, key or command was sent.'

/** The check against known_hosts lines. */
export function knownHostsCheck(hop: Hop, place: string, lines: KnownHostsLine[]): HostKeyCheck {
  const relevant = linesFor(lines, hop.hostKeyName).filter((line) => line.marker === 'none')
  return {
    knownKeyTypes: [...new Set(relevant.map((line) => line.keyType))],
    judge: (key) => {
      const problem = hop.revokedKeysFile === null ? null : refusedByList(hop.revokedKeysFile, place, key, hop.transport === 'ssh')
      if (problem !== null) return { answer: 'refused', problem }
      const verdict = judgeHostKey(lines, hop.hostKeyName, key)
      switch (verdict.verdict) {
        case 'known':
          return { answer: 'trusted' }
        case 'changed':
          return { answer: 'refused', problem: changedProblem(place, key, verdict.line.key, `${verdict.line.file}:${verdict.line.line}`) }
        case 'revoked':
          return {
            answer: 'refused',
            problem: new Problem('ssh-host-key-revoked', `${place} showed a key that is revoked (${fingerprint(key)}, ${verdict.line.file}:${verdict.line.line}).`, `The key may be stolen: do not go on before this is explained. ${NOTHING_SENT}`),
          }
        case 'needs-certificate':
          return {
            answer: 'refused',
            problem: new Problem(
              'ssh-needs-certificate',
              `${place} is trusted through a certificate authority (${verdict.line.file}:${verdict.line.line}), which needs the system's own ssh. It showed the plain key ${fingerprint(key)}.`,
              `Write transport: ssh for this host in the runbook, or add its own key to known_hosts after checking it. ${NOTHING_SENT}`,
            ),
          }
        case 'unknown':
          if (hop.strictHostKeyChecking === 'ask') return { answer: 'unknown' }
          return {
            answer: 'refused',
            problem: new Problem('ssh-host-key-unknown', `The key of ${place} is not known (${keyTypeOf(key)} ${fingerprint(key)}), and StrictHostKeyChecking is yes.`, `Add the key to known_hosts after checking it. ${NOTHING_SENT}`),
          }
      }
    },
  }
}

/** The check of an embedded host, whose one key is known beforehand. */
export function exactKeyCheck(place: string, known: Buffer): HostKeyCheck {
  return {
    knownKeyTypes: [keyTypeOf(known)],
    judge: (key) => (key.equals(known) ? { answer: 'trusted' } : { answer: 'refused', problem: changedProblem(place, key, known, 'the embedded host') }),
  }
}

function changedProblem(place: string, shown: Buffer, known: Buffer, where: string): Problem {
  const kind = (key: Buffer): string => (keyTypeOf(known) === keyTypeOf(shown) ? '' : `${keyTypeOf(key)} `)
  return new Problem(
    'ssh-host-key-changed',
    `The host key of ${place} has changed. Known: ${kind(known)}${fingerprint(known)} (${where}). Shown now: ${kind(shown)}${fingerprint(shown)}.`,
    `Someone may be between you and the host, or it was rebuilt. Ask its owner before replacing the known key. ${NOTHING_SENT}`,
  )
}

/** The Problem when a person says no to an unknown key. */
export function declinedProblem(place: string, key: Buffer): Problem {
  return new Problem('ssh-host-key-unknown', `The key of ${place} is not known (${keyTypeOf(key)} ${fingerprint(key)}) and was not accepted.`, `Check the fingerprint with the host's owner, then retry. ${NOTHING_SENT}`)
}
