import { keyTypeOf, fingerprint, linesFor } from './known-hosts.ts'
import { readKnownHosts } from './known-hosts-files.ts'
import { readKeyFile } from './key-files.ts'
import type { Way } from './links.ts'
import type { Hop } from './resolve.ts'

/** One stop on the way to a host, as settings and previews show it. */
export interface ResolvedHop {
  name: string
  address: string
  port: number
  user: string
  /** What known_hosts is asked for. */
  hostKeyName: string
  identities: { file: string; state: 'missing' | 'unreadable' | 'public' | 'locked' | 'ready' }[]
  agent: string | null
  identitiesOnly: boolean
  strictHostKeyChecking: 'ask' | 'yes'
  knownKeys: { keyType: string; fingerprint: string; file: string; line: number; marker: 'none' | 'revoked' | 'cert-authority' }[]
  /** ssh2 within this program, or the system's own `ssh`. */
  transport: 'ssh2' | 'ssh'
}

/** How a host would be reached. */
export interface ResolvedHost extends ResolvedHop {
  /** The jump hosts, first connection first; empty for a direct one. */
  jumps: ResolvedHop[]
  /** What the configuration asks for and is not done. */
  notes: string[]
}

/** Throws Problem `ssh-known-hosts` when a known hosts file cannot be read. */
export function describeWay({ hops, notes }: Pick<Way, 'hops' | 'notes'>): ResolvedHost {
  const described = hops.map(describeHop)
  const last = described.pop()
  if (last === undefined) throw new Error('A host has at least one hop.')
  return { ...last, jumps: described, notes }
}

function describeHop(hop: Hop): ResolvedHop {
  return {
    name: hop.name,
    address: hop.address,
    port: hop.port,
    user: hop.user,
    hostKeyName: hop.hostKeyName,
    identities: hop.identityFiles.map((file) => ({ file, state: readKeyFile(file).state })),
    agent: hop.agentSocket,
    identitiesOnly: hop.identitiesOnly,
    strictHostKeyChecking: hop.strictHostKeyChecking,
    transport: hop.transport,
    knownKeys: linesFor(readKnownHosts(hop.knownHostsFiles), hop.hostKeyName).map(({ key, file, line, marker }) => ({ keyType: keyTypeOf(key), fingerprint: fingerprint(key), file, line, marker })),
  }
}
