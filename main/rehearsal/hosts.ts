import type { ClickedFault } from '#domain/clicked-faults.ts'
import type { Clock } from '#kinds/ports.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { generateKey, type KeyPair } from './keys.ts'
import type { RehearsalPlan } from './script.ts'
import { startSshServer, type SshServer } from './ssh-server.ts'
import { createStandIn, type StandIn } from './stand-in.ts'

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
  /** How long a step's attempt has run on a host, in rehearsal time; 0 when it has not begun. */
  ranMs(host: string, stepId: string, attempt: number): number
  /** Harms what runs on a host now; false when nothing does, or when only a later command can be harmed so. */
  strike(host: string, fault: ClickedFault): boolean
  close(): Promise<void>
}

export interface RehearsalHostsOptions {
  hosts: string[]
  clock: Clock
  plan: RehearsalPlan
}

const USER = 'rehearsal'

/** Starts a listener for each host with a fresh host key; the client key is made for this rehearsal only. */
export async function startRehearsalHosts(options: RehearsalHostsOptions): Promise<RehearsalHosts> {
  const clientKey = generateKey()
  const refusing = new Set<string>()
  const servers = new Set<SshServer>()
  const found = new Map<string, { hostKey: KeyPair; server: SshServer; standIn: StandIn }>()
  const closeAll = async () => {
    for (const { standIn } of found.values()) standIn.close()
    await Promise.all([...servers].map((server) => server.close()))
  }
  const serve = async (name: string, hostKey: KeyPair, standIn: StandIn) => {
    const server = await startSshServer({
      hostKey, user: USER, clientKey: clientKey.publicKey,
      isRefusing: () => refusing.has(name),
      isDown: standIn.isDown,
      exec: standIn.answer,
    })
    servers.add(server)
    return server
  }
  try {
    for (const name of options.hosts) {
      const hostKey = generateKey()
      const standIn = createStandIn({ name, clock: options.clock, plan: options.plan, cut: () => found.get(name)?.server.cut() })
      found.set(name, { hostKey, standIn, server: await serve(name, hostKey, standIn) })
    }
  } catch (thrown) {
    await closeAll()
    throw new Problem('rehearsal-start', `The ${options.hosts.length} stand-ins for the rehearsal could not be started: ${toProblem(thrown).message}`, 'The machine may be out of ports or open files. Nothing was run; close other programs and start the step again.', thrown)
  }

  const named = (name: string) => {
    const host = found.get(name)
    if (host) return host
    throw new Problem('rehearsal-host', `The rehearsal has no stand-in for the host ${name}.`, 'Name it under hosts in the front matter of the runbook. Nothing was sent anywhere.')
  }
  const addressOf = (knownKey: Buffer, server: SshServer): StandInAddress =>
    ({ address: '127.0.0.1', port: server.port, user: USER, knownKey, privateKey: clientKey.privateKey })

  return {
    address: (name) => addressOf(named(name).hostKey.publicKey, named(name).server),
    async startImpostor(name) {
      const server = await serve(name, generateKey(), named(name).standIn)
      return {
        address: addressOf(named(name).hostKey.publicKey, server),
        close: () => {
          servers.delete(server)
          return server.close()
        },
      }
    },
    refuseLogins: (name, isRefusing) => void (isRefusing ? refusing.add(name) : refusing.delete(name)),
    ranMs: (name, stepId, attempt) => named(name).standIn.ranMs(stepId, attempt),
    strike: (name, fault) => named(name).standIn.strike(fault),
    close: closeAll,
  }
}
