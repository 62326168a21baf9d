import { createHash } from 'node:crypto'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { Host } from '#domain/inventory.ts'
import { secretAssignments } from '#domain/flow/script.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { DETACHED, type HostResult } from '#domain/step.ts'
import type { Clock, FenceRequest, FenceResult, HostStanding, JobAnswer, JobIntent, Leftover, OnOutput, ShellJob } from '#kinds/ports.ts'
import { orAborted } from './abortable.ts'
import type { EmbeddedHost } from './connect.ts'
import { describeWay, type ResolvedHost } from './describe.ts'
import { askAboutJob, nothingProved } from './durable/ask.ts'
import { raiseFence } from './durable/fence.ts'
import { HELPER_SHA } from './durable/helper.ts'
import { clearLeftover, listLeftovers } from './durable/leftovers.ts'
import { notFollowed } from './durable/outcome.ts'
import { probeHost, type Probe } from './durable/probe.ts'
import { standingOf } from './durable/standing.ts'
import { createRests } from './durable/rest.ts'
import { runDurable, type DurableWorld } from './durable/run-durable.ts'
import { BOOT_ID_FILE, callClear, callFence, callList, type HelperPlace } from './durable/verbs.ts'
import { createSshConfig } from './config-of-ssh.ts'
import { createKeyRing } from './identities.ts'
import { lossWords, type Link } from './link.ts'
import { createLinks, type Way } from './links.ts'
import { askOneAtATime, type SshPrompts } from './prompts.ts'
import { resolveHops, type Hop, type ResolveOptions } from './resolve.ts'
import { lost, runScript } from './run-script.ts'
import { wrapScript } from './script-command.ts'

export type { SshPrompts } from './prompts.ts'
export type { ResolvedHost } from './describe.ts'
export type { EmbeddedHost } from './connect.ts'

export interface SshPoolOptions {
  prompts: SshPrompts
  /** For `~` and ~/.ssh. */
  home: string
  /** Default: ~/.ssh/config, then /etc/ssh/ssh_config. */
  configFile?: string
  /** The configuration is this account's own, so that ssh may be asked what it says, which runs `Match exec`. Default: where no file is given and home is the account's. */
  isOwnConfig?: boolean
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
  /** What a lost link waits on before it is tried again. Default: real time. */
  clock?: Clock
  /** The first such wait, doubled with each try up to thirty times. */
  retryMs?: number
  /** Where a host says which boot this is; tests let a host start anew by naming another file. */
  bootIdFile?: string
}

export interface ScriptRequest {
  host: Host
  script: string
  /** Variables whose values are in the script only on the wire. */
  secrets?: Readonly<Record<string, string>>
  /** Counted from when the command is sent. */
  timeoutMs: number | null
  /** Says when the time is over, where the caller counts it: a rehearsal's commands have a time of their own. */
  timeUp?: AbortSignal
  onOutput: OnOutput
  signal: AbortSignal
  /** Where the host can, the work then outlives the connection and this program. */
  job?: ShellJob
}

export interface SshPool {
  /**
   * Runs a script with /bin/sh. Never throws for what a host or a network does. Rejects with the Problem `step-detached`
   * when the pool is closed while a durable command goes on on its host.
   */
  run(request: ScriptRequest): Promise<HostResult>
  /** Asks a host what it knows of a job that was sent there before; launches and stops nothing. Never throws. */
  ask(request: { host: Host; job: ShellJob; signal: AbortSignal }): Promise<JobAnswer>
  /** Whether a host would keep work. Never throws for what a host or a network does. */
  check(request: { host: Host; signal: AbortSignal }): Promise<HostStanding>
  /** Makes a host refuse launches for a run with a lower token. Never throws for what a host or a network does. */
  fence(request: FenceRequest): Promise<FenceResult>
  /** What a host still holds of jobs, whoever began them. Throws Problem. */
  leftovers(host: Host, signal: AbortSignal): Promise<Leftover[]>
  /** Removes one that is over; `isRunOver` also one that nobody saw end. True when it is gone, else why it was kept. Throws Problem. */
  clear(request: { host: Host; job: Pick<JobIntent, 'id' | 'run' | 'token'>; isRunOver: boolean; signal: AbortSignal }): Promise<true | string>
  /** Where a host is and how it would be reached; no connection is made. Throws Problem `ssh-config`. */
  describe(host: Host): Promise<ResolvedHost>
  close(): Promise<void>
}

