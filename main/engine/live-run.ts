import { explainPrologue } from '#domain/flow/script.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { isElsewhere } from '#domain/run/lead.ts'
import { decideAll, PROGRAM } from '#domain/run/decide.ts'
import type { ClockReading as MachineReading } from '#domain/forecast/clock-ledger.ts'
import type { StoredEvent } from '#domain/run/events.ts'
import { evolve } from '#domain/run/evolve.ts'
import { react, wantsOf } from '#domain/run/react.ts'
import { USUAL_RESERVE_MS } from '#domain/forecast/no-return.ts'
import { createOutlook } from '#domain/forecast/outlook.ts'
import { baselineOf, baselineRange } from '#domain/run/baseline.ts'
import { monitoringEndsAt } from '#domain/run/follow-up.ts'
import { watchedRules } from '#domain/run/rules.ts'
import { sourcesOf } from '#domain/run/sources.ts'
import type { RunState } from '#domain/run/state.ts'
import { isEnded, statusOf } from '#domain/run/view.ts'
import type { Ports } from '#kinds/ports.ts'
import { stepKinds } from '#kinds/steps/index.ts'
import { createClockWatch } from './clock-watch.ts'
import { createEffects } from './effects.ts'
import { hideInCommand } from './hide.ts'
import { createJobRecord } from './job-record.ts'
import type { ClockReading, EngineOptions } from './options.ts'
import { createRecorder } from './recorder.ts'
import { recoverWork } from './recover-work.ts'
import type { RunHistory } from './run-history.ts'
import { createSampling } from './sampling.ts'
import { createSignal, type Signal } from './signal.ts'
import { createTimer } from './timer.ts'

/** A run that is open in this program: the state in memory, what it has going on, and who is to be woken. */
export interface LiveRun {
  state(): RunState
  /** Decides, records and publishes in one synchronous turn; effects begin after it. Throws Problem on a refusal. */
  handle(command: RunCommand, by: string): number
  /** After a restart: durable work is followed again, other work that was running is reported lost, what should be going on goes on. */
  recover(): void
  clock(): ClockReading
  events: Signal
  output: Signal
  samples: Signal
  clockChanged: Signal
  close(): Promise<void>
}

const RETRY_MS = 1000
/** A capture looks at a mebibyte; a little more tells it that the text was cut. */
const CAPTURE_BYTES = 1024 * 1024 + 65_536

/** What stands before a script ends with one line. */
const TAIL_BYTES = 4096

