import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { configProblem, readConfigFile, type ConfigNode } from './config-files.ts'
import { matchesPattern } from './patterns.ts'
import { expandHostName } from './tokens.ts'
import { matchCriteria, type MatchContext } from './config-match.ts'

/** What ~/.ssh/config says about one name; null where it says nothing. Values are as written, with no token expanded. */
export interface HostConfig {
  hostName: string | null
  user: string | null
  port: number | null
  identityFiles: string[]
  identitiesOnly: boolean
  identityAgent: string | null
  proxyJump: string | null
  proxyCommand: string | null
  hostKeyAlias: string | null
  userKnownHostsFiles: string[] | null
  globalKnownHostsFiles: string[] | null
  revokedHostKeys: string | null
  strictHostKeyChecking: 'ask' | 'yes'
  connectTimeoutMs: number | null
  /** What was seen and not done, in words. */
  notes: string[]
  /** Those of them that may have decided where a connection goes. */
  skipped: string[]
}

export interface ConfigSources {
  home: string
  localUser: string
  configFile?: string
}

/** Looks a name up in the personal and the system's ssh_config; the first value for a keyword wins. */
export function lookupConfig(name: string, sources: ConfigSources, user: string | null = null): HostConfig {
  const personal = sources.configFile ?? join(sources.home, '.ssh', 'config')
  const files: ConfigNode[][] = [readConfigFile(personal, { home: sources.home, system: false })]
  if (sources.configFile === undefined && existsSync('/etc/ssh/ssh_config')) {
    files.push(readConfigFile('/etc/ssh/ssh_config', { home: sources.home, system: true }))
  }
  const found = emptyFound()
  if (user !== null) found.values.set('user', [user])
  const context: MatchContext = { original: name, localUser: sources.localUser, final: false, wantsFinal: false, skipped: found.skipped }
  for (const nodes of files) walk(nodes, name, context, found, true)
  if (context.wantsFinal) {
    context.final = true
    const canonical = expandHostName(found.values.get('hostname')?.[0] ?? '%h', name).toLowerCase()
    // As in OpenSSH the second pass starts with the host name settled.
    found.values.set('hostname', [canonical])
    for (const nodes of files) walk(nodes, canonical, context, found, true)
  }
  return toHostConfig(found)
}

interface Found {
  values: Map<string, string[]>
  places: Map<string, string>
  identityFiles: string[]
  notes: Set<string>
  skipped: Set<string>
}

const emptyFound = (): Found => ({ values: new Map(), places: new Map(), identityFiles: [], notes: new Set(), skipped: new Set() })

function walk(nodes: ConfigNode[], host: string, context: MatchContext, found: Found, mayMatch: boolean): void {
  let active = mayMatch
  for (const node of nodes) {
    if ('include' in node) {
      for (const included of node.include) walk(included, host, context, found, active)
      continue
    }
    const { keyword, words, rest } = node.line
    if (keyword === 'host') active = mayMatch && matchesHostLine(host, words)
    else if (keyword === 'match') active = matchCriteria(rest, node.at, host, context, found.values) && mayMatch
    else if (active) record(found, keyword, keyword === 'proxycommand' ? [rest] : words, node.at)
  }
}

function matchesHostLine(host: string, patterns: string[]): boolean {
  let matched = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(host, pattern.slice(1))) return false
    } else if (matchesPattern(host, pattern)) {
      matched = true
    }
  }
  return matched
}

function record(found: Found, keyword: string, words: string[], at: string): void {
  if (keyword === 'identityfile') {
    const file = words[0] ?? ''
    if (!found.identityFiles.includes(file)) found.identityFiles.push(file)
    return
  }
  // ProxyJump and ProxyCommand exclude each other: whichever comes first counts.
  const rival = keyword === 'proxyjump' ? 'proxycommand' : keyword === 'proxycommand' ? 'proxyjump' : null
  if (found.values.has(keyword) || (rival !== null && found.values.has(rival))) return
  found.values.set(keyword, words)
  found.places.set(keyword, at)
}

function toHostConfig(found: Found): HostConfig {
  const first = (keyword: string): string | null => found.values.get(keyword)?.[0] ?? null
  const place = (keyword: string): string => found.places.get(keyword) ?? keyword
  const canonicalize = first('canonicalizehostname')?.toLowerCase()
  if (canonicalize !== undefined && canonicalize !== 'no' && canonicalize !== 'none') found.skipped.add(`CanonicalizeHostname (${place('canonicalizehostname')}) is not applied: names are used as written.`)
  if (first('forwardagent')?.toLowerCase() === 'yes') found.notes.add(`ForwardAgent (${place('forwardagent')}) is not applied: the agent is never forwarded.`)
  const proxyCommand = first('proxycommand')
  const revoked = first('revokedhostkeys')
  return {
    hostName: first('hostname'),
    user: first('user'),
    port: toPort(first('port'), place('port')),
    identityFiles: found.identityFiles.includes('none') ? ['none'] : found.identityFiles,
    identitiesOnly: first('identitiesonly')?.toLowerCase() === 'yes',
    identityAgent: first('identityagent'),
    proxyJump: first('proxyjump'),
    proxyCommand: proxyCommand?.toLowerCase() === 'none' ? null : proxyCommand,
    hostKeyAlias: first('hostkeyalias'),
    userKnownHostsFiles: found.values.get('userknownhostsfile') ?? null,
    globalKnownHostsFiles: found.values.get('globalknownhostsfile') ?? null,
    revokedHostKeys: revoked?.toLowerCase() === 'none' ? null : revoked,
    strictHostKeyChecking: first('stricthostkeychecking')?.toLowerCase() === 'yes' ? 'yes' : 'ask',
    connectTimeoutMs: toTimeout(first('connecttimeout'), place('connecttimeout')),
    notes: [...found.skipped, ...found.notes],
    skipped: [...found.skipped],
  }
}

function toPort(text: string | null, at: string): number | null {
  if (text === null) return null
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw configProblem(at, `"${text}" is not a port`, 'Use a number from 1 to 65535.')
  return port
}

function toTimeout(text: string | null, at: string): number | null {
  if (text === null || text.toLowerCase() === 'none') return null
  const match = /^(\d+)([smh]?)$/i.exec(text)
  if (match === null) throw configProblem(at, `"${text}" is not a length of time`, 'Use seconds, for example 10.')
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[(match[2] ?? '').toLowerCase() || 's'] ?? 1000
  return Number(match[1]) * unit
}
