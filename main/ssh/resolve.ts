import { join } from 'node:path'
import type { Host } from '#domain/inventory.ts'
import { own } from '#domain/own.ts'
import { lookupConfig, type ConfigSources, type HostConfig } from './config.ts'
import { configProblem } from './config-files.ts'
import type { SshConfig } from './config-of-ssh.ts'
import { expandHostName, expandPath } from './tokens.ts'

/** One connection on the way to a host: where, as whom, with which keys, checked against which files. */
export interface Hop {
  /** As the runbook or ProxyJump names it. */
  name: string
  address: string
  port: number
  user: string
  /** What known_hosts is asked for: the address, `[address]:port`, or HostKeyAlias. */
  hostKeyName: string
  identityFiles: string[]
  /** False for the default names, which may be missing without a word. */
  identityFilesNamed: boolean
  identitiesOnly: boolean
  agentSocket: string | null
  knownHostsFiles: string[]
  /** Its keys are refused whatever else is said of them (RevokedHostKeys). */
  revokedKeysFile: string | null
  strictHostKeyChecking: 'ask' | 'yes'
  connectTimeoutMs: number | null
  /** The system's ssh goes through the ProxyCommand of its configuration. */
  proxyCommand: boolean
  /** What makes the connection: ssh2 within this program, or the system's own `ssh`. */
  transport: 'ssh2' | 'ssh'
}

export interface ResolveOptions extends ConfigSources {
  /** Null where only our own parser may read the configuration: one that is not this account's own. */
  sshConfig: SshConfig | null
  agentSocket: string | null
  knownHostsFiles?: string[]
  ownKnownHostsFile: string
  /** Used where neither inventory nor config name a user. */
  user: string
}

const MAX_HOPS = 8
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk']

/**
 * The hops to a host, first connection first, the host itself last. A jump host that the inventory names too is reached as
 * it says there. What leads to a hop over the system's ssh goes over it as well: ssh can go through no connection of ours.
 * No connection is made. Throws Problem `ssh-config`.
 */
export async function resolveHops(host: Host, options: ResolveOptions, signal: AbortSignal): Promise<{ hops: Hop[]; notes: string[] }> {
  const chain: Chain = { options, signal, notes: new Set(), stops: host.stops ?? {} }
  const hops = await chainTo(host, host.jump, chain, [])
  const lastSystem = hops.findLastIndex(({ transport }) => transport === 'ssh')
  for (const [index, { name, proxyCommand }] of hops.entries()) if (proxyCommand && index > lastSystem) throw proxyCommandProblem(name, options.sshConfig !== null)
  return { hops: hops.map((hop, index) => ({ ...hop, transport: index <= lastSystem ? 'ssh' : 'ssh2' })), notes: [...chain.notes] }
}

interface Chain {
  options: ResolveOptions
  signal: AbortSignal
  notes: Set<string>
  /** Hosts of the inventory that a jump may name. */
  stops: Record<string, Host>
}

type Target = Pick<Host, 'name' | 'address' | 'user' | 'port' | 'transport'>

/** `jump` null leaves the way to the config; `none` is a direct connection. */
async function chainTo(target: Target, jump: string | null, chain: Chain, behind: string[]): Promise<Hop[]> {
  if (behind.includes(target.name)) throw configProblem([...behind, target.name].join(' → '), 'the jump hosts lead back to themselves', 'Mend ProxyJump (a "Host *" block often catches the jump host too).')
  if (behind.length >= MAX_HOPS) throw configProblem(target.name, `more than ${MAX_HOPS} jump hosts`, 'Mend ProxyJump.')
  const config = await configOf(target, chain)
  for (const note of config.notes) chain.notes.add(note)
  const way = jump ?? config.proxyJump ?? 'none'
  const proxyCommand = jump === null && config.proxyCommand !== null
  if (proxyCommand && chain.options.sshConfig === null) throw proxyCommandProblem(target.name, false)
  const hop: Hop = { ...toHop(target, config, chain.options), proxyCommand, transport: target.transport ?? 'ssh2' }
  const stops = way.toLowerCase() === 'none' || way === '' ? [] : way.split(',').map((part) => parseJump(part.trim(), target.name))
  const [first, ...between] = stops
  if (first === undefined) return [hop]
  const trail = [...behind, target.name]
  const hops = await chainTo(inInventory(first, chain), own(chain.stops, first.name)?.jump ?? null, chain, trail)
  for (const stop of between) hops.push(...(await chainTo(inInventory(stop, chain), 'none', chain, trail)))
  return [...hops, hop]
}

/** A jump host as the inventory has it; what is written at the jump itself comes first. */
function inInventory(stop: Target, { stops }: Chain): Target {
  const entry = own(stops, stop.name)
  return entry === undefined ? stop : { ...entry, user: stop.user ?? entry.user, port: stop.port ?? entry.port }
}

