import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AnyAuthMethod } from 'ssh2'
import { Problem } from '#domain/problem.ts'
import { pause } from './abortable.ts'
import { dialOnce, givenUpProblem, type Dialed } from './dial.ts'
import { clean, forwardProblem } from './failures.ts'
import { declinedProblem, exactKeyCheck, knownHostsCheck, type HostKeyCheck } from './host-key-check.ts'
import { gatherIdentities, unlock, type Identities, type KeyRing, type LockedKey } from './identities.ts'
import { fingerprint, keyTypeOf } from './known-hosts.ts'
import { readKnownHosts, rememberHostKey } from './known-hosts-files.ts'
import type { Limiter } from './limiter.ts'
import type { Ssh2Link, SystemLink } from './links.ts'
import type { LoginBrake } from './login-brake.ts'
import type { SshPrompts } from './prompts.ts'
import type { Hop } from './resolve.ts'

/** What an embedded rehearsal host is reached with, instead of config, known_hosts and identities. */
export interface EmbeddedHost {
  address: string
  port: number
  user: string
  /** The raw public key blob it must show. */
  knownKey: Buffer
  password?: string
  privateKey?: string
}

export interface ConnectWorld {
  prompts: SshPrompts
  ring: KeyRing
  ownKnownHostsFile: string
  keepaliveMs: number
  /** Logins in progress at an address. */
  dialLimiter(place: string): Limiter
  /** Logins in progress anywhere: many names may be one server. */
  crowd: Limiter
  brake: LoginBrake
  signal: AbortSignal
}

export interface Route {
  hop: Hop
  /** For messages. */
  place: string
  /** Address of the first connection on the way: logins in progress are counted there. */
  firstHop: string
  /** The connection this one goes through, or null for a direct one. */
  through: Ssh2Link | SystemLink | null
  embedded: EmbeddedHost | null
}

const READY_TIMEOUT_MS = 20_000
const MAX_DROPS = 4

/** Connects one hop: checks its key, asks a person where it must, logs in. Throws Problem. */
export async function connectHop(route: Route, world: ConnectWorld): Promise<Extract<Dialed, { dialed: 'ready' }>> {
  const tried = new Set<string>()
  let drops = 0
  for (;;) {
    if (world.signal.aborted) throw givenUpProblem(route.place)
    const identities = route.embedded === null ? await gatherIdentities(route.hop, world.ring) : null
    const methods = identities === null ? embeddedMethods(route.embedded) : identities.offers.filter((offer) => !tried.has(offer.id)).map((offer) => offer.method)
    const dialed = await dialWithBrake(route, world, methods)
    switch (dialed.dialed) {
      case 'ready':
        return dialed
      case 'failed':
        throw dialed.problem
      case 'dropped':
        if (!dialed.isCrowded && ++drops >= MAX_DROPS) throw dialed.problem
        await pause(jitter(Math.max(drops, 1)), world.signal)
        break
      case 'unknown-key':
        await askAboutKey(route, dialed.key, world)
        break
      case 'not-authenticated': {
        for (const offer of identities?.offers ?? []) tried.add(offer.id)
        if (await unlockNext(identities?.locked ?? [], route, world)) break
        throw authProblem(route, dialed, identities)
      }
    }
  }
}

/** `isCrowded`: it was dropped while others were at it as well, and from now on fewer are. */
type RouteDialed = Exclude<Dialed, { dialed: 'dropped' }> | (Extract<Dialed, { dialed: 'dropped' }> & { isCrowded: boolean })

async function dialRoute(route: Route, world: ConnectWorld, methods: AnyAuthMethod[]): Promise<RouteDialed> {
  const { hop, place } = route
  const check = hostKeyCheck(route)
  // sshd drops logins above MaxStartups, and a jump host carries those to every host behind it.
  const limiter = world.dialLimiter(route.firstHop)
  const release = await limiter.take()
  const leave = await world.crowd.take()
  try {
    const sock = await openSocket(route)
    if (sock instanceof Error) return { dialed: 'failed', problem: forwardProblem(sock, place, route.through) }
    const dialed = await dialOnce({
      sock,
      user: route.embedded?.user ?? hop.user,
      place,
      check,
      methods: methods.length > 0 ? methods : [{ type: 'none', username: hop.user }],
      readyTimeoutMs: hop.connectTimeoutMs ?? READY_TIMEOUT_MS,
      keepaliveMs: world.keepaliveMs,
      signal: world.signal,
    })
    if (dialed.dialed !== 'dropped') return dialed
    const isCrowded = [limiter, world.crowd].map((places) => places.shrink()).includes(true)
    return { ...dialed, isCrowded }
  } finally {
    leave()
    release()
  }
}

/** The embedded hosts of a rehearsal lock nobody out. */
async function dialWithBrake(route: Route, world: ConnectWorld, methods: AnyAuthMethod[]): Promise<RouteDialed> {
  if (route.embedded !== null) return dialRoute(route, world, methods)
  const login = await world.brake.begin(`${route.firstHop} ${route.hop.address}:${route.hop.port}`, route.place)
  let went: 'in' | 'refused' | 'otherwise' = 'otherwise'
  try {
    const dialed = await dialRoute(route, world, methods)
    if (dialed.dialed === 'ready') went = 'in'
    else if (dialed.dialed === 'not-authenticated' && methods.length > 0) went = 'refused'
    return dialed
  } finally {
    login.end(went)
  }
}

