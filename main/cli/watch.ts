import { nextMove, type AutopilotPolicy } from '#domain/run/autopilot.ts'
import { describeEvent } from '#domain/run/describe.ts'
import type { StoredEvent } from '#domain/run/events.ts'
import type { RunState } from '#domain/run/state.ts'
import { isRollbackFailed, statusOf } from '#domain/run/view.ts'
import { timingOf } from '#domain/timing.ts'
import { formatDuration } from '#domain/duration.ts'
import type { App } from '../app.ts'
import { describeLeft } from './rollback-words.ts'
import { EXIT, harmless, paint, talk } from './terminal.ts'

const LOOK_MS = 1000

/**
 * Follows a run to its end: prints each event as it happens (JSON lines on stdout with `json`), and asks `move` what to
 * do after each change until the run has ended or `stop` is called.
 */
export function watchRun(app: App, runId: string, options: { json: boolean; move(state: RunState): void; say?: (line: string) => void }): { ended: Promise<RunState>; stop(): void } {
  let seen = 0
  const zone = app.engine.state(runId).runbook.overview.window?.zone ?? 'UTC'
  let stop = () => undefined as void
  const ended = new Promise<RunState>((resolve, reject) => {
    const turn = () => {
      try {
        for (const stored of app.storage.journal.read(runId, seen)) {
          seen = stored.seq
          tell(stored, app.engine.state(runId), zone, options)
        }
        const state = app.engine.state(runId)
        if (state.stage === 'ended') {
          stop()
          resolve(state)
        } else options.move(state)
      } catch (thrown) {
        stop()
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)))
      }
    }
    const later = () => void setImmediate(turn)
    const off = app.engine.live(runId)?.events.on(later)
    // Time alone may call for a move too: a monitoring time that is over and cannot end brings no event.
    const timer = setInterval(later, LOOK_MS)
    stop = () => {
      clearInterval(timer)
      off?.()
    }
    later()
  })
  return { ended, stop: () => stop() }
}

/** Takes a rehearsal to its end without a person. */
export function driveRehearsal(app: App, runId: string, policy: AutopilotPolicy, json: boolean): Promise<RunState> {
  return watchRun(app, runId, {
    json,
    move: (state) => {
      const move = nextMove(state, policy, app.engine.live(runId)?.clock().at)
      if (move) app.engine.handle(runId, move, 'rehearsal autopilot')
    },
  }).ended
}

function tell(stored: StoredEvent, state: RunState, zone: string, { json, say = talk }: { json: boolean; say?: (line: string) => void }): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(stored)}\n`)
    return
  }
  const { event } = stored
  if (event.type === 'host-started' || event.type === 'verdict-changed') return
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(event.at)
  const who = event.by === 'holdpoint' ? '' : paint('dim', ` (${harmless(event.by)})`)
  const mark = state.mode === 'rehearsal' ? `${paint('magenta', 'REHEARSAL')} ` : ''
  say(`${mark}${paint('dim', time)} ${coloured(event.type, harmless(describeEvent(event, state.runbook)))}${who}`)
}

function coloured(type: string, text: string): string {
  if (type === 'breach-opened' || type === 'rollback-started' || type === 'rollback-widened' || type === 'forward-abort-requested' || type === 'abort-requested') return paint('red', text)
  if (type === 'gate-reached' || type === 'return-gate-reached' || type === 'no-data-noticed' || type === 'rollback-countdown-started') return paint('yellow', text)
  if (type === 'phase-started' || type === 'phase-boundary-restored' || type === 'run-finished') return paint('bold', text)
  return text
}

/** The exit code an ended run stands for. */
export function exitCodeOf(state: RunState): number {
  if (state.outcome === 'succeeded') return EXIT.succeeded
  if (state.outcome === 'rolled-back') return EXIT.rolledBack
  if (Object.values(state.steps).some((step) => step.status === 'unknown')) return EXIT.unknown
  return state.rollback ? EXIT.rollbackFailed : EXIT.failed
}

/** The last word on an ended run. */
export function summarise(state: RunState): string {
  const timing = timingOf(state, state.finishedAt ?? state.lastEventAt)
  const took = state.startedAt === null ? '' : ` after ${formatDuration((state.finishedAt ?? state.lastEventAt) - state.startedAt)}`
  const over = timing.overrunMs !== null && timing.overrunMs > 0 ? `, ${formatDuration(timing.overrunMs)} over the window` : ''
  const how = isRollbackFailed(state) ? 'rollback failed' : statusOf(state).replace('ended-', '').replace('-', ' ')
  return [`${state.mode === 'rehearsal' ? 'REHEARSAL ' : ''}${how}${took}${over}. Run ${state.id}.`, ...describeLeft(state)].join('\n')
}
