import { Problem } from '#domain/problem.ts'
import { isPlainName } from '../plain-name.ts'
import type { Hop } from '../resolve.ts'

/** Files of one master, in a folder that only this user can enter. */
export interface MasterPlace {
  socket: string
  /** Run by ssh with the key a host shows (KnownHostsCommand); writes it down and vouches for nothing. */
  keyNote: string
  /** Where it is written. */
  keys: string
}

export interface MasterOptions {
  place: MasterPlace
  /** Default: what ssh reads. */
  configFile: string | undefined
  /** The master's socket of the hop before, or null for a direct connection. */
  through: string | null
  keepaliveMs: number
  /** Whether ssh may ask: for passphrases, passwords, and what servers want to know. */
  mayAsk: boolean
}

/** What the master says on its standard output once others may use it. */
export const READY = 'holdpoint-ready'

/**
 * The arguments of a master: the host's own configuration (that is what this transport is for), but hosts are verified as
 * strictly as by ssh2, nothing is forwarded, and what ssh asks is asked by us. Jump hosts are masters of their own, so that `-J`, whose
 * inner ssh takes no options, is not needed. No argument is secret.
 */
export function masterArguments(hop: Hop, { place, configFile, through, keepaliveMs, mayAsk }: MasterOptions): string[] {
  for (const word of [hop.name, hop.address, hop.user]) requirePlain(word)
  const settings: [string, string][] = [
    ['StrictHostKeyChecking', 'yes'],
    ['UserKnownHostsFile', hop.knownHostsFiles.map(quote).join(' ')],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['KnownHostsCommand', `/bin/sh ${quote(place.keyNote)} %I %t %f %K`],
    ['UpdateHostKeys', 'no'],
    ['VerifyHostKeyDNS', 'no'],
    ['NoHostAuthenticationForLocalhost', 'no'],
    ['HostName', hop.address],
    ...(mayAsk ? [] : [['BatchMode', 'yes'] as [string, string]]),
    ['NumberOfPasswordPrompts', '3'],
    ['ForwardAgent', 'no'],
    ['ForwardX11', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['Tunnel', 'no'],
    ['RemoteCommand', 'none'],
    ['RequestTTY', 'no'],
    ['PermitLocalCommand', 'yes'],
    ['LocalCommand', `echo ${READY}`],
    ['ControlMaster', 'yes'],
    ['ControlPersist', 'no'],
    ['ControlPath', place.socket],
    ['ServerAliveInterval', String(Math.max(1, Math.ceil(keepaliveMs / 1000)))],
    ['ServerAliveCountMax', '3'],
    ['ConnectTimeout', String(Math.ceil((hop.connectTimeoutMs ?? 20_000) / 1000))],
    ['ConnectionAttempts', '1'],
    ['LogLevel', 'ERROR'],
    // Why a host opened no way through it is told at a lower level, together with the banner.
    ['LogVerbose', 'channels.c:channel_input_open_failure():*'],
    // Whichever of the two comes first switches the other off.
    ...(through !== null ? [['ProxyCommand', ['ssh', ...muxArguments(through), "-W '[%h]:%p'", 'holdpoint'].join(' ')] as [string, string]] : hop.proxyCommand ? [] : [['ProxyJump', 'none'] as [string, string]]),
  ]
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]), '-N', '-T', '-l', hop.user, '-p', String(hop.port),
    ...settings.flatMap(([name, value]) => ['-o', `${name}=${value}`]), '--', hop.name,
  ]
}

/** Goes through a master, or not at all: without one ssh would quietly connect by itself. */
export const muxArguments = (socket: string): string[] => ['-F', '/dev/null', '-S', socket, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR']

function requirePlain(word: string): void {
  if (!isPlainName(word)) throw new Problem('ssh-config', `${JSON.stringify(word.slice(0, 100))} cannot be given to the system's ssh as a name.`, 'Mend the host in the runbook or in ~/.ssh/config. No connection was made.')
}

/** A path as one word of an ssh_config value. */
function quote(path: string): string {
  if (/["\n\r]/.test(path)) throw new Problem('ssh-config', `ssh cannot be given the file name ${JSON.stringify(path)}.`, 'Rename it. No connection was made.')
  return `"${path.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('${', '$\\{')}"`
}
