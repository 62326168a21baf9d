import { Problem } from '#domain/problem.ts'
import { pause } from '../abortable.ts'
import { askAboutKey, jitter, type ConnectWorld } from '../connect.ts'
import { givenUpProblem } from '../dial.ts'
import { clean, connectProblem } from '../failures.ts'
import { knownHostsCheck } from '../host-key-check.ts'
import { readKnownHosts } from '../known-hosts-files.ts'
import type { Hop } from '../resolve.ts'
import { refusedBySystem } from '../revoked-keys.ts'
import { lastWords } from './last-words.ts'
import { readLoginQuestion } from './login-questions.ts'
import { loginAnswersFor } from './logins.ts'
import { startMaster, type AnswerSsh, type Master, type MasterStart } from './master.ts'
import { passphrasesFor } from './passphrases.ts'

export interface SystemRoute {
  hop: Hop
  /** For messages. */
  place: string
  firstHop: string
  /** The socket of the master of the hop before, or null for a direct connection. */
  socket: string | null
  configFile: string | undefined
}

const NOTHING_SENT = 'No command was sent.'
const MAX_DROPS = 4

/** Connects one hop with the system's ssh, and asks a person about an unknown key where that is allowed. Throws Problem. */
export async function connectSystemHop(route: SystemRoute, world: ConnectWorld): Promise<Master> {
  const { hop, place } = route
  if (process.platform === 'win32') throw new Problem('ssh-client', `${place} is to be reached with the system's ssh, which cannot share connections on Windows.`, 'Take transport: ssh out of the runbook for this host.')
  for (let drops = 0; ;) {
    if (world.signal.aborted) throw givenUpProblem(place)
    const start = await startOnce(route, world)
    if (start.started === 'yes') return start.master
    if (start.started === 'missing') throw new Problem('ssh-client', `${place} is to be reached with the system's ssh, and there is none.`, `Install OpenSSH's client. ${NOTHING_SENT}`)
    if (world.signal.aborted) throw givenUpProblem(place)
    if (start.started === 'stopped') throw start.problem
    const revoked = refusedBySystem(start.said, place)
    if (revoked !== null) throw revoked
    if (/host key verification failed/i.test(start.said) && start.shown !== null) {
      const verdict = knownHostsCheck(hop, place, readKnownHosts(hop.knownHostsFiles)).judge(start.shown)
      if (verdict.answer === 'refused') throw verdict.problem
      if (verdict.answer === 'trusted') throw new Problem('ssh-host-key-unknown', `ssh does not trust the key of ${place}: ${lastWords(start.said)}.`, `Look at known_hosts and at the configuration of ssh for this host. ${NOTHING_SENT}`)
      await askAboutKey(route, start.shown, world)
      continue
    }
    if (!isDropped(start.said) || ++drops >= MAX_DROPS) throw systemProblem(start.said, hop, place)
    await pause(jitter(drops), world.signal)
  }
}

async function startOnce({ hop, place, firstHop, socket, configFile }: SystemRoute, world: ConnectWorld): Promise<MasterStart> {
  const login = await world.brake.begin(`${firstHop} ${hop.address}:${hop.port}`, place)
  const limiter = world.dialLimiter(firstHop)
  const release = await limiter.take()
  const leave = await world.crowd.take()
  const passphrases = passphrasesFor(hop, world)
  const logins = loginAnswersFor(hop, place, world, login)
  const ask: AnswerSsh = (question, signal) => {
    if (/^(?:Enter|Retype) .*password: *$/.test(question)) throw new Problem('ssh-auth', `${place} wants a new password for ${clean(hop.user)} before it lets anybody in.`, `Change it with "ssh ${hop.name}" in a terminal, then retry. ${NOTHING_SENT}`)
    const asked = readLoginQuestion(question)
    return asked === null ? passphrases.answer(question, signal) : logins.answer(asked, signal)
  }
  let start: MasterStart | null = null
  try {
    start = await startMaster(hop, { configFile, through: socket, keepaliveMs: world.keepaliveMs }, ask, world.signal)
    if (start.started === 'yes') for (const answers of [passphrases, logins]) answers.keep()
    if (start.started === 'no' && logins.hasAsked() && !isRefusal(start.said)) return { started: 'stopped', problem: notWaitedProblem(place) }
    if (start.started === 'no' && isDropped(start.said)) for (const places of [limiter, world.crowd]) places.shrink()
    return start
  } finally {
    leave()
    release()
    login.end(start?.started === 'yes' ? 'in' : start?.started === 'no' && isRefusal(start.said) ? 'refused' : 'otherwise')
  }
}

const isDropped = (said: string): boolean => /kex_exchange_identification|connection closed by|connection reset/i.test(said) && !isRefusal(said)
const isRefusal = (said: string): boolean => /permission denied|too many authentication failures/i.test(said)
/** ssh does not hear of it while a question is open, and another try would ask anew. */
const notWaitedProblem = (place: string): Problem => new Problem('ssh-auth', `${place} closed the connection before its question was answered: servers wait about two minutes (LoginGraceTime).`, `Retry, with the answer at hand. ${NOTHING_SENT}`)

function systemProblem(said: string, hop: Hop, place: string): Problem {
  const why = lastWords(said) || 'it ended without a word'
  if (isRefusal(said)) return new Problem('ssh-auth', `${place} did not accept the login as ${clean(hop.user)}: ${why}.`, `Try "ssh ${hop.name}" in a terminal. ${NOTHING_SENT}`)
  if (/unable to negotiate|no matching/i.test(said)) return new Problem('ssh-algorithms', `${place} and ssh have nothing in common: ${why}.`, `Update its sshd, or allow the algorithm in the configuration of ssh. ${NOTHING_SENT}`)
  if (/bad configuration option|bad owner or permissions|config.* line \d+/i.test(said)) return new Problem('ssh-config', `ssh cannot use its configuration for ${place}: ${why}.`, `Mend it; OpenSSH 8.5 or newer is needed. ${NOTHING_SENT}`)
  return connectProblem(new Error(why), place)
}
