import type { RunningFault } from '#domain/rehearsal-script.ts'
import type { Clock, OutputStream } from '#kinds/ports.ts'
import type { DoneHow } from '#ssh/durable/attach.ts'
import { moments } from './moments.ts'
import type { PlannedOutcome } from './script.ts'

/** How a command ended, in the helper's words, or that nobody saw it. */
export type JobEnd = { how: DoneHow; code: number } | { how: 'rebooted' }

/** A command that stands for one on a host: it prints and ends as planned, at the pace of the rehearsal's clock, and runs nothing. */
export interface Job {
  length(stream: OutputStream): number
  read(stream: OutputStream, from: number): Buffer
  end(): JobEnd | null
  /** Resolves when it prints more or ends. */
  changed(): Promise<void>
  /** How long each word of it is under way to the client, in rehearsal time. */
  delayMs(): number
  /** How long it has run, in rehearsal time. */
  ranMs(): number
  strike(fault: RunningFault | 'exit'): void
  /** What TERM does to it. */
  terminate(): void
  /** Its host was started anew. */
  lose(): void
}

export interface JobWork {
  outcome: PlannedOutcome
  script: string
  clock: Clock
  host: JobHost
}

/** What a command's faults do to the host it runs on. */
export interface JobHost {
  /** Cuts every connection; nobody can connect for a while. */
  dropLinks(): void
  /** Ends every command without a word, and cuts every connection for a while. */
  reboot(): void
  /** What the host's own clock says when it is wrong. */
  wrongTime(): string
}

/** The exit code of what TERM ended. */
const TERMINATED = 128 + 15
const SLOW_MS = 2000
/** 64 KiB, so often that it is more than the 4 MiB that HOLDPOINT_OUTPUT_LIMIT is on the stand-ins. */
const FLOOD = `${'y'.repeat(63)}\n`.repeat(1024)
const FLOOD_TIMES = 65
const FLOOD_EVERY_MS = 50

export function startJob({ outcome, script, clock, host }: JobWork): Job {
  const output: Record<OutputStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  const startedAt = clock.now()
  const over = new AbortController()
  let endedAt: number | null = null
  let end: JobEnd | null = null
  /** It prints nothing more as planned, and does not end by itself. */
  let isStuck = false
  let delayMs = 0
  let change = newChange()

  const emit = (): void => {
    change.resolve()
    change = newChange()
  }
  const finish = (how: JobEnd): void => {
    if (end !== null) return
    end = how
    endedAt = clock.now()
    over.abort()
    emit()
  }
  const print = (stream: OutputStream, text: string): void => {
    if (end !== null) return
    output[stream] = Buffer.concat([output[stream], Buffer.from(text)])
    emit()
  }
  const flood = async (): Promise<void> => {
    isStuck = true
    const since = clock.now()
    for (let printed = 0; printed < FLOOD_TIMES;) {
      await clock.sleep(FLOOD_EVERY_MS, over.signal)
      const due = Math.min(Math.floor((clock.now() - since) / FLOOD_EVERY_MS), FLOOD_TIMES)
      print('stdout', FLOOD.repeat(due - printed))
      printed = due
    }
    finish({ how: 'limit', code: TERMINATED })
  }
  const strikes: Record<RunningFault | 'exit', () => void> = {
    exit: () => finish({ how: 'exit', code: 1 }),
    'link-drop': host.dropLinks,
    'slow-link': () => { delayMs = SLOW_MS },
    hang: () => { isStuck = true },
    reboot: host.reboot,
    'disk-fills': () => {
      print('stderr', 'write error: No space left on device\n')
      finish({ how: 'room', code: TERMINATED })
    },
    'output-flood': () => untilOver(flood()),
    'sudo-prompt': () => {
      const { words, code } = sudoRefusal(script)
      print('stderr', words)
      finish({ how: 'exit', code })
    },
    'clock-skew': () => print('stdout', `[rehearsal] by this host's own clock it is ${host.wrongTime()}\n`),
  }
  const play = async (): Promise<void> => {
    for (const moment of moments(outcome)) {
      const wait = startedAt + outcome.durationMs * moment.share - clock.now()
      if (wait > 0) await clock.sleep(wait, over.signal)
      if (isStuck) return
      if ('fault' in moment) strikes[moment.fault]()
      else if ('text' in moment) print(moment.stream, moment.text)
      else finish({ how: 'exit', code: outcome.exitCode })
    }
  }
  /** Its end breaks off whatever it is at. */
  const untilOver = (work: Promise<void>): void => void work.catch((thrown: unknown) => {
    if (!over.signal.aborted) throw thrown
  })
  untilOver(play())

  return {
    length: (stream) => output[stream].length,
    read: (stream, from) => output[stream].subarray(from),
    end: () => end,
    changed: () => change.promise,
    delayMs: () => delayMs,
    ranMs: () => (endedAt ?? clock.now()) - startedAt,
    strike: (fault) => {
      if (end === null) strikes[fault]()
    },
    terminate: () => finish({ how: 'exit', code: TERMINATED }),
    lose: () => finish({ how: 'rebooted' }),
  }
}

/** A job that was kept from beginning. */
export function neverBegun(): Job {
  return {
    length: () => 0, read: () => Buffer.alloc(0), end: () => ({ how: 'never', code: 0 }), changed: () => Promise.resolve(),
    delayMs: () => 0, ranMs: () => 0, strike: () => undefined, terminate: () => undefined, lose: () => undefined,
  }
}

const newChange = (): PromiseWithResolvers<void> => Promise.withResolvers<void>()

/** Says what a shell would say: the words and the exit code that domain/flow/script.ts put behind its call of sudo, or sudo's own. */
function sudoRefusal(script: string): { words: string; code: number } {
  const asked = 'sudo: a password is required\n'
  const [, words, code] = /'(holdpoint: sudo: .*; nothing was run)' >&2; exit (\d{1,3});/.exec(script) ?? []
  return words === undefined ? { words: asked, code: 1 } : { words: `${asked}${words.replaceAll(String.raw`'\''`, "'")}\n`, code: Number(code) }
}
