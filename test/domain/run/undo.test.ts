import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundariesOf, undoTo } from '#domain/run/boundaries.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { evolve } from '#domain/run/evolve.ts'
import { leftToDo } from '#domain/run/left-to-do.ts'
import { react } from '#domain/run/react.ts'
import { undoNow } from '#domain/run/undo.ts'
import { undoneBy, undoStepOf } from '#domain/run/undo-step.ts'
import { automatedRunning, findStep, statusOf } from '#domain/run/view.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { HostResult } from '#domain/step.ts'
import { exited, followedBy, go, refusalOf, START, story, succeeded, tick, type Story } from '#support/run-log.ts'
import { item, manual, phase, sh, smallRunbook } from '#support/runbooks.ts'

const inventory = { hosts: ['app1', 'app2', 'app3'].map((name) => ({ name, address: null, user: null, port: null, jump: null })), groups: [], sources: [] }
const book = (more: Partial<Runbook> = {}): Runbook => smallRunbook({
  checklists: [], inventory,
  phases: [
    phase(1, [sh('drain', ['app1', 'app2'], { undo: 'undrain', attributes: { undo: 'undrain', user: 'lb', cwd: '/srv', retries: '3', danger: 'true' } }), manual('look')]),
    phase(2, [sh('deploy', ['app1', 'app2'], { undo: 'previous' }), sh('warm', ['app1'])]),
  ],
  rollback: { triggers: [], steps: [sh('back', ['app1']), manual('say-so')], validation: [item('app-accessible')] },
  ...more,
})
const back: RunCommand = { type: 'start-rollback', reason: 'errors' }
const drained: RunCommand[] = [{ type: 'start-run' }, go(1), { type: 'start-step', stepId: 'drain', confirm: 'staging' }, succeeded('drain', 'app1'), succeeded('drain', 'app2'), tick('look'), go(2)]
const deployed: RunCommand[] = [...drained, succeeded('deploy', 'app1'), succeeded('deploy', 'app2')]
const after = (commands: RunCommand[], runbook = book()): Story => story(commands, { runbook })
const planned = (told: Story) => told.events.flatMap((event) => (event.type === 'undo-planned' ? event.undo.map(({ stepId, hosts, certainty }) => `${stepId} on ${hosts.join(' ')}: ${certainty}`) : []))
const starts = (told: Story) => told.events.flatMap((event) => (event.type === 'step-started' ? [`${event.stepId} on ${event.hosts.join(' ')}`] : []))