/** Connections to hosts: one a host, made when first needed, reused, replaced when dead. */
export function createSshPool(options: SshPoolOptions): SshPool {
  const prompts = askOneAtATime(options.prompts)
  const ring = createKeyRing()
  const clock = options.clock ?? REAL_TIME
  const resolveOptions = toResolveOptions(options, clock)
  const bootIdFile = options.bootIdFile ?? BOOT_ID_FILE
  const rests = createRests()
  let closed = false

  const wayTo = async (host: Host, signal: AbortSignal): Promise<Way> => {
    const embedded = options.dial?.(host) ?? null
    return embedded === null ? { ...(await resolveHops(host, resolveOptions, signal)), embedded } : { hops: [embeddedHop(host, embedded, resolveOptions)], notes: [], embedded }
  }
  /** Asked anew each time, so that a reconnect goes by the configuration as it then stands. Null when given up. */
  const reachHost = (host: Host, signal: AbortSignal): Promise<Link | null> =>
    orAborted(signal, wayTo(host, signal).then((way) => (closed ? null : links.reach(way, host.name, signal))))
  const links = createLinks({
    prompts, ring, now: clock.now, ownKnownHostsFile: options.ownKnownHostsFile, keepaliveMs: options.keepaliveMs ?? 10_000,
    dialLimit: options.dialLimit, channelLimit: options.channelLimit, configFile: options.configFile,
  })

  const probes = new WeakMap<Link, Promise<Probe>>()
  const roots = new WeakMap<Link, string | null>()
  const probeOf = (link: Link, place: string): Promise<Probe> => {
    const probe = probes.get(link) ?? probeHost(link, place, bootIdFile, new AbortController().signal)
    probes.set(link, probe)
    void probe.then((known) => roots.set(link, known.probed === 'durable' ? known.root : null), () => undefined)
    return probe
  }

  /** The durable way; null when the host has to take the command the plain way. */
  const startDurably = async (request: ScriptRequest, job: ShellJob): Promise<HostResult | null> => {
    const { host, signal } = request
    const place = host.name
    const reach = async (until: AbortSignal): Promise<Link> => {
      const link = await reachHost(host, until)
      if (link === null) throw new Problem('ssh-closed', `the connection to ${place} was given up`, '')
      return link
    }
    const mend = async (link: Link): Promise<void> => {
      probes.delete(link)
      await probeOf(link, place)
    }
    const world: DurableWorld = {
      place, reach, mend, now: clock.now, sleep: clock.sleep, isClosed: () => closed,
      graceMs: options.graceMs ?? 10_000, retryMs: options.retryMs ?? 1000,
      placeOf: (link) => ({ bootIdFile, root: roots.get(link) ?? null }), later: rests.later,
    }
    const found = job.intent()
    const work = { script: request.script, secrets: request.secrets ?? {}, job, timeoutMs: request.timeoutMs, timeUp: request.timeUp, signal }
    if (found !== null) {
      // A configuration that leads nowhere is told; from then on every failure is taken for a network's and tried again.
      await wayTo(host, signal).catch((thrown: unknown) => {
        if (!signal.aborted) throw thrown
      })
      return await runDurable({ ...work, intent: found, isFound: true, link: null }, world)
    }
    for (let attempt = 1; ; attempt++) {
      const link = await reach(signal)
      const probe = (await orAborted(signal, probeOf(link, place))) ?? { probed: 'cut' as const }
      if (signal.aborted) return aborted(place)
      if (probe.probed === 'cut') {
        probes.delete(link)
        const loss = link.loss()
        if (loss.isFlood) throw new Problem('ssh-flood', `While ${place} was asked what it can, ${lossWords(loss)}.`, 'Check the host. No command was sent.')
        if (attempt > 2) throw new Problem('ssh-refused', `The connection to ${place} closed again right after the login.`, 'Check the host. No command was sent.')
        continue
      }
      if (probe.probed === 'plain') {
        job.beginPlain(probe.why)
        return null
      }
      const intent = job.begin({ bootId: probe.bootId, hostKey: link.hostKey, helper: HELPER_SHA, commandSha256: createHash('sha256').update(request.script).digest('hex') })
      return await runDurable({ ...work, intent, isFound: false, link }, world)
    }
  }

  const ask: SshPool['ask'] = async ({ host, job, signal }) => {
    const intent = job.intent()
    if (intent === null) return nothingProved([`Nothing was recorded of what was sent to ${host.name}.`])
    const until = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)])
    try {
      const link = await reachHost(host, until)
      if (link === null) return nothingProved([`${host.name} could not be reached in time.`])
      // It also puts the helper back where the host has lost it.
      await orAborted(until, probeOf(link, host.name))
      return await askAboutJob({ link, job, intent, at: { bootIdFile, root: roots.get(link) ?? null }, place: host.name, signal: until })
    } catch (thrown) {
      return nothingProved([`${host.name} could not be asked: ${toProblem(thrown).message}`])
    }
  }

  /** A connection to a host that keeps jobs. Throws Problem. */
  const reachDurable = async (host: Host, signal: AbortSignal): Promise<{ link: Link; at: HelperPlace }> => {
    const link = await reachHost(host, signal)
    const probe = link && (await orAborted(signal, probeOf(link, host.name)))
    if (link === null || probe === null || probe.probed === 'cut') throw new Problem('ssh-closed', `The connection to ${host.name} was given up.`, 'Nothing was removed.')
    if (probe.probed === 'plain') throw new Problem('leftovers-none', `${host.name} keeps no work by itself: ${probe.why}.`, 'There is nothing to remove.')
    return { link, at: { bootIdFile, root: probe.root } }
  }

  const start = async (request: ScriptRequest): Promise<HostResult> => {
    const { host, signal } = request
    if (request.script.includes('\0')) throw new Problem('ssh-script', 'The command holds a NUL character, which no shell can read.', 'Mend the step. No command was sent.')
    if (request.job !== undefined) {
      if (signal.aborted && request.job.intent() === null) return aborted(host.name)
      const result = await startDurably(request, request.job)
      if (result !== null) return result
    }
    if (signal.aborted) return aborted(host.name)
    const place = host.name
    const { command, input } = wrapScript(secretAssignments(request.secrets ?? {}) + request.script)
    for (let attempt = 1; ; attempt++) {
      if (closed) throw new Problem('ssh-closed', 'Holdpoint is closing its connections.', 'No command was sent.')
      const link = await reachHost(host, signal)
      if (link === null) return aborted(place)
      const opened = (await orAborted(signal, link.exec(command, signal))) ?? { opened: 'aborted' as const }
      switch (opened.opened) {
        case 'yes':
          return await runScript({ ...request, channel: opened.channel, ended: opened.ended, input, place, link, graceMs: options.graceMs ?? 5000 })
        case 'aborted':
          return aborted(place)
        case 'lost':
          return lost({ place, link })
        case 'refused':
          throw new Problem('ssh-channel', `${place} accepted the login but not the command: ${opened.reason}.`, 'Check MaxSessions and the account on the host. No command was started.')
        case 'dead':
          // The kept connection had died unnoticed and nothing was sent: once more with a new one.
          if (attempt > 1) throw new Problem('ssh-refused', `The connection to ${place} closed again right after the login.`, 'Check the host. No command was sent.')
      }
    }
  }

  return {
    ask,
    run: async (request) => {
      try {
        return await start(request)
      } catch (thrown) {
        const { code, message, hint, hop } = toProblem(thrown)
        if (code === DETACHED) throw thrown
        // What was made ready may have been sent, if only by the program before this one.
        const intent = request.job?.intent() ?? null
        if (intent !== null) return notFollowed(message, request.host.name, intent.id)
        if (request.signal.aborted) return aborted(request.host.name)
        return { outcome: 'failed', reason: 'refused', code, message, hint, ...(hop !== null && { hop }) }
      }
    },
    check: ({ host, signal }) => standingOf(host.name, async () => {
      const link = await reachHost(host, signal)
      return link && orAborted(signal, probeOf(link, host.name))
    }),
    fence: async ({ host, run, token, signal }) => {
      try {
        const link = await reachHost(host, signal)
        const probe = link && (await orAborted(signal, probeOf(link, host.name)))
        if (link === null || probe === null) return { raised: false, message: 'it was given up', above: null }
        if (probe.probed === 'plain') return { raised: false, message: `it keeps no work by itself: ${probe.why}`, above: null }
        const answer = probe.probed === 'cut' ? null : await raiseFence(link, callFence(run, token, HELPER_SHA, { bootIdFile, root: probe.root }), token, signal)
        return answer ?? { raised: false, message: 'the connection was lost', above: null }
      } catch (thrown) {
        return { raised: false, message: toProblem(thrown).message, above: null }
      }
    },
    leftovers: async (host, signal) => {
      const { link, at } = await reachDurable(host, signal)
      return listLeftovers(link, callList(HELPER_SHA, at), host.name, signal)
    },
    clear: async ({ host, job, isRunOver, signal }) => {
      const { link, at } = await reachDurable(host, signal)
      return clearLeftover(link, callClear(job, HELPER_SHA, isRunOver, at), host.name, signal)
    },
    describe: async (host) => describeWay(await wayTo(host, new AbortController().signal)),
    close: async () => {
      closed = true
      await rests.end()
      await Promise.all([links.close(), resolveOptions.sshConfig?.close()])
      ring.opened.clear()
      ring.passphrases.clear()
      ring.logins.clear()
    },
  }
}

