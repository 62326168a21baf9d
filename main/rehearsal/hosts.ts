import { randomBytes } from 'node:crypto'
import type { Clock } from '#kinds/ports.ts'
import { Problem } from '#domain/problem.ts'
import { playOutcome } from './answer.ts'
import { generateKey, type KeyPair } from './keys.ts'
import type { RehearsalPlan } from './script.ts'
import { startSshServer, type ExecWork, type SshServer } from './ssh-server.ts'

/** Where and how the SSH layer reaches a stand-in: all it needs, so that no file of the user's is read. */
export interface StandInAddress {
  address: string
  port: number
  user: string
  /** SSH wire form: the only key the client may accept. */
  knownKey: Buffer
  /** OpenSSH PEM. */
  privateKey: string
}

/** The stand-ins for every host of the runbook, embedded in this process. */
export interface RehearsalHosts {
  /** Throws `rehearsal-host` for a host that has no stand-in: nothing may reach a real one from here. */
  address(host: string): StandInAddress
  /** As `address`, but of a listener on the same host that presents another host key. */
  impostorAddress(host: string): StandInAddress
  /** Makes a host refuse every login, until called with false. */
  refuseLogins(host: string, refusing: boolean): void
  close(): Promise<void>
}

export interface RehearsalHostsOptions {
  hosts: string[]
  clock: Clock
  plan: RehearsalPlan
}

const USER = 'rehearsal'
/**
 * A script as the stand-ins take it: between two comments that say which step and attempt it is, and where it ends,
 * since the SSH layer keeps stdin open. To any real shell they are nothing.
 */
export function markScript(script: string, stepId: string, attempt: number): string {
  const mark = randomBytes(8).toString('hex')
  return `# holdpoint-step ${encodeURIComponent(stepId)} ${attempt} ${mark}\n${script}\n# holdpoint-step-end ${mark}\n`
}

const MARKED = /^# holdpoint-step (\S+) (\d{1,9}) ([0-9a-f]{16})\n([^]*)\n# holdpoint-step-end \3$/m

/** Starts two listeners a host (itself and its impostor) with fresh keys; the client key is made for this rehearsal only. */
export async function startRehearsalHosts(options: RehearsalHostsOptions): Promise<RehearsalHosts> {
  const clientKey = generateKey()
  const refusing = new Set<string>()
  const standIns = new Map(await Promise.all(options.hosts.map(async (name) => {
    const hostKey = generateKey()
    const serve = (key: KeyPair) => startSshServer({
      hostKey: key, user: USER, clientKey: clientKey.publicKey,
      isRefusing: () => refusing.has(name),
      isWhole: (script) => MARKED.test(script),
      exec: (work) => answerStep(name, work, options),
    })
    const [server, impostor] = await Promise.all([serve(hostKey), serve(generateKey())])
    return [name, { hostKey, server, impostor }] as const
  })))

  const standIn = (name: string) => {
    const found = standIns.get(name)
    if (found) return found
    throw new Problem('rehearsal-host', `The rehearsal has no stand-in for the host ${name}.`, 'Name it under hosts in the front matter of the runbook. Nothing was sent anywhere.')
  }
  const addressOf = (knownKey: Buffer, server: SshServer): StandInAddress =>
    ({ address: '127.0.0.1', port: server.port, user: USER, knownKey, privateKey: clientKey.privateKey })

  return {
    address: (name) => addressOf(standIn(name).hostKey.publicKey, standIn(name).server),
    impostorAddress: (name) => addressOf(standIn(name).hostKey.publicKey, standIn(name).impostor),
    refuseLogins: (name, isRefusing) => void (isRefusing ? refusing.add(name) : refusing.delete(name)),
    async close() {
      await Promise.all([...standIns.values()].flatMap(({ server, impostor }) => [server.close(), impostor.close()]))
    },
  }
}

/** A script without marks is nothing the rehearsal knows, so it fails rather than passing for a success. */
async function answerStep(host: string, { script, write, signal }: ExecWork, { clock, plan }: RehearsalHostsOptions) {
  const [, stepId, attempt, , command] = MARKED.exec(script) ?? []
  if (stepId === undefined || command === undefined) {
    write('stderr', Buffer.from(`[rehearsal] ${host} only answers steps of the runbook; nothing was run.\n`))
    return { end: 'exit', code: 127 } as const
  }
  const planned = plan.outcome(decodeURIComponent(stepId), host, Number(attempt), command)
  return playOutcome({ outcome: planned, clock, signal, write: (stream, text) => write(stream, Buffer.from(text)) })
}
