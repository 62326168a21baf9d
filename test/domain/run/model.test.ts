import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { dependenciesOf } from '#domain/forecast/dependencies.ts'
import { nextMove } from '#domain/run/autopilot.ts'
import type { OperatorCommand, RunCommand } from '#domain/run/commands.ts'
import { decideAll } from '#domain/run/decide.ts'
import type { RunEvent } from '#domain/run/events.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { RunState } from '#domain/run/state.ts'
import { undoneBy } from '#domain/run/undo-step.ts'
import { automatedRunning, findStep, gateBefore, isEnded, isManual, laneSteps, openItems, runningSteps, statusOf, tickableItems } from '#domain/run/view.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { HostResult } from '#domain/step.ts'
import { START } from '#support/run-log.ts'
import { item, manual, phase, range, sh, smallRunbook } from '#support/runbooks.ts'

/** What a person, the hosts, the clock and the metrics may do to a run, at random: the promises hold whatever comes. */

const errorRate = { id: 'limit', text: 'Error rate > 2%', metric: 'error rate', operator: '>' as const, limit: 2, unit: '%' as const, holdMs: 0, range }

const runbooks: Record<string, Runbook> = {
  'the small runbook': smallRunbook(),
  'a longer one with optional items': smallRunbook({
    checklists: [{ id: 'code', title: 'Code', items: [item('tests-pass'), item('maybe', { optional: true })] }],
    phases: [phase(1, [manual('tell'), sh('stop', ['app1', 'app2', 'app3'], { attributes: { probe: 'true' } })]), phase(2, [sh('deploy', ['app1', 'app2']), manual('look')]), phase(3, [sh('check', [])])],
    rollback: {
      triggers: [{ id: 'trigger-angry', text: 'Customers are angry', threshold: null, range }, { id: 'trigger-limit', text: errorRate.text, threshold: errorRate, range }],
      steps: [manual('say-so'), sh('back', ['app1', 'app2'])], validation: [item('accessible'), item('no-loss', { optional: true })],
    },
    thresholds: [errorRate], postChecklist: [item('told'), item('archived', { optional: true })],
  }),
  'failures that are handled': smallRunbook({ checklists: [], phases: [phase(1, [sh('deploy', ['app1'], { attributes: { 'on-fail': 'step:logs' } }), manual('look'), sh('logs', ['app2'], { attributes: { 'on-fail': 'step:call', when: 'step(deploy).failed' } }), manual('call')]), phase(2, [])] }),
  'lanes side by side': smallRunbook({
    checklists: [],
    phases: [phase(1, [sh('drain', ['app1']), sh('copy', ['app2'], { attributes: { after: 'none' } }), manual('watch', { attributes: { after: 'none' } }), sh('join', ['app1', 'app2'], { attributes: { after: 'drain, copy', danger: 'true' } }), sh('last', ['app1'], { attributes: { after: 'join watch' } })])],
    rollback: { triggers: [{ id: 'trigger-angry', text: 'Customers are angry', threshold: null, range }], steps: [sh('back-1', ['app1']), sh('back-2', ['app2'], { attributes: { after: 'none' } })], validation: [] },
  }),
  'steps that are taken back': smallRunbook({
    checklists: [],
    phases: [
      phase(1, [sh('drain', ['app1', 'app2'], { undo: 'undrain' }), manual('look'), sh('copy', ['app2'], { undo: 'back' })]),
      phase(2, [sh('deploy', ['app1', 'app2', 'app3'], { undo: 'previous', attributes: { batch: '1', undo: 'previous' } }), sh('warm', ['app3'], { undo: 'cool', attributes: { after: 'none' } }), sh('check', [], { kind: 'http', undo: 'tell them' })]),
    ],
    rollback: { triggers: [{ id: 'trigger-angry', text: 'Customers are angry', threshold: null, range }], steps: [sh('back', ['app2']), manual('say-so')], validation: [] },
  }),
  'no rollback plan': smallRunbook({ rollback: { triggers: [], steps: [], validation: [] } }),
  'phases without steps': smallRunbook({ phases: [phase(1, []), phase(2, [sh('start', ['app1'])]), phase(3, [])] }),
  'no phases': smallRunbook({ phases: [] }),
  'nothing to tick and no monitoring': smallRunbook({ checklists: [], monitoring: null, postChecklist: [], messages: [] }),
}