describe('a rollback', () => {
  test('takes back what was completed, the last first, then does its plan’s steps and is validated', () => {
    const told = after([...deployed, succeeded('warm', 'app1'), back, succeeded('undo:deploy', 'app1'), succeeded('undo:deploy', 'app2'), succeeded('undo:drain', 'app1'), succeeded('undo:drain', 'app2'), succeeded('back', 'app1'), tick('say-so')])
    expect(planned(told)).toEqual(['deploy on app1 app2: changed', 'drain on app1 app2: changed'])
    expect(starts(told).slice(-4)).toEqual(['undo:deploy on app1 app2', 'undo:drain on app1 app2', 'back on app1', 'say-so on '])
    expect(told.state.stage).toBe('rollback-validation')
    expect(statusOf(followedBy(followedBy(told, tick('app-accessible')), { type: 'finish-run' }).state)).toBe('ended-rolled-back')
  })

  test('asks running steps to stop and takes back what they may have done, on the hosts where they began', () => {
    const begun = after([...drained, { type: 'report-host-started', stepId: 'deploy', attempt: 1, host: 'app1' }, back])
    expect(begun.facts).toEqual([{ type: 'rollback-started', reason: 'errors', running: 'abort' }])
    expect(begun.events.slice(-1).flatMap(react)).toEqual([{ type: 'abort-steps', reason: 'errors' }])
    const stopped: HostResult = { outcome: 'failed', reason: 'aborted', message: 'stopped' }
    const ended = ['app1', 'app2'].reduce((told, host) => followedBy(told, { type: 'report-host-finished', stepId: 'deploy', attempt: 1, host, result: stopped }), begun)
    expect(planned(ended)).toEqual(['deploy on app1: maybe', 'drain on app1 app2: changed'])
  })

  test('may wait for running steps instead: they are not stopped, nothing else goes forward, and waiting can be given up', () => {
    const waiting = after([...drained, { ...back, running: 'wait' }])
    expect(waiting.events.slice(-1).flatMap(react)).toEqual([])
    const ended = followedBy(followedBy(waiting, succeeded('deploy', 'app1')), succeeded('deploy', 'app2'))
    expect([planned(ended), starts(ended).at(-1)]).toEqual([['deploy on app1 app2: changed', 'drain on app1 app2: changed'], 'undo:deploy on app1 app2'])
    const given = followedBy(waiting, { type: 'abort-forward', reason: 'it hangs' })
    expect(given.events.slice(-1).flatMap(react)).toEqual([{ type: 'abort-steps', reason: 'it hangs' }])
    expect([refusalOf(() => followedBy(given, { type: 'abort-forward', reason: 'again' })), refusalOf(() => followedBy(ended, { type: 'abort-forward', reason: 'late' })), refusalOf(() => after([...drained, { type: 'abort-forward', reason: 'early' }]))])
      .toEqual(['rollback-not-waiting', 'rollback-not-waiting', 'rollback-not-waiting'])
  })

  test('does not begin by itself to take back what nobody knows the end of: it may be running still', () => {
    const told = after([...drained, { type: 'report-step-lost', stepId: 'deploy', attempt: 1 }, back])
    expect([planned(told)[0], starts(told).at(-1), told.state.steps['undo:deploy']?.status]).toEqual(['deploy on app1 app2: unknown', 'deploy on app1 app2', 'planned'])
    expect(starts(followedBy(told, { type: 'start-step', stepId: 'undo:deploy' })).at(-1)).toBe('undo:deploy on app1 app2')
    expect(starts(followedBy(told, { type: 'skip-step', stepId: 'undo:deploy', reason: 'it never ran' })).at(-1)).toBe('undo:drain on app1 app2')
  })

  test('leaves alone what nothing was done by: refused before it began, skipped, not reached', () => {
    const refused: HostResult = { outcome: 'failed', reason: 'refused', code: 'ssh-refused', message: 'no', hint: '' }
    const told = after([...drained, { type: 'report-host-finished', stepId: 'deploy', attempt: 1, host: 'app1', result: refused }, exited('deploy', 'app2', 1), back])
    expect(planned(told)).toEqual(['deploy on app2: maybe', 'drain on app1 app2: changed'])
    expect(planned(after([{ type: 'start-run' }, back]))).toEqual([])
  })

  test('runs an undo once that is also a step of its plan, by its id or by its command', () => {
    const named = book({ phases: [phase(1, [sh('drain', ['app1'], { undo: 'back' }), sh('deploy', ['app1'], { undo: 'echo back' }), sh('copy', ['app1', 'app2'], { undo: 'echo back' })])] })
    const told = after([{ type: 'start-run' }, go(1), succeeded('drain', 'app1'), succeeded('deploy', 'app1'), succeeded('copy', 'app1'), succeeded('copy', 'app2'), back], named)
    expect(planned(told)).toEqual(['copy on app1 app2: changed'])
  })

  test('is held by an undo that fails, as by any step, and never tries it again by itself', () => {
    const told = after([...deployed, succeeded('warm', 'app1'), back, succeeded('undo:deploy', 'app1'), exited('undo:deploy', 'app2', 3)])
    expect(statusOf(told.state)).toBe('failed')
    expect(starts(followedBy(told, { type: 'retry-step', stepId: 'undo:deploy' })).at(-1)).toBe('undo:deploy on app2')
    expect(refusalOf(() => followedBy(told, { type: 'retry-step', stepId: 'back' }))).toBe('step-not-failed')
  })

  test('that is given up says what is left to do by hand, and where', () => {
    const told = after([...deployed, succeeded('warm', 'app1'), back, succeeded('undo:deploy', 'app1'), exited('undo:deploy', 'app2', 3), { type: 'abort', reason: 'app2 is gone' }])
    expect([told.state.outcome, leftToDo(told.state)]).toEqual(['failed', [
      { id: 'undo:deploy', title: 'Undo: deploy', hosts: ['app2'], status: 'failed' }, { id: 'undo:drain', title: 'Undo: drain', hosts: ['app1', 'app2'], status: 'planned' },
      { id: 'back', title: 'back', hosts: ['app1'], status: 'planned' }, { id: 'say-so', title: 'say-so', hosts: [], status: 'planned' },
    ]])
    const excluded = followedBy(after([...deployed, succeeded('warm', 'app1'), back, exited('undo:deploy', 'app1', 3), succeeded('undo:deploy', 'app2')]), { type: 'exclude-host', host: 'app1', reason: 'dead' })
    expect(leftToDo(excluded.state).slice(0, 1)).toEqual([{ id: 'undo:deploy', title: 'Undo: deploy', hosts: ['app1'], status: 'succeeded' }])
  })

  test('in a record of an older version took back nothing but by its plan', () => {
    const { state } = after([...deployed, succeeded('warm', 'app1')])
    const old = evolve(state, { seq: state.version + 1, event: { type: 'rollback-started', reason: 'errors', at: state.lastEventAt, by: 'dana' } })
    expect(old.rollback?.undo).toEqual([])
    expect(followedBy({ state: old, events: [], facts: [] }, { type: 'report-time' }).facts).toEqual([{ type: 'step-started', stepId: 'back', attempt: 1, hosts: ['app1'] }])
  })
})