const proxyCommandProblem = (name: string, isOwn: boolean): Error =>
  configProblem(name, 'it is reached through ProxyCommand, which Holdpoint does not run', `Use ProxyJump, ${isOwn ? 'write transport: ssh for this host in the runbook, ' : ''}or give the host a jump host there.`)

/**
 * Each hop by itself: ssh's own word where it may be asked and can tell, else what our parser reads. Where ssh is there and
 * our parser has to leave something out, nobody knows the way: a guess could lead a command to another host.
 */
async function configOf(target: Target, { options, signal }: Chain): Promise<HostConfig> {
  const said = await options.sshConfig?.lookUp(target, signal)
  if (said?.answered === true) return said.config
  const config = lookupConfig(target.name, options, target.user)
  const [left] = config.skipped
  if (said?.isMissing === false && left !== undefined) throw configProblem(target.name, `ssh did not say what it makes of it (${said.why}), and Holdpoint alone cannot tell: ${left.replace(/\.$/, '')}`, `Try "ssh -G ${target.name}" in a terminal. No connection was made.`)
  return said === undefined ? config : { ...config, notes: [...config.notes, `Holdpoint has read the SSH configuration for ${target.name} by itself, for ssh did not say what it makes of it (${said.why}).`] }
}

/** `[user@]host[:port]`, `[user@][v6]:port` or `ssh://…`. */
export function parseJump(text: string, owner: string): Target {
  const match = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@\s]+))(?::(\d+))?\/?$/.exec(text)
  const name = match?.[2] ?? match?.[3]
  const port = match?.[4] === undefined ? null : Number(match[4])
  if (name === undefined || (port !== null && (port < 1 || port > 65535))) {
    throw configProblem(owner, `"${text}" is not a jump host`, 'Write it as host, user@host or user@host:port.')
  }
  return { name, address: null, user: match?.[1] ?? null, port }
}

function toHop(target: Target, config: HostConfig, options: ResolveOptions): Omit<Hop, 'proxyCommand' | 'transport'> {
  const address = (target.address ?? expandHostName(config.hostName ?? '%h', target.name)).toLowerCase()
  const port = target.port ?? config.port ?? 22
  const user = target.user ?? config.user ?? options.user
  if (/[\s/@]/.test(address) || address === '' || address.startsWith('-')) throw configProblem(target.name, `"${address}" is not a host name`, 'Mend the address.')
  const values = { home: options.home, localUser: options.localUser, address, name: target.name, port, user, hostKeyAlias: config.hostKeyAlias }
  const expand = (path: string): string => expandPath(path, values)
  const named = config.identityFiles.length > 0
  return {
    name: target.name,
    address,
    port,
    user,
    hostKeyName: config.hostKeyAlias?.toLowerCase() ?? knownHostsName(address, port),
    identityFiles: named ? config.identityFiles.filter((file) => file !== 'none').map(expand) : DEFAULT_KEYS.map((name) => join(options.home, '.ssh', name)),
    identityFilesNamed: named,
    identitiesOnly: config.identitiesOnly,
    agentSocket: agentSocket(config.identityAgent, options, expand),
    knownHostsFiles: [...knownHostsFiles(config, options, expand), options.ownKnownHostsFile],
    revokedKeysFile: config.revokedHostKeys === null ? null : expand(config.revokedHostKeys),
    strictHostKeyChecking: config.strictHostKeyChecking,
    connectTimeoutMs: config.connectTimeoutMs,
  }
}

/** The name of a host in known_hosts: bare on port 22, `[host]:port` elsewhere. */
export function knownHostsName(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`
}

function agentSocket(setting: string | null, options: ResolveOptions, expand: (path: string) => string): string | null {
  if (setting === null || setting === 'SSH_AUTH_SOCK') return options.agentSocket
  if (setting.toLowerCase() === 'none') return null
  if (setting.startsWith('$') && !setting.startsWith('${')) return process.env[setting.slice(1)] ?? null
  return expand(setting)
}

function knownHostsFiles(config: HostConfig, options: ResolveOptions, expand: (path: string) => string): string[] {
  const ssh = join(options.home, '.ssh')
  if (config.userKnownHostsFiles === null && config.globalKnownHostsFiles === null && options.knownHostsFiles !== undefined) return options.knownHostsFiles
  const personal = config.userKnownHostsFiles ?? [join(ssh, 'known_hosts'), join(ssh, 'known_hosts2')]
  const global = config.globalKnownHostsFiles ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
  return [...personal, ...global].filter((file) => file.toLowerCase() !== 'none').map(expand)
}
