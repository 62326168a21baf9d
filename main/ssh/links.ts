import { Problem, toProblem } from '#domain/problem.ts'
import { connectHop, type ConnectWorld, type EmbeddedHost } from './connect.ts'
import { placeName } from './failures.ts'
import type { KeyRing } from './identities.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import { createLink, type Link } from './link.ts'
import { createLoginBrake } from './login-brake.ts'
import type { SshPrompts } from './prompts.ts'
import type { Hop } from './resolve.ts'
import { createShared, type Shared } from './shared.ts'
import { createSsh2Wire, type Ssh2Wire } from './ssh2-wire.ts'
import { connectSystemHop } from './system/connect.ts'
import { createSystemWire, type SystemWire } from './system/wire.ts'

/** How a host is reached, hop by hop; those over the system's ssh come first. */
export interface Way {
  hops: Hop[]
  notes: string[]
  embedded: EmbeddedHost | null
}

export type Ssh2Link = Link & Pick<Ssh2Wire, 'forward'>
export type SystemLink = Link & Pick<SystemWire, 'socket' | 'forward'>

export interface LinksOptions {
  prompts: SshPrompts
  ring: KeyRing
  now(): number
  ownKnownHostsFile: string
  keepaliveMs: number
  dialLimit: number | undefined
  channelLimit: number | undefined
  configFile: string | undefined
}

/** Connections, one a host and transport: made when first needed, shared, replaced when dead. */
export interface Links {
  reach(way: Way, target: string, signal: AbortSignal): Promise<Link>
  close(): Promise<void>
}

/** Logins in progress: sshd drops some from its tenth on (MaxStartups), at one address or, when many names are one server, at all. */
const LEAST_DIALS = 8
const MOST_DIALS = 64

export function createLinks(options: LinksOptions): Links {
  const limiters = new Map<string, Limiter>()
  const crowd = createLimiter(MOST_DIALS, LEAST_DIALS)
  const brake = createLoginBrake(options.now)
  const ssh2Links = createShared<Ssh2Link>((link) => link.isAlive())
  const systemLinks = createShared<SystemLink>((link) => link.isAlive())

  const dialLimiter = (place: string): Limiter => {
    const limiter = limiters.get(place) ?? createLimiter(options.dialLimit ?? LEAST_DIALS)
    limiters.set(place, limiter)
    return limiter
  }
  const worldFor = (signal: AbortSignal): ConnectWorld => {
    const { prompts, ring, ownKnownHostsFile, keepaliveMs } = options
    return { prompts, ring, ownKnownHostsFile, keepaliveMs, dialLimiter, crowd, brake, signal }
  }

  /** Shares one link a chain of hops; each hop but the first goes through the link to the hop before it, which `before` makes. */
  const chain = <L extends Link, T extends Link>(shared: Shared<L>, before: (hops: Hop[]) => Reach<T>, connect: (hop: Hop, route: ChainRoute<T>, signal: AbortSignal) => Promise<L>): Reach<L> =>
    ({ hops, embedded }, target, signal) => {
      const hop = hops.at(-1)
      if (hop === undefined) throw new Problem('ssh-config', `There is no way to ${target}.`, 'Check the host in the runbook.')
      const key = JSON.stringify([embedded === null ? null : [embedded.address, embedded.port], hops.map(({ name, address, port, user, transport }) => [name, address, port, user, transport])])
      return shared.get(key, signal, async (until) => {
        const way = hops.slice(0, -1)
        const through = way.length > 0 ? await before(way)({ hops: way, embedded: null }, target, until) : null
        const link = await connect(hop, { jump: hop.name === target ? null : hop.name, place: placeName(hop, target), name: hop.name === target ? target : `jump host ${hop.name}`, firstHop: `${hops[0]?.address}:${hops[0]?.port}`, through, embedded }, until).catch((thrown: unknown) => {
          throw blame(toProblem(thrown), hops, target)
        })
        through?.onEnd(() => link.close())
        return link
      })
    }
  const channelLimit = options.channelLimit ?? 8
  const isSystem = (hops: Hop[]): boolean => hops.at(-1)?.transport === 'ssh'
  const overSsh2: Reach<Ssh2Link> = chain(ssh2Links, (hops): Reach<Ssh2Link | SystemLink> => (isSystem(hops) ? overSystem : overSsh2), async (hop, route, signal) => {
    const wire = createSsh2Wire(await connectHop({ hop, ...route }, worldFor(signal)))
    return { ...createLink(wire, { ...route, channelLimit }), forward: wire.forward }
  })
  const overSystem: Reach<SystemLink> = chain(systemLinks, () => overSystem, async (hop, route, signal) => {
    const master = await connectSystemHop({ hop, ...route, socket: route.through?.socket ?? null, configFile: options.configFile }, worldFor(signal))
    const wire = createSystemWire(master)
    return { ...createLink(wire, { ...route, channelLimit }), socket: master.socket, forward: wire.forward }
  })

  return {
    reach: (way, target, signal) => (isSystem(way.hops) ? overSystem(way, target, signal) : overSsh2(way, target, signal)),
    close: async () => {
      await Promise.all([ssh2Links.close((link) => link.close()), systemLinks.close((link) => link.close())])
    },
  }
}

type Reach<L> = (way: Pick<Way, 'hops' | 'embedded'>, target: string, signal: AbortSignal) => Promise<L>

/** Says which jump host it was: the one that was to be reached, or the one that lets nobody through. */
function blame(problem: Problem, hops: Hop[], target: string): Problem {
  const at = problem.code === 'ssh-jump' ? hops.at(-2) : hops.at(-1)
  if (at !== undefined && at.name !== target) problem.hop = at.name
  return problem
}

interface ChainRoute<L> {
  /** For messages about reaching it, and for those about losing it. */
  place: string
  name: string
  /** Its name where it is a jump host. */
  jump: string | null
  /** Address of the first connection on the way. */
  firstHop: string
  through: L | null
  embedded: EmbeddedHost | null
}