describe('a rollback to before a phase', () => {
  const two: RunCommand = { type: 'roll-back-to', phaseId: 'phase-2', reason: 'wrong build' }
  const undoable = book({ phases: [phase(1, [sh('drain', ['app1', 'app2'], { undo: 'undrain' }), manual('look')]), phase(2, [sh('deploy', ['app1', 'app2'], { undo: 'previous' }), manual('warm')]), phase(3, [sh('last', ['app1'])])] })
  const begun: RunCommand[] = [{ type: 'start-run' }, go(1), succeeded('drain', 'app1'), succeeded('drain', 'app2'), tick('look'), go(2), succeeded('deploy', 'app1'), succeeded('deploy', 'app2')]
  const restored = (...more: RunCommand[]) => after([...begun, two, succeeded('undo:deploy', 'app1'), succeeded('undo:deploy', 'app2'), ...more], undoable)

  test('takes back only what was done since, without the rollback plan, and stands at that gate again', () => {
    const { state, events } = restored()
    expect(planned(restored())).toEqual(['deploy on app1 app2: changed'])
    expect([state.stage, state.rollback, state.gates['gate-before-phase-2']?.state, state.phases['phase-1']?.finishedAt === null, state.phases['phase-2']]).toEqual(['phases', null, 'reached', false, { startedAt: null, finishedAt: null }])
    expect(['drain', 'deploy', 'warm'].map((id) => [state.steps[id]?.status, state.steps[id]?.attempt])).toEqual([['succeeded', 1], ['planned', 1], ['planned', 1]])
    expect(state.partialRollbacks).toMatchObject([{ to: 'phase-2', by: 'dana', reason: 'wrong build', undone: ['deploy'] }])
    expect(events.filter(({ type }) => type === 'phase-boundary-restored' || type === 'rollback-steps-finished').map(({ type }) => type)).toEqual(['phase-boundary-restored'])
  })

  test('can be gone on from: what was undone runs again as another attempt, and can be taken back again', () => {
    const told = restored(go(2), succeeded('deploy', 'app1', 2), succeeded('deploy', 'app2', 2), back)
    expect(starts(told).slice(-3)).toEqual(['deploy on app1 app2', 'warm on ', 'undo:deploy on app1 app2'])
    expect([told.state.steps['deploy']?.attempt, told.state.steps['undo:deploy']?.attempt]).toEqual([2, 2])
    expect(planned(told).slice(1)).toEqual(['deploy on app1 app2: changed', 'drain on app1 app2: changed'])
  })

  test('is refused where something done since has no undo, says which, and where no phase has begun', () => {
    const told = after([...deployed, succeeded('warm', 'app1')])
    expect(refusalOf(() => followedBy(told, two))).toBe('boundary-no-undo')
    expect(boundariesOf(told.state).map(({ phase: { id }, lacking }) => [id, lacking.map((step) => step.id), undoTo(told.state, id).map(({ stepId }) => stepId)])).toEqual([['phase-2', ['warm'], ['deploy']], ['phase-1', ['warm'], ['deploy', 'drain']]])
    expect(refusalOf(() => after([{ type: 'start-run' }, two]))).toBe('phase-not-begun')
    expect(refusalOf(() => after([...deployed, back, two]))).toBe('rollback-begun')
  })

  test('goes all the way back at any moment: what it has taken back is not taken back twice', () => {
    const told = after([...begun, two, succeeded('undo:deploy', 'app1'), back], undoable)
    expect([told.state.rollback?.to, told.facts[0]]).toEqual([null, { type: 'rollback-widened', reason: 'errors', undo: [{ stepId: 'drain', hosts: ['app1', 'app2'], certainty: 'changed' }] }])
    const done = [succeeded('undo:deploy', 'app2'), succeeded('undo:drain', 'app1'), succeeded('undo:drain', 'app2')].reduce((at, command) => followedBy(at, command), told)
    expect(starts(done).slice(-3)).toEqual(['undo:deploy on app1 app2', 'undo:drain on app1 app2', 'back on app1'])
  })

  test('runs a step of the plan that is named as an undo, once for all that name it, and the plan does not run it again after that', () => {
    const named = book({ phases: [phase(1, [sh('drain', ['app1'], { undo: 'back' }), sh('deploy', ['app1'], { undo: 'back' }), sh('last', ['app1'], { undo: 'u' })])] })
    const told = after([{ type: 'start-run' }, go(1), succeeded('drain', 'app1'), succeeded('deploy', 'app1'), { type: 'roll-back-to', phaseId: 'phase-1', reason: 'no', running: 'wait' }, succeeded('last', 'app1')], named)
    expect(planned(told)).toEqual(['last on app1: changed', 'deploy on app1: changed'])
    const all = [succeeded('undo:last', 'app1'), back, succeeded('undo:deploy', 'app1')].reduce((at, command) => followedBy(at, command), told)
    expect([all.state.steps['back']?.status, starts(all).slice(-2), findStep(named, 'undo:deploy')?.step.body]).toEqual(['skipped', ['undo:deploy on app1', 'say-so on '], 'echo back'])
    expect(restoredStage(followedBy(followedBy(told, succeeded('undo:last', 'app1')), succeeded('undo:deploy', 'app1')))).toEqual(['preparation', 'reached'])
  })

  test('that is given up has failed, and leaves only what it would have taken back', () => {
    const told = after([...begun, two, exited('undo:deploy', 'app1', 1), succeeded('undo:deploy', 'app2'), { type: 'abort', reason: 'enough' }], undoable)
    expect([told.state.outcome, leftToDo(told.state)]).toEqual(['failed', [{ id: 'undo:deploy', title: 'Undo: deploy', hosts: ['app1'], status: 'failed' }]])
  })

  const restoredStage = ({ state }: Story) => [state.stage, state.gates['gate-before-phase-1']?.state]
})