/** A command in outline: `pick` chooses among what the state offers, so that most are near to making sense. */
const anything = fc.record({
  kind: fc.constantFrom(
    'start-run', 'tick', 'tick', 'tick', 'untick', 'waive', 'go', 'go', 'go', 'no-go', 'start-step', 'start-step', 'fail-step', 'skip-step', 'retry-step', 'resolve-step', 'retry-all', 'ignore', 'probe', 'probed', 'probed', 'exclude', 'include', 'pace', 'pause',
    'resume', 'abort', 'rollback', 'rollback-wait', 'wait-no-longer', 'rollback-to', 'rollback-to', 'fire', 'override', 'note', 'message', 'end-monitoring', 'finish', 'host', 'host', 'host', 'host', 'host', 'lost', 'breach', 'over', 'silent', 'data', 'time', 'autopilot', 'autopilot', 'autopilot', 'autopilot', 'autopilot', 'autopilot',
  ),
  pick: fc.nat(20), flag: fc.boolean(), laterMs: fc.nat(400_000),
})
type Outline = { kind: string; pick: number; flag: boolean; laterMs: number }

const results: HostResult[] = [
  { outcome: 'succeeded', exitCode: 0 }, { outcome: 'succeeded', exitCode: 0 }, { outcome: 'succeeded', exitCode: 0 },
  { outcome: 'failed', reason: 'exit', exitCode: 3 }, { outcome: 'unknown', code: 'ssh-lost', message: 'The link was lost.', hint: 'Look.' },
]

const at = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(list.length, 1)]

