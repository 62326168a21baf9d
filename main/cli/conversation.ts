import { USUAL_RESERVE_MS } from '#domain/forecast/no-return.ts'
import { createOutlook } from '#domain/forecast/outlook.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { nextMove } from '#domain/run/autopilot.ts'
import type { RunState } from '#domain/run/state.ts'
import { timingOf } from '#domain/timing.ts'
import { readVerdicts } from '#api/verdicts.ts'
import type { App } from '../app.ts'
import type { Asker } from './asker.ts'
import { answerToCommand, questionFor } from './questions.ts'
import { describeBoundaries, describeRollback, type Look } from './rollback-words.ts'
import { harmless, paint } from './terminal.ts'
import { describeVerdicts } from './verdict-words.ts'
import { watchRun } from './watch.ts'

/**
 * Takes a live run to its end with the person at the terminal. Something can be answered at every moment, so that the
 * rollback is never further away than a line; the question changes only when what the run waits for does.
 */
export async function converse(app: App, runId: string, asker: Asker, json: boolean): Promise<RunState> {
  let asking: { key: string; controller: AbortController } | null = null

  const lookAt = (state: RunState): Look => {
    const { history } = app.engine.history(runId)
    const made = createOutlook({ runbook: state.runbook, history, reserveMs: USUAL_RESERVE_MS })
    const now = app.engine.live(runId)?.clock().at ?? state.lastEventAt
    return { outlook: made.at(state, now), forecasts: made.forecasts, windowEndAt: timingOf(state, now).window?.endAt ?? null, now }
  }
  const shown = (describe: (state: RunState, look: Look) => string): string => {
    const state = app.engine.state(runId)
    return describe(state, lookAt(state))
  }

  const consider = (state: RunState): void => {
    if (state.stage === 'ended' || state.aborting) return asking?.controller.abort(new Error('nothing to ask'))
    const suggested = nextMove(state, { onTrigger: 'rollback', retries: Number.MAX_SAFE_INTEGER }, app.engine.live(runId)?.clock().at)
    const { text, choices } = questionFor(state, suggested)
    const key = JSON.stringify([suggested, text])
    if (asking?.key === key) return
    asking?.controller.abort(new Error('another question'))
    const current = (asking = { key, controller: new AbortController() })
    asker.ask(`${paint('cyan', '?')} ${text}\n  ${paint('dim', choices)}`, { signal: current.controller.signal }).then((answer) => {
      const outcome = answerToCommand(state, suggested, answer, {
        rollback: () => shown(describeRollback),
        boundaries: () => shown(describeBoundaries),
        verdicts: () => describeVerdicts(app.engine.state(runId), readVerdicts(app, runId)),
      })
      asking = null
      if ('help' in outcome) {
        asker.say(outcome.help)
        return consider(app.engine.state(runId))
      }
      // What it led to is told first; the next question comes with it.
      app.engine.handle(runId, outcome.command, app.operator())
    }).catch((thrown: unknown) => {
      if (current.controller.signal.aborted || isLeft) return
      const { message, hint } = toProblem(thrown)
      asker.say(harmless(`${message} ${hint}`))
      if (asking === null) consider(app.engine.state(runId))
    })
  }

  let isLeft = false
  const leaving = asker.left.then(() => {
    isLeft = true
    throw new Problem('run-left', 'You left the run.', `It stands as it is: open the app, or see it with holdpoint report ${runId}.`)
  })
  const { ended, stop } = watchRun(app, runId, { json, say: asker.say, move: consider })
  try {
    return await Promise.race([ended, leaving])
  } finally {
    isLeft = true
    stop()
  }
}