test('an undo runs as its step does, and is neither tried again nor asked about; on no host it is done by hand', () => {
  const drain = findStep(book(), 'drain')?.step
  expect(drain && undoStepOf(book(), drain, ['app2'])).toMatchObject({ id: 'undo:drain', kind: 'sh', body: 'undrain', hosts: ['app2'], attributes: { user: 'lb', cwd: '/srv' }, undo: null })
  expect(undoStepOf(book(), sh('check', [], { kind: 'http', undo: 'tell them' }))).toMatchObject({ kind: 'manual', title: 'Undo: check (tell them)', hosts: [], body: '' })
  expect(undoStepOf(book(), sh('look', ['app1']))).toBeNull()
})

test('whatever was done, and wherever the program ends: each undo begins once, in the reverse order of completion, and nothing forward begins any more', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const ends = fc.constantFrom<HostResult['outcome'] | 'skip'>('succeeded', 'succeeded', 'succeeded', 'failed', 'unknown', 'skip')
  const side = fc.array(fc.tuple(ends, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: names.length })
  let taken = 0
  fc.assert(fc.property(side, fc.nat(12), fc.constantFrom<'abort' | 'wait'>('abort', 'wait'), fc.boolean(), (steps, crashAt, running, isRunning) => {
    const all = steps.map(([, hasUndo, isBeside], index) => sh(names[index] ?? '', ['app1'], { undo: hasUndo ? `undo ${index}` : null, attributes: isBeside ? { after: 'none' } : {} }))
    let told = story([{ type: 'start-run' }, go(1)], { runbook: book({ phases: [phase(1, [...all, sh('last', ['app1'], { undo: 'undo last' })])] }) })
    let now = START + 60_000
    const take = (command: RunCommand): void => {
      now += 1000
      told = followedBy(told, command, now)
    }
    const resultOf = (outcome: HostResult['outcome']): HostResult => (outcome === 'succeeded' ? { outcome, exitCode: 0 } : outcome === 'failed' ? { outcome, reason: 'exit', exitCode: 1 } : { outcome, code: 'lost', message: 'lost', hint: '' })
    const end = (stepId: string, outcome: HostResult['outcome']): void => {
      take({ type: 'report-host-started', stepId, attempt: told.state.steps[stepId]?.attempt ?? 0, host: 'app1' })
      take({ type: 'report-host-finished', stepId, attempt: told.state.steps[stepId]?.attempt ?? 0, host: 'app1', result: resultOf(outcome) })
    }
    const endings = new Map(steps.map(([outcome], index) => [names[index] ?? '', outcome]))
    for (let step = automatedRunning(told.state).at(-1)?.step; step && step.id !== 'last'; step = automatedRunning(told.state).at(-1)?.step) {
      const outcome = endings.get(step.id) ?? 'succeeded'
      end(step.id, outcome === 'skip' ? 'failed' : outcome)
      if (told.state.steps[step.id]?.status !== 'succeeded') take({ type: 'skip-step', stepId: step.id, reason: 'r' })
    }
    if (!isRunning) for (const { step } of automatedRunning(told.state)) end(step.id, 'succeeded')
    const forward = starts(told).length
    take({ ...back, running })
    for (const { step } of automatedRunning(told.state)) if (undoneBy(step.id) === null) end(step.id, running === 'wait' ? 'succeeded' : 'failed')

    const completed = Object.entries(told.state.steps).filter(([id]) => findStep(told.state.runbook, id)?.lane === 'forward' && findStep(told.state.runbook, id)?.step.undo !== null && told.state.steps[id]?.attempt !== 0)
    const expected = completed.toSorted(([, one], [, other]) => (other.finishedAt ?? 0) - (one.finishedAt ?? 0)).map(([id]) => `undo:${id}`)
    expect(undoNow(told.state).map(({ step }) => step.id)).toEqual(expected)

    for (let turn = 0; turn < 40 && told.state.stage === 'rollback'; turn += 1) {
      const [current] = automatedRunning(told.state)
      // The program ends: what ran is lost, and a person who has looked says whether it was done.
      if (turn === crashAt) {
        for (const { step } of automatedRunning(told.state)) take({ type: 'report-step-lost', stepId: step.id, attempt: told.state.steps[step.id]?.attempt ?? 0 })
        const lost = Object.keys(told.state.steps).find((id) => undoneBy(id) !== null && told.state.steps[id]?.status === 'unknown')
        if (lost) take({ type: 'resolve-step', stepId: lost, evidence: 'it is done' })
      } else if (current) end(current.step.id, 'succeeded')
      else {
        const waiting = undoNow(told.state).find(({ step }) => told.state.steps[step.id]?.status === 'planned')
        take(waiting ? { type: 'start-step', stepId: waiting.step.id } : told.state.steps['back']?.status === 'unknown' ? { type: 'resolve-step', stepId: 'back', evidence: 'done' } : tick('say-so'))
      }
    }
    const begun = told.events.flatMap((event) => (event.type === 'step-started' ? [event.stepId] : [])).slice(forward)
    expect(told.state.stage).toBe('rollback-validation')
    expect(begun).toEqual([...expected, 'back', 'say-so'])
    taken += expected.length
  }), { numRuns: 400 })
  expect(taken).toBeGreaterThan(400)
})
