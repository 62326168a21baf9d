import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import { listAgentKeys } from './agent.ts'
import { readKeyFile, unlockKey } from './key-files.ts'
import type { Hop } from './resolve.ts'
import { createShared, type Shared } from './shared.ts'

/** One way to prove who we are. `id` tells two offers of the same key apart from two keys. */
export interface Offer {
  id: string
  method: AnyAuthMethod
}

export interface LockedKey {
  file: string
  text: Buffer
}

export interface Identities {
  /** In the order they are tried: agent keys the config names, other agent keys, then files. */
  offers: Offer[]
  /** Encrypted files that still need their passphrase. */
  locked: LockedKey[]
  /** What could not be used and why. */
  notes: string[]
  agentFailed: boolean
  keyUnreadable: boolean
  /** There is a key that only the system's ssh can use. */
  needsSystem: boolean
}

/** Private keys opened with a passphrase, and passphrases that were right; in memory only, for the life of the pool. */
export interface KeyRing {
  opened: Map<string, ParsedKey>
  /** Passphrases of key files, for the system's ssh, which opens them by itself. */
  passphrases: Map<string, string>
  /** Passwords of accounts, for the system's ssh. */
  logins: Map<string, string>
  /** Files whose passphrase the person would not or could not give. */
  givenUp: Set<string>
  /** Questions about files in progress: several hosts often wait for the same one. */
  unlocking: Shared<boolean>
}

export function createKeyRing(): KeyRing {
  return { opened: new Map(), passphrases: new Map(), logins: new Map(), givenUp: new Set(), unlocking: createShared<boolean>(() => false) }
}

/** Collects what can be offered at a hop. Nothing is asked and nothing is sent. */
export async function gatherIdentities(hop: Hop, ring: KeyRing): Promise<Identities> {
  const found: Identities = { offers: [], locked: [], notes: [], agentFailed: false, keyUnreadable: false, needsSystem: false }
  const fromFiles: Offer[] = []
  const named = new Set<string>()
  const lockedKeys: (LockedKey & { publicId: string | null })[] = []
  for (const file of hop.identityFiles) {
    const known = ring.opened.get(file)
    const read = known === undefined ? readKeyFile(file) : { state: 'ready' as const, key: known }
    if (read.state === 'missing' || read.state === 'unreadable') {
      if (read.state === 'missing' && !hop.identityFilesNamed) continue
      found.keyUnreadable = true
      if ('isSecurityKey' in read) found.needsSystem = true
      found.notes.push(read.state === 'missing' ? `${file} does not exist` : read.reason)
    } else if (read.state === 'ready') {
      const id = keyId(read.key.getPublicSSH())
      named.add(id)
      fromFiles.push({ id, method: { type: 'publickey', username: hop.user, key: read.key } })
    } else {
      const publicId = read.publicKey === null ? null : keyId(read.publicKey)
      if (publicId !== null) named.add(publicId)
      if (read.state === 'locked') lockedKeys.push({ file, text: read.text, publicId })
    }
  }
  const inAgent = await fromAgent(hop, named, found)
  const agentIds = new Set(inAgent.map((offer) => offer.id))
  found.offers = [...inAgent, ...fromFiles.filter((offer) => !agentIds.has(offer.id))]
  found.locked = lockedKeys.filter((key) => !ring.givenUp.has(key.file) && (key.publicId === null || !agentIds.has(key.publicId)))
  return found
}

async function fromAgent(hop: Hop, named: Set<string>, found: Identities): Promise<Offer[]> {
  if (hop.agentSocket === null) return []
  const keys = await listAgentKeys(hop.agentSocket)
  if (keys instanceof Error) {
    found.agentFailed = true
    found.notes.push(keys.message)
    return []
  }
  const offers = keys.map((entry): Offer => ({ id: keyId(entry.key.getPublicSSH()), method: { type: 'agent', username: hop.user, agent: entry.agent } }))
  const wanted = offers.filter((offer) => named.has(offer.id))
  return hop.identitiesOnly ? wanted : [...wanted, ...offers.filter((offer) => !named.has(offer.id))]
}

const keyId = (publicKey: Buffer): string => publicKey.toString('base64')

const MAX_ATTEMPTS = 3

/** Asks for a key's passphrase, three times at most. True when the key is open now. */
export async function unlock(locked: LockedKey, ring: KeyRing, ask: (attempt: number) => Promise<string | null>, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const passphrase = await ask(attempt)
    if (passphrase === null) break
    const key = unlockKey(locked.text, passphrase)
    if (!(key instanceof Error)) {
      ring.opened.set(locked.file, key)
      return true
    }
  }
  // A question that was taken back was not answered.
  if (!signal.aborted) ring.givenUp.add(locked.file)
  return false
}
