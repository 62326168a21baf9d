import { userInfo } from 'node:os'
import type { Host } from '#domain/inventory.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import type { HostResult } from '#domain/step.ts'
import type { OnOutput } from '#kinds/ports.ts'
import { orAborted } from './abortable.ts'
import { connectHop, type ConnectWorld, type EmbeddedHost } from './connect.ts'
import { describeHops, type ResolvedHost } from './describe.ts'
import { createKeyRing } from './identities.ts'
import { placeName } from './failures.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import { createLink, type Link } from './link.ts'
import { askOneAtATime, type SshPrompts } from './prompts.ts'
import { resolveHops, type Hop, type ResolveOptions } from './resolve.ts'
import { lost, runScript } from './run-script.ts'
import { wrapScript } from './script-command.ts'
import { createShared } from './shared.ts'

export type { SshPrompts } from './prompts.ts'
export type { ResolvedHost } from './describe.ts'
export type { EmbeddedHost } from './connect.ts'

export interface SshPoolOptions {
  prompts: SshPrompts
  /** For `~` and ~/.ssh. */
  home: string
  /** Default: ~/.ssh/config, then /etc/ssh/ssh_config. */
  configFile?: string
  /** Read only. Default: what ssh reads. */
  knownHostsFiles?: string[]
  /** The app's own store, in OpenSSH's format: keys a person accepted are appended here. */
  ownKnownHostsFile: string
  /** Default: SSH_AUTH_SOCK. */
  agentSocket?: string | null
  /** Logins in progress at one address at the same time. */
  dialLimit?: number
  /** Commands at the same time on one connection. */
  channelLimit?: number
  keepaliveMs?: number
  /** Where neither inventory nor config names a user. Default: the local user. */
  user?: string
  /** How long a command gets to end after TERM, and again after KILL. */
  graceMs?: number
  /** The embedded rehearsal hosts: used instead of config, known_hosts and identities. Null for a host that is not one of them. */
  dial?: (host: Host) => EmbeddedHost | null
}

export interface ScriptRequest {
  host: Host
  script: string
  /** Counted from when the command is sent. */
  timeoutMs: number | null
  onOutput: OnOutput
  signal: AbortSignal
}

export interface SshPool {
  /** Runs a script with /bin/sh. Never throws for what a host or a network does. */
  run(request: ScriptRequest): Promise<HostResult>
  /** Where a host is and how it would be reached; no connection is made. Throws Problem `ssh-config`. */
  describe(host: Host): Promise<ResolvedHost>
  close(): Promise<void>
}