function commandFor(state: RunState, { kind, pick, flag }: Outline): RunCommand | null {
  const { runbook } = state
  const steps = [...runbook.phases.flatMap((one) => one.steps), ...runbook.rollback.steps]
  const stepId = at(flag ? steps : laneSteps(state), pick)?.id ?? 'none'
  const id = at(tickableItems(runbook), pick)?.id ?? 'none'
  const gateId = gateBefore(at(runbook.phases.filter((one) => flag || state.phases[one.id]?.finishedAt === null), flag ? pick : 0)?.id ?? 'none')
  const breachId = at(state.breaches, pick)?.id ?? 'none'
  const running = runningSteps(state).flatMap(({ step }) => Object.keys(state.steps[step.id]?.hosts ?? {}).map((host) => ({ stepId: step.id, host, attempt: state.steps[step.id]?.attempt ?? 0 })))
  const work = at(running, pick) ?? { stepId, host: 'app1', attempt: 1 }
  const reason = 'because'
  switch (kind) {
    case 'start-run': case 'resume': return { type: kind }
    case 'tick': return { type: 'tick', id: flag ? stepId : id, note: '' }
    case 'untick': return { type: 'untick', id }
    case 'waive': return { type: 'waive', id, reason }
    case 'go': case 'no-go': return { type: 'decide-gate', gateId, decision: kind, reason: flag ? reason : '' }
    case 'start-step': case 'retry-step': return { type: kind, stepId }
    case 'fail-step': case 'skip-step': return { type: kind, stepId, reason }
    case 'resolve-step': return { type: 'resolve-step', stepId, evidence: reason }
    case 'probe': return { type: 'probe-step', stepId }
    case 'probed': return { type: 'report-probed', stepId, attempt: state.steps[stepId]?.attempt ?? 1, host: at(['app1', 'app2', 'app3'], pick) ?? 'app1', findings: ['found'], result: flag ? null : results[pick % results.length] ?? null }
    case 'retry-all': return { type: 'retry-step', stepId, hosts: 'all', reason }
    case 'ignore': return { type: 'ignore-failure', stepId, reason }
    case 'exclude': case 'include': return { type: `${kind}-host`, host: at(runbook.inventory.hosts, pick)?.name ?? 'none', reason }
    case 'pace': return { type: 'set-pace', automatic: flag }
    case 'pause': return { type: 'pause', reason: '' }
    // The two that leave the forward lane for good are rarer, or few stories would get far.
    case 'abort': return pick === 0 ? { type: 'abort', reason } : null
    case 'rollback': return pick < 2 ? { type: 'start-rollback', reason } : null
    case 'rollback-wait': return pick < 2 ? { type: 'start-rollback', reason, running: 'wait' } : null
    case 'rollback-to': return pick < 6 ? { type: 'roll-back-to', phaseId: at(runbook.phases, pick)?.id ?? 'none', reason, ...(flag && { running: 'wait' as const }) } : null
    case 'wait-no-longer': return { type: 'abort-forward', reason }
    case 'fire': return { type: 'fire-trigger', triggerId: at(runbook.rollback.triggers, pick)?.id ?? 'none', reason }
    case 'override': return { type: 'override-breach', breachId, reason }
    case 'note': return { type: 'add-note', about: null, text: 'noted' }
    case 'message': return flag ? { type: 'send-message', messageId: 'start-notice', note: '' } : { type: 'skip-message', messageId: 'start-notice', reason }
    case 'end-monitoring': return { type: 'end-monitoring', reason }
    case 'finish': return { type: 'finish-run' }
    case 'host': return pick === 20 ? { type: 'report-host-started', ...work } : { type: 'report-host-finished', ...work, result: results[pick % results.length] ?? { outcome: 'succeeded', exitCode: 0 } }
    case 'lost': return pick > 2 ? null : { type: 'report-step-lost', stepId: work.stepId, attempt: work.attempt }
    case 'breach': return { type: 'report-breach', thresholdId: flag ? null : 'limit', triggerId: flag ? 'trigger-limit' : null, metric: 'error rate', evidence: { rule: errorRate.text, samples: [], stepId: null } }
    case 'over': return { type: 'report-breach-over', breachId }
    case 'silent': return { type: 'report-no-data', metric: 'error rate' }
    case 'data': return { type: 'report-data', metric: 'error rate' }
    case 'time': return { type: 'report-time' }
    default: return nextMove(state, { onTrigger: 'override', retries: pick })
  }
}

interface Told { state: RunState; events: RunEvent[] }

function begin(book: Runbook, automatic: boolean): Told {
  const runbook = { ...book, inventory }
  const created: RunEvent = { type: 'run-created', runId: 'run-1', mode: 'rehearsal', speed: 60, automatic, runbookId: 'book', revision: 1, runbook, at: START, by: 'dana' }
  return { state: evolve(null, { seq: 1, event: created }), events: [created] }
}