function hostKeyCheck({ hop, place, embedded }: Route): HostKeyCheck {
  return embedded === null ? knownHostsCheck(hop, place, readKnownHosts(hop.knownHostsFiles)) : exactKeyCheck(place, embedded.knownKey)
}

async function openSocket({ hop, through, embedded }: Route): Promise<Duplex | Error> {
  const { address, port } = embedded ?? hop
  // Without noDelay an exec waits 40 ms and more for delayed acknowledgements.
  if (through === null) return connectTcp({ host: address, port, noDelay: true })
  const sock = await through.forward(address, port, hop.connectTimeoutMs ?? READY_TIMEOUT_MS)
  // A way through a jump host stays half open when the host behind it goes: ssh2 would wait for ever, and without its timers.
  if (!(sock instanceof Error)) sock.once('end', () => setImmediate(() => sock.destroy()))
  return sock
}

function embeddedMethods(embedded: EmbeddedHost | null): AnyAuthMethod[] {
  const methods: AnyAuthMethod[] = []
  if (embedded?.privateKey !== undefined) methods.push({ type: 'publickey', username: embedded.user, key: embedded.privateKey })
  if (embedded?.password !== undefined) methods.push({ type: 'password', username: embedded.user, password: embedded.password })
  return methods
}

/** Asked with no connection open, so that no login timer runs while a person reads the fingerprint. */
export async function askAboutKey(route: Pick<Route, 'hop' | 'place'>, key: Buffer, world: ConnectWorld): Promise<void> {
  const { hop, place } = route
  // Another host may have had the same question answered since this one began to dial.
  const isUnknown = (): boolean => knownHostsCheck(hop, place, readKnownHosts(hop.knownHostsFiles)).judge(key).answer === 'unknown'
  if (!isUnknown()) return
  const question = { host: hop.name, address: hop.hostKeyName, keyType: keyTypeOf(key), fingerprint: fingerprint(key) }
  if (!(await world.prompts.hostKey(question, world.signal))) throw declinedProblem(place, key)
  if (isUnknown()) rememberHostKey(world.ownKnownHostsFile, hop.hostKeyName, key)
}

async function unlockNext(locked: LockedKey[], { hop }: Route, world: ConnectWorld): Promise<boolean> {
  for (const key of locked) {
    if (world.ring.opened.has(key.file)) return true
    const ask = (signal: AbortSignal) => (attempt: number) => world.prompts.passphrase({ host: hop.name, file: key.file, attempt }, signal)
    if (await world.ring.unlocking.get(key.file, world.signal, (signal) => unlock(key, world.ring, ask(signal), signal))) return true
  }
  return false
}

function authProblem({ hop, place, embedded }: Route, { reason, wanted, partly }: Extract<Dialed, { dialed: 'not-authenticated' }>, identities: Identities | null): Problem {
  const user = embedded?.user ?? hop.user
  const notes = identities === null || identities.notes.length === 0 ? '' : ` Not used: ${identities.notes.join('; ')}.`
  const none = identities !== null && identities.offers.length === 0
  const code = none && identities.keyUnreadable ? 'ssh-key-unreadable' : none && identities.agentFailed ? 'ssh-agent' : 'ssh-auth'
  const what = refusal()
  function refusal(): string {
    const more = wanted.join(' or ')
    if (partly) return `a key was accepted, but the server wants ${more} as well, which the program's own SSH does not do`
    if (wanted.length > 0 && !wanted.includes('publickey') && identities !== null) return `the server takes no keys, only ${more}`
    if (none) return 'there was no key to offer'
    return /too many/i.test(reason) ? 'the server stopped after too many keys' : `none of the keys offered was accepted (${identities?.offers.length ?? 1})`
  }
  const needsSystem = identities !== null && (identities.needsSystem || ((partly || !wanted.includes('publickey')) && wanted.some((method) => SYSTEM_METHODS.includes(method))))
  const hint = needsSystem ? 'Write transport: ssh for this host in the runbook: the system\'s ssh can log in so, if you can with it in a terminal; what the host asks is asked here.' : /too many/i.test(reason) ? 'Set IdentitiesOnly and IdentityFile for this host in ~/.ssh/config.' : 'Check the user name, add the right key to the agent, or name it with IdentityFile in ~/.ssh/config.'
  return new Problem(code, `${place} did not accept the login as ${clean(user)}: ${what}.${notes}`, `${hint} No command was sent.`)
}

/** Logins that the system's ssh knows and ssh2 does not. */
const SYSTEM_METHODS = ['gssapi-with-mic', 'gssapi-keyex', 'hostbased', 'password', 'keyboard-interactive']

/** 0.2-0.4 s, doubled for each further try. */
export function jitter(drops: number): number {
  return (200 + Math.random() * 200) * 2 ** (drops - 1)
}
