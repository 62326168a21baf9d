import { expect, test } from 'vitest'
import { nextAction } from '#renderer/parts/room/next-action.ts'
import { keyAction } from '#renderer/parts/room/key-action.ts'
import { actionByKey, actionsFor, refusalFor } from '#renderer/parts/room/row-actions.ts'
import { commandOf } from '#renderer/parts/room/asks.ts'
import { openByStage, pathTo, treeOf, visibleRows } from '#renderer/parts/room/tree-rows.ts'
import { dueAt } from '#domain/messages.ts'
import { finishRunning } from '#support/fake-journal.ts'
import { scenarios } from '#support/room-scenarios.ts'
import type { ScenarioName } from '#support/room-scenarios.ts'

const NOW = Date.UTC(2026, 11, 1, 21, 0)
const stateOf = (name: ScenarioName) => scenarios[name](NOW).state()
const said = (name: ScenarioName) => {
  const { tone, title, focusId, primary, second } = nextAction(stateOf(name))
  return [tone, title, focusId, primary?.label ?? null, primary?.key ?? null, second?.label ?? null]
}

test.each<[ScenarioName, unknown[]]>([
  ['planned', ['act', 'Start the run', null, 'Start run', 'Enter', null]],
  ['preparation', ['act', 'Changelog updated', 'code-2', 'Tick', 'Space', 'Waive']],
  ['gate', ['act', 'Go or no-go: phase 2, Application Deployment?', 'gate-before-phase-2', 'Go', 'Enter', 'No-go']],
  ['running', ['watch', 'Deploy new version', 'deploy', null, null, null]],
  ['failed', ['bad', '“Deploy new version” failed', 'deploy', 'Retry', 'r', null]],
  ['unknown', ['unknown', 'Nobody knows how “Deploy new version” ended', 'deploy', 'Probe', 'q', null]],
  ['by-hand', ['act', 'Start application services', 'start', 'Run step', 'Enter', 'Skip']],
  ['sign-off', ['bad', 'Go or no-go past the point of no return: “Enable maintenance mode”?', 'maintenance-on', 'Go…', 'Enter', 'No-go']],
  ['countdown', ['bad', 'A rollback trigger has fired', 'deploy', 'Roll back', 'Shift+R', 'Hold and watch']],
  ['blind', ['bad', 'No data for error rate', 'deploy', 'Go on without…', '', null]],
  ['rollback', ['watch', 'Undo: Enable maintenance mode', 'undo:maintenance-on', null, null, null]],
  ['rollback-failed', ['done', 'The rollback failed', null, 'Open report', 'Enter', null]],
  ['monitoring', ['watch', 'Monitoring', null, null, null, 'End monitoring']],
  ['follow-up', ['watch', 'Follow-up monitoring', null, null, null, 'End monitoring']],
  ['ended', ['done', 'The run succeeded', null, 'Open report', 'Enter', null]],
])('%s: the one thing to do next', (name, expected) => {
  expect(said(name)).toEqual(expected)
})

test('every primary action of every scenario is one the domain takes', () => {
  for (const name of Object.keys(scenarios) as ScenarioName[]) {
    const state = stateOf(name)
    const { focusId, primary } = nextAction(state)
    if (primary === null) continue
    expect([name, refusalFor(state, primary)]).toEqual([name, null])
    // What answers an alarm is about the run, not about a row.
    if (focusId === null || 'ask' in primary.does) continue
    expect([name, keyAction(state, null, primary.key)?.label]).toEqual([name, primary.label])
  }
})

test('what cannot be done says why, in the domain\'s words', () => {
  const later = actionsFor(stateOf('by-hand'), 'backup').find((action) => action.key === 'Enter')
  expect(later?.refusal).toBe('"Backup current database" is not next: "Start application services" is.')
})

test('an unknown step offers no retry without a question, and gives the reason with it', () => {
  const retry = actionsFor(stateOf('unknown'), 'deploy').find((action) => action.key === 'r')
  expect(retry?.does).toEqual({ ask: { kind: 'retry-unknown', about: 'deploy' } })
  const ask = { kind: 'retry-unknown', about: 'deploy' } as const
  expect(commandOf(ask, 'not running')).toEqual({ type: 'retry-step', stepId: 'deploy', reason: 'not running' })
})

test('a failed step offers what a person can do about it, and each asks for its reason', () => {
  const labels = actionsFor(stateOf('failed'), 'deploy').filter(({ refusal }) => refusal === null).map(({ label, key }) => `${key} ${label}`)
  expect(labels).toEqual(['r Retry', 't Retry on all…', 'e Exclude web-2…', 'e Exclude web-3…', 'd Mark done…', 's Ignore…'])
  expect(commandOf({ kind: 'retry-all', about: 'deploy' }, 'wrong build')).toEqual({ type: 'retry-step', stepId: 'deploy', hosts: 'all', reason: 'wrong build' })
  expect(commandOf({ kind: 'exclude-host', about: 'web-2' }, 'dead')).toEqual({ type: 'exclude-host', host: 'web-2', reason: 'dead' })
  expect(actionByKey(stateOf('excluded'), 'deploy', 'e')?.label).toBe('Exclude web-2…')
})

test('the tree holds every step, item and gate once, and folds what was folded by hand', () => {
  const state = stateOf('preparation')
  const rows = treeOf(state.runbook, [], {}, new Set(openByStage(state)))
  const ids = visibleRows(treeOf(state.runbook, [], Object.fromEntries([...rows, ...rows.flatMap((row) => row.children)].map((row) => [row.id, true])), new Set())).map((row) => row.id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of [...Object.keys(state.steps), ...Object.keys(state.items), ...Object.keys(state.gates)]) expect(ids).toContain(id)
  expect(visibleRows(treeOf(state.runbook, [], { 'phase-1': false }, new Set(['phase-1']))).map((row) => row.id)).not.toContain('announce')
  expect(pathTo(rows, 'code-2').map((row) => row.id)).toEqual(['section-before', 'code'])
})

test('a repeated message is due again after its interval, one before the window before it, a skipped one never', () => {
  const state = stateOf('running')
  const startedAt = state.startedAt ?? 0
  const due = state.runbook.messages.map((message) => [message.timing.when, dueAt(message, state, 1_000_000_000)])
  expect(due).toContainEqual(['every', startedAt + 15 * 60_000])
  expect(due).toContainEqual(['before', 1_000_000_000 - 24 * 3_600_000])
})

test('what follows the last undo on the way back to a phase is said: the run stands before it again', () => {
  const run = scenarios.undoable(NOW)
  run.take({ type: 'roll-back-to', phaseId: 'phase-2', reason: 'wrong build' }, NOW - 30_000)
  for (let turns = 0; turns < 9 && run.state().steps['undo:maintenance-on']?.status !== 'running'; turns += 1) finishRunning(run, Math.max(NOW, run.state().lastEventAt))
  expect(nextAction(run.state())).toMatchObject({ tone: 'watch', title: 'Undo: Enable maintenance mode', detail: 'Then the run stands before phase 2, Application Deployment, again.' })
})
