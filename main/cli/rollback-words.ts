import { describeForecast } from '#domain/forecast/forecast.ts'
import type { Forecasts } from '#domain/forecast/forecast.ts'
import { costOfGoingBackTo, rollbackFit } from '#domain/forecast/rollback-cost.ts'
import type { Outlook } from '#domain/forecast/outlook.ts'
import { rollbackWords } from '#domain/forecast/rollback-words.ts'
import { boundariesOf, undoTo } from '#domain/run/boundaries.ts'
import { leftToDo } from '#domain/run/left-to-do.ts'
import type { RunState } from '#domain/run/state.ts'
import { undoOfAll, type Undo } from '#domain/run/undo.ts'
import { automatedRunning, isManual } from '#domain/run/view.ts'
import type { Step } from '#domain/step.ts'
import { harmless } from './terminal.ts'

const DOUBTS: Record<Undo['certainty'], string> = { changed: '', maybe: '; may have been applied in part', unknown: '; nobody knows how it ended, so it waits for you' }
const FITS: Record<Outlook['rollbackFit']['fits'], string> = {
  fits: 'It fits the window.', tight: 'It may not fit the window.', over: 'It does not fit the window.', unclear: 'Nobody can say whether it fits the window.',
}

/** How the run stands in time. */
export interface Look {
  outlook: Outlook
  forecasts: Forecasts
  windowEndAt: number | null
  now: number
}

/** What a rollback would do now, how long that takes and whether it fits, before anybody says why. */
export function describeRollback(state: RunState, { outlook, forecasts }: Look): string {
  const line = (step: Step, doubt: string): string => {
    const forecast = forecasts.get(step.id)
    const where = step.hosts.length > 0 ? ` on ${step.hosts.join(', ')}` : isManual(step) ? ', by hand' : ''
    return harmless(`${step.title}${where}${forecast === undefined ? '' : ` (${describeForecast(forecast)})`}${doubt}`)
  }
  const steps = [...undoOfAll(state).map(({ step, certainty }) => line(step, DOUBTS[certainty])), ...state.runbook.rollback.steps.map((step) => line(step, ''))]
  const running = automatedRunning(state).filter(({ lane }) => lane === 'forward').map(({ step }) => `"${harmless(step.title)}"`).join(', ')
  const { validation } = state.runbook.rollback
  return [
    'A rollback now would do this:', ...steps.map((words, index) => `  ${index + 1}. ${words}`), ...validation.map(({ text }) => `  - check: ${harmless(text)}`),
    ...(running === '' ? [] : [`${running} is running: b WHY stops it first, l WHY lets it end first. Nothing else goes forward.`]),
    `${outlook.rollback.nothingDone ? 'Nothing has been changed yet.' : rollbackWords(outlook)} ${FITS[outlook.rollbackFit.fits]}`,
  ].join('\n')
}

/** The phases that the run can go back to before, what that would take back, how long it takes and whether it fits; or why not. */
export function describeBoundaries(state: RunState, { forecasts, windowEndAt, now }: Look): string {
  const cost = (phaseId: string): string => {
    const rollback = costOfGoingBackTo(state, phaseId, forecasts)
    return `. ${rollbackWords({ rollback })} ${FITS[rollbackFit(rollback, windowEndAt, now).fits]}`
  }
  const lines = boundariesOf(state).map(({ phase, lacking }) => {
    const undo = undoTo(state, phase.id)
    const what = lacking.length > 0 ? `cannot be gone back to, no undo: ${lacking.map(({ title }) => `"${title}"`).join(', ')}`
      : undo.length === 0 ? 'nothing has to be taken back' : `takes back ${undo.map(({ step }) => `"${step.title}"${step.hosts.length === 0 ? '' : ` on ${step.hosts.join(', ')}`}`).join(', then ')}${cost(phase.id)}`
    return harmless(`  ${phase.number}. before ${phase.title}: ${what}`)
  })
  return lines.length === 0 ? 'No phase has begun: there is nothing to go back to.' : ['Go back to before a phase with its number and why, such as t 2 wrong build:', ...lines].join('\n')
}

/** What a rollback that was not finished has left to people, a line each; empty when there is nothing. */
export const describeLeft = (state: RunState): string[] =>
  leftToDo(state).map(({ title, hosts, status }) => harmless(`  left to do by hand: ${title}${hosts.length === 0 ? '' : ` on ${hosts.join(', ')}`} (${status})`))