/** How long a person waits for what a host knows, login included. */
const ASK_MS = 30_000

/** For a pool that is given no clock. A sleep that is cut short just ends. */
const REAL_TIME: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, Math.min(ms, 2 ** 31 - 1))
    signal?.addEventListener('abort', wake, { once: true })
    if (signal?.aborted === true) wake()
  }),
}

function aborted(place: string): HostResult {
  return { outcome: 'failed', reason: 'aborted', message: `It was stopped before anything was sent to ${place}.` }
}

function toResolveOptions(options: SshPoolOptions, { now }: Clock): ResolveOptions {
  const { username: localUser, homedir } = userInfo()
  const { home, configFile, knownHostsFiles, ownKnownHostsFile } = options
  const agentSocket = options.agentSocket === undefined ? (process.env['SSH_AUTH_SOCK'] ?? null) : options.agentSocket
  // ssh takes the home folder of the account, whatever HOME says.
  const isOwn = options.isOwnConfig ?? (configFile === undefined && resolve(home) === resolve(homedir))
  return { sshConfig: isOwn ? createSshConfig({ home, configFile, now }) : null, home, configFile, knownHostsFiles, ownKnownHostsFile, agentSocket, localUser, user: options.user ?? localUser }
}

function embeddedHop(host: Host, embedded: EmbeddedHost, options: ResolveOptions): Hop {
  const { address, port, user } = embedded
  return {
    name: host.name, address, port, user, hostKeyName: host.name, identityFiles: [], identityFilesNamed: true, identitiesOnly: true,
    agentSocket: null, knownHostsFiles: [options.ownKnownHostsFile], revokedKeysFile: null, strictHostKeyChecking: 'yes', connectTimeoutMs: null, proxyCommand: false, transport: 'ssh2',
  }
}