/** The story after one more command; null when it is refused. Any other error is a defect and is thrown. */
function followedBy({ state, events }: Told, command: RunCommand, now: number): Told | null {
  // Most commands are refused, and nobody looks at where: the places of refusals were a quarter of the time.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    const more = decideAll(state, command, { now, by: 'dana' })
    return { state: more.reduce((folded, event) => evolve(folded, { seq: folded.version + 1, event }), state), events: [...events, ...more] }
  } catch (thrown) {
    if (thrown instanceof Problem) return null
    throw thrown
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function tell(runbook: Runbook, automatic: boolean, outlines: Outline[], afterEach: (before: Told, after: Told, command: RunCommand) => void): Told {
  let told = begin(runbook, automatic)
  let now = START
  for (const outline of outlines) {
    const command = commandFor(told.state, outline)
    now += outline.laterMs
    const after = command && followedBy(told, command, now)
    if (!command || !after) continue
    afterEach(told, after, command)
    told = after
  }
  return told
}

const stories = fc.array(anything, { minLength: 10, maxLength: 150, size: 'max' })
/** Inventory of every runbook here: what steps run on, so that each can be excluded. */
const inventory = { hosts: ['app1', 'app2', 'app3'].map((name) => ({ name, address: null, user: null, port: null, jump: null })), groups: [], sources: [] }
const check = (promise: (automatic: boolean, outlines: Outline[]) => void) =>
  fc.assert(fc.property(fc.boolean(), stories, (automatic, outlines) => promise(automatic, outlines)), { numRuns: 150 })
/** Each event with the state just before it. */
function eachEvent(told: Told, from: number, look: (before: RunState, event: RunEvent) => void): void {
  let state = told.events.slice(0, from).reduce<RunState | null>((folded, event) => evolve(folded, { seq: (folded?.version ?? 0) + 1, event }), null)
  for (const event of told.events.slice(from)) {
    if (state) look(state, event)
    state = evolve(state, { seq: (state?.version ?? 0) + 1, event })
  }
}

describe.each(Object.entries(runbooks))('%s', (_, runbook) => {
  test('a step starts only when all that it comes after is done and nothing is in progress but what it may stand beside, once for each attempt, on no excluded host, and a retry leaves out the hosts that succeeded unless a person asked for all', () => {
    check((automatic, outlines) => {
      const started = new Set<string>()
      const asked = new Set<string>()
      const told = tell(runbook, automatic, outlines, (before, _after, command) => {
        if (command.type === 'retry-step' && command.hosts === 'all') asked.add(`${command.stepId}#${(before.state.steps[command.stepId]?.attempt ?? 0) + 1}`)
      })
      eachEvent(told, 1, (before, event) => {
        if (event.type !== 'step-started') return
        expect(event.hosts.filter((host) => before.excluded[host] !== undefined)).toEqual([])
        const key = `${event.stepId}#${event.attempt}`
        expect(started.has(key)).toBe(false)
        started.add(key)
        expect(mayStandBeside(runbook, event.stepId, before)).toBe(true)
        expect(event.attempt).toBe((before.steps[event.stepId]?.attempt ?? 0) + 1)
        if (!asked.has(key)) expect(event.hosts.filter((host) => before.steps[event.stepId]?.hosts[host]?.state === 'succeeded')).toEqual([])
        expect(before.paused).toBeNull()
      })
    })
  })

  test('nothing forward starts once a rollback or an abort has begun, and nothing at all after an abort', () => {
    check((automatic, outlines) => {
      const told = tell(runbook, automatic, outlines, () => undefined)
      eachEvent(told, 1, (before, event) => {
        if (event.type !== 'step-started' && event.type !== 'phase-started' && event.type !== 'gate-reached') return
        expect([before.aborting, isEnded(before)]).toEqual([null, false])
        if (before.rollback) expect([event.type, event.type === 'step-started' && findStep(runbook, event.stepId)?.lane]).toEqual(['step-started', 'rollback'])
        else if (event.type === 'step-started') expect(findStep(runbook, event.stepId)?.lane).toBe('forward')
      })
    })
  })

  test('what was done is taken back once nothing goes forward any more: in the reverse order in which it ended, each once unless a person asks again, and only where it may have been done', () => {
    check((automatic, outlines) => {
      const begun: string[] = []
      eachEvent(tell(runbook, automatic, outlines, () => undefined), 1, (before, event) => {
        // What goes back to a phase ends there: its steps may be done again, in another order.
        if (before.rollback === null) begun.length = 0
        if (event.type === 'undo-planned') {
          expect([before.rollback?.undo, automatedRunning(before)]).toEqual([null, []])
          const ends = event.undo.map(({ stepId }) => before.steps[stepId]?.finishedAt ?? 0)
          expect(ends).toEqual(ends.toSorted((one, other) => other - one))
          for (const { stepId, hosts } of event.undo) expect(hosts.filter((host) => before.steps[stepId]?.hosts[host] === undefined)).toEqual([])
        }
        if (event.type !== 'step-started' || undoneBy(event.stepId) === null) return
        const order = (before.rollback?.undo ?? []).map(({ step }) => step.id)
        if (event.attempt === 1) begun.push(event.stepId)
        expect(new Set(begun).size).toBe(begun.length)
        expect(begun).toEqual(order.filter((id) => begun.includes(id)))
        expect(order.slice(0, order.indexOf(event.stepId)).map((id) => before.steps[id]?.status).filter((status) => status !== 'succeeded' && status !== 'skipped')).toEqual([])
        expect(event.hosts.filter((host) => host !== 'local' && before.rollback?.undo?.find(({ step }) => step.id === event.stepId)?.hosts.includes(host) !== true)).toEqual([])
      })
    })
  })

  test('at most one step of each lane is in progress, none after the end, and a finished phase has nothing left to do', () => {
    check((automatic, outlines) => {
      tell(runbook, automatic, outlines, (_before, { state }) => {
        expect(runningSteps(state).length).toBeLessThanOrEqual(isEnded(state) ? 0 : widest(runbook))
        for (const one of runbook.phases.filter(({ id }) => state.phases[id]?.finishedAt !== null)) {
          expect(one.steps.map((step) => state.steps[step.id]?.status).filter((status) => status !== 'succeeded' && status !== 'skipped')).toEqual([])
        }
      })
    })
  })

  test('a gate opens only with its required items closed, and the run ends well only with the trigger answered', () => {
    check((automatic, outlines) => {
      tell(runbook, automatic, outlines, (before, after, command) => {
        for (const event of after.events.slice(before.events.length)) {
          if (event.type === 'gate-decided' && event.decision === 'go') expect(openItems(before.state, event.gateId)).toEqual([])
          if (event.type === 'phase-started') expect(after.state.gates[gateBefore(event.phaseId)]?.state).toBe('go')
          if (event.type !== 'run-finished' || event.outcome !== 'succeeded') continue
          expect(command.type).toBe('finish-run')
          expect(before.state.breaches.filter((breach) => breach.triggerId !== null && breach.closedAt === null && breach.override === null)).toEqual([])
        }
      })
    })
  })

  test('folding the events again gives the same state, the state before is never touched, and it always has a status', () => {
    check((automatic, outlines) => {
      const told = tell(runbook, automatic, outlines, (before, { state }) => {
        Object.freeze(before.state)
        expect(statusOf(state)).toMatch(/^(planned|running|waiting|monitoring|paused|failed|unknown|aborting|rolling-back|ended-(succeeded|failed|aborted|rolled-back))$/)
        expect(statusOf(state).startsWith('ended-')).toBe(isEnded(state))
      })
      const again = told.events.reduce<RunState | null>((folded, event, index) => evolve(folded, { seq: index + 1, event }), null)
      expect(again).toEqual(told.state)
      expect(JSON.parse(JSON.stringify(told.state))).toEqual(told.state)
    })
  })

  test('what the autopilot would do is never refused, and it leads from anywhere to the end when the hosts and the clock go on', () => {
    check((automatic, outlines) => {
      const end = driveToEnd(tell(runbook, automatic, outlines, () => undefined))
      expect(isEnded(end.state)).toBe(true)
    })
  })

  test('from anywhere an operator can roll back or abort to an end, whatever the metrics do', () => {
    check((automatic, outlines) => {
      const told = tell(runbook, automatic, outlines, () => undefined)
      if (isEnded(told.state)) return
      const aborted = followedBy(told, { type: 'abort', reason: 'enough' }, told.state.lastEventAt) ?? told
      expect(aborted.state.aborting).not.toBeNull()
      expect(isEnded(driveToEnd(aborted).state)).toBe(true)
      if (told.state.stage === 'planned' || told.state.aborting) return
      const back = followedBy(told, { type: 'start-rollback', reason: 'enough' }, told.state.lastEventAt) ?? told
      expect(back.state.rollback).not.toBeNull()
      expect(statusOf(driveToEnd(back, 'succeeded').state)).toBe('ended-rolled-back')
    })
  })
})

/** Without `after=` nothing else may be in progress; with it, nothing that the step comes after, or that comes after it. A handler and a retry stand alone. */
function mayStandBeside(runbook: Runbook, stepId: string, before: RunState): boolean {
  const running = runningSteps(before).map(({ step }) => step.id)
  const order = dependenciesOf(runbook).before
  const ancestors = (id: string): string[] => (order.get(id) ?? []).flatMap((one) => [one, ...ancestors(one)])
  // What was taken back is planned again, and begins as any other, as another attempt.
  const isRetry = before.steps[stepId]?.status !== 'planned'
  if (widest(runbook) === 1 || isRetry) return running.length === 0
  return ancestors(stepId).every((id) => ['succeeded', 'skipped'].includes(before.steps[id]?.status ?? 'planned')) && running.every((id) => !ancestors(id).includes(stepId))
}

/** How many steps may be in progress at once. */
const widest = (runbook: Runbook): number => 1 + runbook.phases.flatMap(({ steps }) => steps).filter(({ attributes }) => attributes['after'] === 'none').length

/** Hosts answer, time passes, and the person does what the autopilot would. */
function driveToEnd(from: Told, outcome: 'succeeded' | 'failed' = 'succeeded'): Told {
  let told = from
  let now = told.state.lastEventAt
  for (let turn = 0; turn < 300 && !isEnded(told.state); turn += 1) {
    const move = nextMove(told.state, { onTrigger: 'override', retries: 1000 }, now)
    const after = move === null ? worldMoves(told, now, outcome) : followedBy(told, move, now)
    if (!after) throw new Error(`the autopilot was refused ${JSON.stringify(move)} in ${told.state.stage}`)
    told = after
    now += 60_000
  }
  return told
}

function worldMoves(told: Told, now: number, outcome: 'succeeded' | 'failed'): Told | null {
  const { state } = told
  const [running] = automatedRunning(state)
  if (!running || isManual(running.step)) return followedBy(told, { type: 'report-time' }, Math.max(now, state.monitoring?.endsAt ?? 0))
  const current = state.steps[running.step.id]
  const host = Object.entries(current?.hosts ?? {}).find(([, { result }]) => result === null)?.[0] ?? ''
  const result: HostResult = outcome === 'succeeded' ? { outcome, exitCode: 0 } : { outcome, reason: 'exit', exitCode: 1 }
  return followedBy(told, { type: 'report-host-finished', stepId: running.step.id, attempt: current?.attempt ?? 0, host, result }, now)
}

test('every command an operator has is told in these stories', () => {
  const used = new Set<string>()
  fc.assert(fc.property(fc.boolean(), stories, (automatic, outlines) => {
    tell(runbooks['a longer one with optional items'] ?? smallRunbook(), automatic, outlines, (_before, _after, command) => { used.add(command.type) })
  }), { numRuns: 400, seed: 7 })
  const expected: OperatorCommand['type'][] = [
    'start-run', 'tick', 'untick', 'waive', 'decide-gate', 'start-step', 'fail-step', 'skip-step', 'retry-step', 'resolve-step', 'ignore-failure', 'probe-step', 'exclude-host', 'include-host', 'set-pace', 'pause', 'resume', 'abort',
    'start-rollback', 'roll-back-to', 'abort-forward', 'fire-trigger', 'override-breach', 'add-note', 'send-message', 'skip-message', 'end-monitoring', 'finish-run',
  ]
  expect(expected.filter((type) => !used.has(type))).toEqual([])
})
