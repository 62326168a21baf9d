import { randomUUID } from 'node:crypto'
import type { ClickedFault } from '#domain/clicked-faults.ts'
import type { Clock } from '#kinds/ports.ts'
import { readExecCall } from './exec-call.ts'
import { playPlainly } from './follow.ts'
import { createHelper } from './helper.ts'
import { readInput } from './input.ts'
import { startJob, type Job, type JobHost } from './job.ts'
import { probeNonce, readMarkedScript } from './marked-script.ts'
import type { PlannedOutcome, RehearsalPlan } from './script.ts'
import type { ExecEnd, ExecWork } from './ssh-server.ts'

/** One host of the rehearsal and what outlives its connections: commands, how they ended, and which boot this is. */
export interface StandIn {
  answer(work: ExecWork): Promise<ExecEnd>
  /** Nobody can connect now. */
  isDown(): boolean
  /** How long a step's attempt has run here, in rehearsal time; 0 when it has not begun. */
  ranMs(stepId: string, attempt: number): number
  /** Harms what runs here now; false when nothing does, or when only a later command can be harmed so. */
  strike(fault: ClickedFault): boolean
  close(): void
}

export interface StandInOptions {
  name: string
  clock: Clock
  plan: RehearsalPlan
  /** Cuts every connection to the host. */
  cut(): void
}

const LINK_DOWN_MS = 30_000
const REBOOT_MS = 60_000
/** How far a wrong clock of a host is behind. */
const BEHIND_MS = 67 * 60_000
/** Where a stand-in says that jobs are kept. */
const ROOT = '/rehearsal/holdpoint'

export function createStandIn({ name, clock, plan, cut }: StandInOptions): StandIn {
  const begun = new Map<string, Job>()
  let bootId = randomUUID()
  let downUntil = -Infinity

  const goDown = (ms: number): void => {
    downUntil = clock.now() + ms
    cut()
  }
  const loseAll = (): void => {
    for (const job of begun.values()) job.lose()
  }
  const host: JobHost = {
    dropLinks: () => goDown(LINK_DOWN_MS),
    reboot: () => {
      bootId = randomUUID()
      loseAll()
      goDown(REBOOT_MS)
    },
    wrongTime: () => new Date(clock.now() - BEHIND_MS).toISOString(),
  }
  /** Null when its disk is full. A script that is no step of the runbook fails rather than passing for a success. */
  const begin = (text: string): Job | null => {
    const marked = readMarkedScript(text)
    if (marked === null) return startJob({ outcome: notOfTheRunbook(name), script: text, clock, host })
    const { stepId, attempt, script } = marked
    const outcome = plan.outcome(stepId, name, attempt, script)
    if (outcome.fault === 'disk-full') return null
    const job = startJob({ outcome, script, clock, host })
    begun.set(keyOf(stepId, attempt), job)
    return job
  }
  const helper = createHelper({ bootId: () => bootId, begin })

  const answerScript = async (text: string, work: ExecWork): Promise<ExecEnd> => {
    const nonce = probeNonce(text)
    const job = nonce === null ? begin(text) : null
    if (job !== null) return await playPlainly(job, work)
    if (nonce !== null) work.write('stdout', Buffer.from(`\nholdpoint ${nonce} durable ${bootId} ${ROOT}\n`))
    return { end: 'exit', code: nonce === null ? CANNOT_WRITE : 0 }
  }

  return {
    answer: async (work) => {
      const call = readExecCall(work.command)
      if (call === null) return { end: 'exit', code: NOT_FOUND }
      const input = readInput(work.input)
      if (call.verb === 'script') {
        const text = await input.until(call.mark)
        return text === null ? { end: 'exit', code: 255 } : await answerScript(text, work)
      }
      const say = (line: string): void => work.write('stdout', Buffer.from(`${line}\n`))
      await helper(call, input, {
        say, clock, signal: work.signal,
        data: (stream, offset, bytes) => {
          say(`data ${stream === 'stdout' ? 'out' : 'err'} ${offset} ${bytes.length}`)
          work.write('stdout', bytes)
          say('')
        },
      })
      return { end: 'exit', code: 0 }
    },
    isDown: () => clock.now() < downUntil,
    ranMs: (stepId, attempt) => begun.get(keyOf(stepId, attempt))?.ranMs() ?? 0,
    strike: (fault) => {
      const running = [...begun.values()].filter((job) => job.end() === null)
      const striking = fault === 'disk-full' ? 'disk-fills' : fault
      if (running.length === 0 || striking === 'refuse-auth' || striking === 'changed-host-key') return false
      for (const job of running) job.strike(striking)
      return true
    },
    close: loseAll,
  }
}

/** Exit codes of a shell. */
const NOT_FOUND = 127
const CANNOT_WRITE = 2

const keyOf = (stepId: string, attempt: number): string => JSON.stringify([stepId, attempt])

function notOfTheRunbook(name: string): PlannedOutcome {
  return { durationMs: 0, exitCode: NOT_FOUND, stdout: '', stderr: `[rehearsal] ${name} only answers steps of the runbook; nothing was run.\n`, fault: 'none' }
}
