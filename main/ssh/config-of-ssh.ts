import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { askSsh, type SshSaid } from './ask-ssh.ts'
import type { HostConfig } from './config.ts'
import { createLimiter } from './limiter.ts'
import { isPlainName } from './plain-name.ts'
import { createShared } from './shared.ts'

/** What a name is asked about with: the inventory's word comes before the configuration's. */
export interface Asked {
  name: string
  address: string | null
  user: string | null
  port: number | null
}

/** Why ssh could not say stands beside our own reading of the files. */
export type SshAnswer = { answered: true; config: HostConfig } | { answered: false; why: string; isMissing: boolean }

/** What the operator's own ssh says of its configuration (`ssh -G`): Include, Match, tokens and defaults are ssh's own. */
export interface SshConfig {
  /** Never rejects. Runs what `Match exec` of the operator's configuration says, as ssh would. */
  lookUp(asked: Asked, signal: AbortSignal): Promise<SshAnswer>
  /** Ends what is being asked. */
  close(): Promise<void>
}

export interface SshConfigOptions {
  home: string
  /** Default: what ssh reads. */
  configFile: string | undefined
  now(): number
  withinMs?: number
}

interface Kept {
  answer: SshAnswer
  /** Each file and folder that was looked at, and what it was then. Null: one of them changed meanwhile. */
  seen: Map<string, string> | null
  /** Null: until a file changes. */
  until: number | null
}

const MOST_AT_ONCE = 8
/** What a command or a name server said, or why ssh said nothing, is believed for a moment only. */
const MOMENT_MS = 10_000

export function createSshConfig({ home, configFile, now, withinMs }: SshConfigOptions): SshConfig {
  const places = createLimiter(MOST_AT_ONCE)
  const base = configFile === undefined ? [join(home, '.ssh', 'config'), '/etc/ssh/ssh_config'] : [configFile]
  const answers = createShared<Kept>(({ seen, until }) => seen !== null && (until === null || now() < until) && [...seen].every(([path, stamp]) => stampOf(path) === stamp))

  const ask = async (asked: Asked, signal: AbortSignal): Promise<Kept> => {
    const release = await places.take()
    const startedAt = Date.now()
    try {
      const said = await askSsh(argumentsFor(asked, configFile), signal, withinMs)
      const answer: SshAnswer = said.said === 'settings' ? { answered: true, config: toHostConfig(said.text) } : { answered: false, why: said.why, isMissing: said.isMissing }
      return { answer, seen: lookAt([...base, ...filesRead(said.talk)], startedAt), until: isOfTheMoment(said) ? now() + MOMENT_MS : null }
    } finally {
      release()
    }
  }
  return {
    close: () => answers.close(() => undefined),
    lookUp: async (asked, signal) => {
      const odd = [asked.name, asked.address ?? 'x', asked.user ?? 'x'].find((word) => !isPlainName(word))
      if (odd !== undefined) return { answered: false, why: `ssh is not given ${JSON.stringify(odd.slice(0, 100))} as a name`, isMissing: false }
      return (await answers.get(JSON.stringify([asked.name, asked.address, asked.user, asked.port]), signal, (until) => ask(asked, until))).answer
    },
  }
}

function argumentsFor({ name, address, user, port }: Asked, configFile: string | undefined): string[] {
  const given = [...(user === null ? [] : ['-l', user]), ...(port === null ? [] : ['-p', String(port)]), ...(address === null ? [] : ['-o', `HostName=${address}`])]
  // With -v it names the files it reads and the commands it runs, with -vvv each Match line it looks at as well.
  return ['-G', '-vvv', '-T', ...(configFile === undefined ? [] : ['-F', configFile]), ...given, '--', name]
}

const filesRead = (talk: string): string[] => [...talk.matchAll(/^debug1: Reading configuration data (.+?)\r?$/gm), ...talk.matchAll(/^debug1: .+ line \d+: include (.+) matched no files\r?$/gm)].map(([, file = '']) => file)

/** With their folders, where a file that an Include pattern takes in may appear. */
function lookAt(files: string[], startedAt: number): Map<string, string> | null {
  const paths = new Set(files.flatMap((file) => [file, dirname(file)]))
  // Written while it was read: nobody knows which of the two was read.
  return [...paths].some((path) => changedAt(path) >= startedAt - CLOCK_STEP_MS) ? null : new Map([...paths].map((path) => [path, stampOf(path)]))
}

/** File systems keep times in steps. */
const CLOCK_STEP_MS = 20
const factsOf = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    // In a folder that is not ours to enter: ssh has said so, if it matters.
    return undefined
  }
}
const changedAt = (path: string): number => factsOf(path)?.mtimeMs ?? 0
function stampOf(path: string): string {
  const facts = factsOf(path)
  return facts === undefined ? 'none' : `${facts.ino} ${facts.size} ${facts.mtimeMs}`
}

const isOfTheMoment = ({ said, talk, ...more }: SshSaid): boolean =>
  said === 'nothing' || /^debug1: Executing command: |^debug\d: checking match for '.*localnetwork/m.test(talk) || ('text' in more && /^canonicalizehostname (?!false|no)/m.test(more.text))

function toHostConfig(text: string): HostConfig {
  const rows = text.split(/\r?\n/).map((row) => /^(\S+) (.*)$/.exec(row)).filter((row) => row !== null)
  const all = (keyword: string): string[] => rows.filter((row) => row[1]?.toLowerCase() === keyword).map((row) => row[2] ?? '')
  const first = (keyword: string): string | null => all(keyword)[0] ?? null
  const named = (keyword: string): string | null => {
    const value = first(keyword)
    return value?.toLowerCase() === 'none' ? null : value
  }
  const proxyJump = first('proxyjump')
  const seconds = Number(first('connecttimeout'))
  const notes: string[] = []
  if ((first('forwardagent') ?? 'no') !== 'no') notes.push('ForwardAgent is not applied: the agent is never forwarded.')
  return {
    // Its tokens are expanded already.
    hostName: first('hostname')?.replaceAll('%', '%%') ?? null,
    user: first('user'),
    port: Number(first('port')) || null,
    identityFiles: withoutDefaults(all('identityfile')),
    identitiesOnly: first('identitiesonly') === 'yes',
    identityAgent: first('identityagent'),
    proxyJump,
    proxyCommand: proxyJump === null ? named('proxycommand') : null,
    hostKeyAlias: first('hostkeyalias'),
    userKnownHostsFiles: filesIn(first('userknownhostsfile')),
    globalKnownHostsFiles: filesIn(first('globalknownhostsfile')),
    revokedHostKeys: named('revokedhostkeys'),
    strictHostKeyChecking: ['true', 'yes'].includes(first('stricthostkeychecking') ?? '') ? 'yes' : 'ask',
    connectTimeoutMs: seconds > 0 ? seconds * 1000 : null,
    notes,
    skipped: [],
  }
}

/** ssh also prints the names it would try by itself, which may be missing without a word; nobody writes all of them down. */
function withoutDefaults(files: string[]): string[] {
  const isDefault = files.length >= 4 && files.every((file) => /^~\/\.ssh\/id_[a-z0-9_]+$/.test(file))
  return isDefault ? [] : files
}

/** Several files on one line, without quotes: one begins where a path can begin. */
const filesIn = (line: string | null): string[] | null => line?.split(/ (?=[~/$%]|[A-Za-z]:|none$)/) ?? null