export function openLiveRun(options: EngineOptions & { history: RunHistory }, log: StoredEvent[]): LiveRun {
  const { storage } = options
  let state = log.reduce<RunState | null>((folded, stored) => evolve(folded, stored), null) as RunState
  const runId = state.id
  const clock = options.openClock(state)
  const secrets = options.openSecrets(state)
  const signals = { events: createSignal(), output: createSignal(), samples: createSignal(), clockChanged: createSignal() }
  const closing = new AbortController()
  let ports: Promise<Ports> | null = null
  let rate = 1
  let isTakingBaseline = false
  /** What was going on when the run was opened is followed from here. */
  let isFollowing = false
  let outlook: { of: ReturnType<typeof createOutlook>; excluded: ReadonlySet<string> } | null = null

  const recorder = createRecorder({
    runId, append: (rows) => storage.output.appendMany(rows), now: () => clock.now(), mask: secrets.mask, wake: signals.output,
    // Not in this turn: it is a command of its own.
    onLost: (about, bytes) => void Promise.resolve().then(() => tell({ type: 'report-output-lost', ...about, bytes })),
    onTrouble: (thrown) => options.log(thrown ? `storing output of run ${runId}` : `output of run ${runId} can be stored again`, thrown),
  })

  const openPorts = (): Promise<Ports> => {
    if (closing.signal.aborted) return Promise.reject(new Problem('closing', 'Holdpoint is closing.', 'Nothing was sent. Start it again, then retry.'))
    return (ports ??= options.openPorts(() => state, clock, secrets).catch((thrown: unknown) => {
      ports = null
      throw thrown
    }))
  }

  const handle = (command: RunCommand, by: string): number => {
    record(command, by, () => undefined)
    return state.version
  }

  /** Output is kept before its end is reported, so that what it says of the end is there to be read. */
  const explained = (command: RunCommand): RunCommand => {
    if ((command.type !== 'report-host-finished' && command.type !== 'report-probed') || command.result === null) return command
    const { stepId, attempt, host } = command
    const tail = (): string => new TextDecoder().decode(storage.output.tail({ runId, stepId, attempt, host, maxBytes: TAIL_BYTES }).text)
    return { ...command, result: explainPrologue(command.result, tail) }
  }

  /** Earlier runs are read when the first step is about to begin, and again when a person has said what of them counts. */
  const returnGate = (at: RunState, stepId: string, now: number) => {
    const excluded = storage.excludedSamples.keys()
    if (outlook?.excluded !== excluded) outlook = { of: createOutlook({ runbook: state.runbook, history: options.history(runId).history, reserveMs: USUAL_RESERVE_MS }), excluded }
    return outlook.of.gateOf(at, stepId, now)
  }

  /** One turn, with `also` in its transaction. False when there was nothing to record: then `also` was not done either. */
  const record = (command: RunCommand, by: string, also: () => void): boolean => {
    const now = Math.max(clock.now(), state.lastEventAt)
    const events = decideAll(state, hideInCommand(secrets.mask(), explained(command)), { now, by, machine: options.machine, returnGate })
    if (events.length === 0) return false
    const next = storage.together(() => {
      also()
      const stored = storage.journal.append(runId, state.version, events)
      const folded = stored.reduce<RunState>((before, one) => evolve(before, one), state)
      if (statusOf(folded) !== statusOf(state)) storage.runs.setStatus(runId, statusOf(folded), folded.finishedAt, monitoringEndsAt(folded))
      return folded
    })
    state = next
    signals.events.emit()
    for (const event of events) for (const effect of react(event)) effects.begin(effect)
    settle()
    return true
  }

  const job = (about: { stepId: string; attempt: number; host: string }) => createJobRecord({
    storage, key: { runId, ...about }, now: () => clock.now(), mask: secrets.mask, token: () => state.lead.token, record: (command, also) => record(command, PROGRAM, also), wake: signals.output.emit,
    report: (command) => void report(command).catch((thrown: unknown) => options.log(`recording ${command.type} of run ${runId}`, thrown)),
  })

  const stdout = (about: { stepId: string; attempt: number; host: string }): string => {
    const pieces: Uint8Array[] = []
    let length = 0
    for (const bytes of storage.output.readBytes({ runId, ...about, stream: 'stdout' })) {
      pieces.push(bytes)
      length += bytes.byteLength
      if (length > CAPTURE_BYTES) break
    }
    return new TextDecoder().decode(Buffer.concat(pieces))
  }

  /** An outcome that storage refuses is kept and offered again until it is taken or the program ends. */
  const report = async (command: RunCommand): Promise<void> => {
    for (let attempt = 0; !closing.signal.aborted; attempt += 1) {
      try {
        handle(command, PROGRAM)
        return
      } catch (thrown) {
        if (!toProblem(thrown).code.startsWith('storage-')) throw thrown
        if (attempt === 0) options.log(`recording ${command.type} of run ${runId}`, thrown)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  const tell = (command: RunCommand) => {
    report(command).catch((thrown: unknown) => options.log(`recording ${command.type} of run ${runId}`, thrown))
  }

  const effects = createEffects({
    state: () => state, storage, openPorts, recorder, report, tell, job, stdout, log: options.log, closing: closing.signal, forgetSecret: secrets.forget,
    onFenced: () => { if (!isFollowing) recover() },
  })
  const timer = createTimer({ clock, tick: () => report({ type: 'report-time' }), log: (thrown) => options.log(`the timer of run ${runId}`, thrown) })
  const sampling = createSampling({
    state: () => state, openPorts, report, tell, log: options.log, isClosing: () => closing.signal.aborted, again: () => settle(),
    store: (metric, samples) => {
      storage.samples.append(runId, metric, samples)
      signals.samples.emit()
    },
    recent: (metric, from) => storage.samples.range(runId, metric, from, clock.now()),
  })

  const watch = options.readClocks && createClockWatch({
    read: options.readClocks, zone: state.runbook.overview.window?.zone ?? null,
    last: () => (state.mode === 'live' ? readingOf(storage.settings.get(`clocks ${runId}`)) : null),
    keep: (reading) => {
      try {
        storage.settings.set(`clocks ${runId}`, reading)
      } catch (thrown) {
        // The next one may be kept again; until then a restart only says less exactly how long nobody watched.
        options.log(`keeping the clocks of run ${runId}`, thrown)
      }
    },
    // Not in this turn: it is a command of its own.
    note: (entry) => void Promise.resolve().then(() => tell({ type: 'report-clock', entry })),
  })

  /** From the stored readings, so that it is the same whenever it is worked out. */
  const takeBaseline = async (): Promise<void> => {
    const range = baselineRange(state)
    if (range === null) return
    const metrics = Object.fromEntries(sourcesOf(state).map(({ metric }) => [metric, baselineOf(storage.samples.range(runId, metric, range.from, range.to))]))
    await report({ type: 'report-baseline', ...range, metrics })
  }

  const settle = () => {
    if (isElsewhere(state, options.machine)) return
    const wants = wantsOf(state)
    if (wants.baseline && !isTakingBaseline) {
      isTakingBaseline = true
      // Not in this turn: it is a command of its own.
      void Promise.resolve().then(takeBaseline).catch((thrown: unknown) => options.log(`the baseline of run ${runId}`, thrown)).finally(() => { isTakingBaseline = false })
    }
    if (wants.rate !== rate) {
      rate = wants.rate
      clock.setRate(rate)
      signals.clockChanged.emit()
    }
    if (wants.sampling) sampling.start()
    else sampling.stop()
    timer.set(wants.wakeAt)
    // A rehearsal's time is its own, and may pass at sixty times the pace.
    watch?.set(state.mode === 'live' && state.stage !== 'planned' && !isEnded(state))
    if (isEnded(state)) finish()
  }

  const finish = () => {
    recorder.flush()
    const opened = ports
    ports = null
    opened?.then((open) => open.close()).catch((thrown: unknown) => options.log(`closing run ${runId}`, thrown))
  }

  const recover = () => {
    if (isElsewhere(state, options.machine)) return
    isFollowing = true
    recoverWork({ state, tell, begin: effects.begin, isSent: (about) => stepKinds[about.kind]?.durable === true && storage.jobs.find({ ...about, runId }) !== null })
    // Nobody looked meanwhile: what was judged before says nothing of now.
    for (const [thresholdId, { verdict }] of Object.entries(state.verdicts)) {
      const metric = watchedRules(state.runbook).find(({ threshold }) => threshold.id === thresholdId)?.threshold.metric
      if (metric !== undefined && verdict !== 'inconclusive') tell({ type: 'report-verdict', thresholdId, metric, verdict: 'inconclusive', doubt: 'no-data' })
    }
    settle()
  }

  const close = async () => {
    closing.abort(new Error('Holdpoint is closing'))
    sampling.stop()
    timer.set(null)
    watch?.set(false)
    const opened = ports
    ports = null
    await opened?.then((open) => open.close()).catch((thrown: unknown) => options.log(`closing run ${runId}`, thrown))
    // With the connections gone this reaches no host: running commands are left alone, not stopped. Durable ones are
    // found again at the next start; the others' steps are `unknown` then and a person decides.
    effects.stop('Holdpoint is closing')
    recorder.close()
  }

  return { ...signals, state: () => state, handle, recover, clock: () => clock.reading(), close }
}

/** What was kept by another version, or by hand, may be anything. */
function readingOf(kept: unknown): MachineReading | null {
  if (typeof kept !== 'object' || kept === null || !('utcMs' in kept) || !('monoMs' in kept)) return null
  return typeof kept.utcMs === 'number' && typeof kept.monoMs === 'number' ? { utcMs: kept.utcMs, monoMs: kept.monoMs } : null
}
