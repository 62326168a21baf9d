import { randomBytes } from 'node:crypto'
import type { Clock } from '#kinds/ports.ts'
import { Problem, toProblem } from '#domain/problem.ts'
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
  /** Another listener for the same host that shows another host key than the address says; the caller closes it. */
  startImpostor(host: string): Promise<{ address: StandInAddress; close(): Promise<void> }>
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

/** Starts a listener for each host with a fresh host key; the client key is made for this rehearsal only. */
export async function startRehearsalHosts(options: RehearsalHostsOptions): Promise<RehearsalHosts> {
  const clientKey = generateKey()
  const refusing = new Set<string>()
  const servers = new Set<SshServer>()
  const closeAll = async () => void await Promise.all([...servers].map((server) => server.close()))
  const serve = async (name: string, hostKey: KeyPair) => {
    const server = await startSshServer({
      hostKey, user: USER, clientKey: clientKey.publicKey,
      isRefusing: () => refusing.has(name),
      isWhole: (script) => MARKED.test(script),
      exec: (work) => answerStep(name, work, options),
    })
    servers.add(server)
    return server
  }
  const standIns = new Map<string, { hostKey: KeyPair; server: SshServer }>()
  try {
    for (const name of options.hosts) {
      const hostKey = generateKey()
      standIns.set(name, { hostKey, server: await serve(name, hostKey) })
    }
  } catch (thrown) {
    await closeAll()
    throw new Problem('rehearsal-start', `The ${options.hosts.length} stand-ins for the rehearsal could not be started: ${toProblem(thrown).message}`, 'The machine may be out of ports or open files. Nothing was run; close other programs and start the step again.', thrown)
  }

  const standIn = (name: string) => {
    const found = standIns.get(name)
    if (found) return found
    throw new Problem('rehearsal-host', `The rehearsal has no stand-in for the host ${name}.`, 'Name it under hosts in the front matter of the runbook. Nothing was sent anywhere.')
  }
  const addressOf = (knownKey: Buffer, server: SshServer): StandInAddress =>
    ({ address: '127.0.0.1', port: server.port, user: USER, knownKey, privateKey: clientKey.privateKey })

  return {
    address: (name) => addressOf(standIn(name).hostKey.publicKey, standIn(name).server),
    async startImpostor(name) {
      const server = await serve(name, generateKey())
      return {
        address: addressOf(standIn(name).hostKey.publicKey, server),
        close: () => {
          servers.delete(server)
          return server.close()
        },
      }
    },
    refuseLogins: (name, isRefusing) => void (isRefusing ? refusing.add(name) : refusing.delete(name)),
    close: closeAll,
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