/** Connections to hosts: one a host, made when first needed, reused, replaced when dead. */
export function createSshPool(options: SshPoolOptions): SshPool {
  const prompts = askOneAtATime(options.prompts)
  const ring = createKeyRing()
  const limiters = new Map<string, Limiter>()
  const links = createShared<Link>((link) => link.isAlive())
  const resolveOptions = toResolveOptions(options)
  let closed = false

  const wayTo = (host: Host): { hops: Hop[]; notes: string[]; embedded: EmbeddedHost | null } => {
    const embedded = options.dial?.(host) ?? null
    return embedded === null ? { ...resolveHops(host, resolveOptions), embedded } : { hops: [embeddedHop(host, embedded, resolveOptions)], notes: [], embedded }
  }
  const dialLimiter = (place: string): Limiter => {
    const limiter = limiters.get(place) ?? createLimiter(options.dialLimit ?? 8)
    limiters.set(place, limiter)
    return limiter
  }
  const linkTo = (hops: Hop[], embedded: EmbeddedHost | null, target: string, signal: AbortSignal): Promise<Link> => {
    const hop = hops.at(-1)
    if (hop === undefined) throw new Problem('ssh-config', `There is no way to ${target}.`, 'Check the host in the runbook.')
    const key = JSON.stringify([embedded === null ? null : [embedded.address, embedded.port], hops.map(({ name, address, port, user }) => [name, address, port, user])])
    return links.get(key, signal, async (shared) => {
      const through = hops.length > 1 ? await linkTo(hops.slice(0, -1), null, target, shared) : null
      const world: ConnectWorld = { prompts, ring, ownKnownHostsFile: options.ownKnownHostsFile, keepaliveMs: options.keepaliveMs ?? 10_000, dialLimiter, signal: shared }
      const connected = await connectHop({ hop, place: placeName(hop, target), firstHop: `${hops[0]?.address}:${hops[0]?.port}`, through, embedded }, world)
      const link = createLink(connected, options.channelLimit ?? 8)
      through?.onEnd(() => link.close())
      return link
    })
  }

  const start = async (request: ScriptRequest): Promise<HostResult> => {
    const { host, signal } = request
    if (request.script.includes('\0')) throw new Problem('ssh-script', 'The command holds a NUL character, which no shell can read.', 'Mend the step. No command was sent.')
    if (signal.aborted) return aborted(host.name)
    const { hops, embedded } = wayTo(host)
    const place = host.name
    const { command, input } = wrapScript(request.script)
    for (let attempt = 1; ; attempt++) {
      if (closed) throw new Problem('ssh-closed', 'Holdpoint is closing its connections.', 'No command was sent.')
      const link = await orAborted(signal, linkTo(hops, embedded, host.name, signal))
      if (link === null) return aborted(place)
      const opened = (await orAborted(signal, link.exec(command, signal))) ?? { opened: 'aborted' as const }
      switch (opened.opened) {
        case 'yes':
          return await runScript({ ...request, channel: opened.channel, ended: opened.ended, input, place, isLinkAlive: () => link.isAlive(), graceMs: options.graceMs ?? 5000 })
        case 'aborted':
          return aborted(place)
        case 'lost':
          return lost({ place, isLinkAlive: () => false })
        case 'refused':
          throw new Problem('ssh-channel', `${place} accepted the login but not the command: ${opened.reason}.`, 'Check MaxSessions and the account on the host. No command was started.')
        case 'dead':
          // The kept connection had died unnoticed and nothing was sent: once more with a new one.
          if (attempt > 1) throw new Problem('ssh-refused', `The connection to ${place} closed again right after the login.`, 'Check the host. No command was sent.')
      }
    }
  }

  return {
    run: async (request) => {
      try {
        return await start(request)
      } catch (thrown) {
        if (request.signal.aborted) return aborted(request.host.name)
        const { code, message, hint } = toProblem(thrown)
        return { outcome: 'failed', reason: 'refused', code, message, hint }
      }
    },
    describe: async (host) => {
      const { hops, notes } = wayTo(host)
      return describeHops(hops, notes)
    },
    close: async () => {
      closed = true
      await links.close((link) => link.close())
      ring.opened.clear()
    },
  }
}

function aborted(place: string): HostResult {
  return { outcome: 'failed', reason: 'aborted', message: `It was stopped before anything was sent to ${place}.` }
}

function toResolveOptions(options: SshPoolOptions): ResolveOptions {
  const localUser = userInfo().username
  const { home, configFile, knownHostsFiles, ownKnownHostsFile } = options
  const agentSocket = options.agentSocket === undefined ? (process.env['SSH_AUTH_SOCK'] ?? null) : options.agentSocket
  return { home, configFile, knownHostsFiles, ownKnownHostsFile, agentSocket, localUser, user: options.user ?? localUser }
}

function embeddedHop(host: Host, embedded: EmbeddedHost, options: ResolveOptions): Hop {
  const { address, port, user } = embedded
  return {
    name: host.name, address, port, user, hostKeyName: host.name, identityFiles: [], identityFilesNamed: true, identitiesOnly: true,
    agentSocket: null, knownHostsFiles: [options.ownKnownHostsFile], strictHostKeyChecking: 'yes', connectTimeoutMs: null,
  }
}
