import type { RunCommand } from '#domain/run/commands.ts'
import type { RunMode } from '#domain/run/events.ts'
import { openItems, waitingGate } from '#domain/run/view.ts'
import type { HostResult } from '#domain/step.ts'
import { createFakeJournal, finishRunning, HERE, play } from './fake-journal.ts'
import type { FakeJournal } from './fake-journal.ts'
import { fakeRunbook } from './fake-runbook.ts'
import { minute } from './run-states.ts'

/** Runs as the room meets them, each decided by the real domain up to the moment that is to be looked at. */
export const scenarios = {
  planned: (now: number) => fresh(now, 'live'),
  preparation: (now: number) => {
    const run = fresh(now, 'rehearsal')
    run.take({ type: 'start-run' }, now - 3 * minute)
    for (const id of ['code-0', 'code-1', 'environment-0']) run.take({ type: 'tick', id, note: '' }, now - 2 * minute)
    return run
  },
  /** All is ticked for phase 1, and its change window opens in twelve minutes. */
  early: (now: number) => played(now, 'live', (run) => waitingGate(run.state()) !== null && openItems(run.state(), 'gate-before-phase-1').length === 0, 10 * minute, -12 * minute),
  gate: (now: number) => played(now, 'live', (run) => run.state().gates['gate-before-phase-2']?.state === 'reached'),
  /** Forty hosts, an owner and names that are longer than any column, at the gate before phase 2. */
  wide: (now: number): FakeJournal => {
    const book = fakeRunbook(now)
    const hosts = Array.from({ length: 40 }, (_, place) => `web-${place + 1}.prod.eu-central-1.shop.example`)
    const owner = 'bartholomew-montgomery-featherstonehaugh'
    const phases = book.phases.map((phase) => (phase.number === 1 ? phase : { ...phase, steps: phase.steps.map((step, place) => ({ ...step, owner, hosts: step.hosts.length > 1 ? hosts : step.hosts, title: place === 1 ? `Stop_every_service_${'of_the_order_platform_'.repeat(5)}and_wait` : step.title })) }))
    const run = createFakeJournal('run-1', { ...book, phases, rollback: { ...book.rollback, steps: book.rollback.steps.map((step) => ({ ...step, hosts: step.hosts.length > 1 ? hosts : step.hosts })) } }, 'live', now - 50 * minute)
    play(run, now - 37 * minute, (state) => state.gates['gate-before-phase-2']?.state === 'reached')
    return run
  },
  running: (now: number) => deploying(now, 'rehearsal', now - 74_000, { 'web-1': done }),
  /** Services are stopped and the new version is installed side by side. */
  lanes: (now: number): FakeJournal => {
    const book = fakeRunbook(now)
    const phases = book.phases.map((phase) => ({ ...phase, steps: phase.steps.map((step) => (step.id === 'deploy' ? { ...step, attributes: { ...step.attributes, after: 'maintenance-on' } } : step)) }))
    const run = createFakeJournal('run-1', { ...book, phases }, 'live', now - 50 * minute)
    play(run, now - 16 * minute, (state) => state.steps['deploy']?.status === 'running')
    return run
  },
  failed: (now: number) => deploying(now, 'live', now - 4 * minute, { 'web-1': done, 'web-2': exited, 'web-3': refused }),
  /** It goes on with a run that failed, under a plan that is half an hour later than the first. */
  'gone-on': (now: number): FakeJournal => {
    const before = deploying(now, 'live', now - 4 * minute, { 'web-1': done, 'web-2': exited, 'web-3': refused })
    const phases = fakeRunbook(now).phases.map((phase) => ({ ...phase, planned: phase.planned && { ...phase.planned, startMinute: phase.planned.startMinute + 30, endMinute: phase.planned.endMinute + 30 } }))
    const run = createFakeJournal('run-1', { ...fakeRunbook(now), phases }, 'live', now - 2 * minute, { goesOn: before.state() })
    run.take({ type: 'start-run' }, now - minute)
    return run
  },
  /** It was given a secret by a person, who may have mistyped it. */
  'secret-given': (now: number): FakeJournal => {
    const book = fakeRunbook(now)
    const phases = book.phases.map((phase) => ({ ...phase, steps: phase.steps.map((step) => (step.id === 'deploy' ? { ...step, attributes: { ...step.attributes, env: 'TOKEN=secret:ask:shop-token' } } : step)) }))
    const run = createFakeJournal('run-1', { ...book, phases }, 'live', now - 50 * minute)
    play(run, now - 16 * minute, (state) => state.steps['deploy']?.status === 'running')
    for (const host of ['web-1', 'web-2', 'web-3']) run.take({ type: 'report-host-finished', stepId: 'deploy', attempt: 1, host, result: exited }, now - 4 * minute, 'holdpoint')
    return run
  },
  /** web-3 has been taken out of the run, and the step is tried again on web-2. */
  excluded: (now: number) => {
    const run = deploying(now, 'live', now - 4 * minute, { 'web-1': done, 'web-2': exited, 'web-3': refused })
    run.take({ type: 'exclude-host', host: 'web-3', reason: 'it was rebuilt without us knowing' }, now - 2 * minute)
    return run
  },
  /** The data was copied here from jonas's laptop, which leads the run. */
  elsewhere: (now: number): FakeJournal => {
    const run = deploying(now, 'live', now - 4 * minute, { 'web-1': done })
    run.take({ type: 'take-over', reason: 'mira hands over to jonas' }, now - 3 * minute, 'jonas', { id: 'other', name: 'jonas-laptop' })
    return run
  },
  /** Taken over from it: one host could not be told, one holds work that is not in the record. */
  'taken-over': (now: number): FakeJournal => {
    const run = scenarios.elsewhere(now)
    run.take({ type: 'take-over', reason: 'the train has no network' }, now - 2 * minute, 'mira', HERE)
    const { token } = run.state().lead
    run.take({ type: 'report-host-fenced', host: 'web-1', token, strangers: [] }, now - minute, 'holdpoint')
    run.take({ type: 'report-host-fenced', host: 'web-2', token, strangers: ['rrun-1-sstart-a1-web-2-kqzmwpae'] }, now - minute, 'holdpoint')
    run.take({ type: 'report-host-fence-failed', host: 'web-3', token, message: 'web-3 did not answer in time', above: null }, now - minute, 'holdpoint')
    return run
  },
  /** Before the second phase: two hosts of its steps would not keep their work, and one could not be reached. */
  doubts: (now: number): FakeJournal => {
    const run = played(now, 'live', (journal) => journal.state().gates['gate-before-phase-2']?.state === 'reached')
    run.take({ type: 'report-host-checked', host: 'web-2', durable: false, why: 'its home folder is not writable' }, now - 9 * minute, 'holdpoint')
    run.take({ type: 'report-host-checked', host: 'lb-1', durable: false, why: 'it is a Windows host, which has no /bin/sh' }, now - 9 * minute, 'holdpoint')
    run.take({ type: 'report-host-checked', host: 'web-3', durable: null, why: 'web-3 at 10.20.0.13:22 refused the connection.' }, now - 9 * minute, 'holdpoint')
    return run
  },
  unknown: (now: number) => deploying(now, 'live', now - 4 * minute, { 'web-1': done, 'web-2': done, 'web-3': lost }),
  /** web-3 has been asked what it knows, and proves nothing. */
  probed: (now: number) => {
    const run = deploying(now, 'live', now - 4 * minute, { 'web-1': done, 'web-2': done, 'web-3': lost })
    run.take({ type: 'probe-step', stepId: 'deploy' }, now - minute)
    const findings = ['web-3 is on the boot the command was sent on.', 'Its folder jobs/rrun-1-sdeploy-a1-web-3-qkzvbtmh is there and no end is recorded. Neither the command nor what watched over it is alive.', 'The probe command ended with exit code 0 and printed: shopctl 4.2.0\nservice active since 22:31']
    run.take({ type: 'report-probed', stepId: 'deploy', attempt: 1, host: 'web-3', findings, result: null }, now - minute + 2000, 'holdpoint')
    return run
  },
  breach: (now: number) => {
    const run = deploying(now, 'live', now - 3 * minute, { 'web-1': done })
    run.take(breached(now), now - 95_000, 'holdpoint')
    return run
  },
  rollback: (now: number) => {
    const run = deploying(now, 'live', now - 6 * minute, { 'web-1': done, 'web-2': done, 'web-3': exited })
    run.take(breached(now), now - 5 * minute, 'holdpoint')
    run.take({ type: 'start-rollback', reason: 'Error rate over 3% and web-3 does not come up' }, now - 3 * minute, 'jonas')
    finishRunning(run, now - 3 * minute)
    run.take({ type: 'report-host-started', stepId: 'undo:maintenance-on', attempt: 1, host: 'lb-1' }, now - 55_000, 'holdpoint')
    return run
  },
  /** Phase 2 has no step without an undo; the checks of phase 1 say that there is nothing to take back. */
  undoable: (now: number): FakeJournal => {
    const book = fakeRunbook(now)
    const none = (phase: (typeof book.phases)[number]) => ({ ...phase, steps: phase.steps.map((step) => ({ ...step, attributes: { ...step.attributes, undo: 'none' } })) })
    const run = createFakeJournal('run-1', { ...book, phases: book.phases.map((phase, index) => (index === 1 ? none(phase) : phase)) }, 'live', now - 50 * minute)
    play(run, now - 16 * minute, (state) => state.steps['deploy']?.status === 'running')
    return run
  },
  /** The undo failed on a host, and what is left of the rollback is left to people. */
  'rollback-failed': (now: number): FakeJournal => {
    const run = scenarios.rollback(now)
    run.take({ type: 'report-host-finished', stepId: 'undo:maintenance-on', attempt: 1, host: 'lb-1', result: exited }, now - 40_000, 'holdpoint')
    run.take({ type: 'abort', reason: 'lb-1 does not answer shopctl any more; the rest is done by hand' }, now - 20_000, 'jonas')
    return run
  },
  'by-hand': (now: number) => {
    const run = deploying(now, 'live', now - 4 * minute, { 'web-1': done, 'web-2': exited, 'web-3': done })
    run.take({ type: 'set-pace', automatic: false }, now - 2 * minute)
    run.take({ type: 'skip-step', stepId: 'deploy', reason: 'web-2 is taken out of the pool by hand' }, now - minute)
    return run
  },
  /** At a gate two minutes before the point of no return: the step behind it takes longer. */
  late: (now: number) => played(now, 'live', (run) => run.state().gates['gate-before-phase-2']?.state === 'reached', 37 * minute, 98 * minute),
  /** The same, a minute later: the gate has been passed, and the step behind it waits for a sign-off. */
  'sign-off': (now: number) => {
    const run = createFakeJournal('run-1', fakeRunbook(now, 98 * minute), 'live', now - 50 * minute, { holds: true })
    play(run, now - 37 * minute, (state) => state.gates['gate-before-phase-2']?.state === 'reached')
    run.take({ type: 'decide-gate', gateId: 'gate-before-phase-2', decision: 'go', reason: '' }, now - 20_000, 'jonas')
    return run
  },
  /** A trigger marked auto has fired while the new version was being deployed: the rollback begins in 40 seconds. */
  countdown: (now: number) => {
    const book = fakeRunbook(now)
    const [first, ...others] = book.rollback.triggers
    const run = createFakeJournal('run-1', { ...book, rollback: { ...book.rollback, triggers: [{ ...first!, auto: { countdownMs: minute } }, ...others] } }, 'live', now - 50 * minute)
    play(run, now - 16 * minute, (state) => state.steps['deploy']?.status === 'running')
    run.take(breached(now), now - 95_000, 'holdpoint')
    run.take({
      type: 'report-breach', thresholdId: null, triggerId: 'trigger-1', metric: 'error rate',
      evidence: { rule: 'Error rate > 5% for 2m', limit: '> 5 %', query: 'the highest of 100 * shop_errors_ratio at http://prometheus:9090, every 5 s', stepId: 'deploy', samples: [5.2, 5.9, 6.4, 7.1].map((value, place) => ({ at: now - 40_000 + place * 5_000, value })) },
    }, now - 20_000, 'holdpoint')
    return run
  },
  /** Prometheus is away: nobody would see the trigger on the error rate fire. */
  blind: (now: number) => {
    const run = played(now, 'live', (one) => one.state().steps['stop']?.status === 'running', 12 * minute)
    run.take({ type: 'report-no-data', metric: 'error rate', why: 'prometheus.shop.example:9090 answered with status 401 instead of 200. It wants to know who asks: check auth: of the metric and its secret.' }, Math.max(now - 3 * minute, run.state().lastEventAt), 'holdpoint')
    finishRunning(run, Math.max(now - 3 * minute, run.state().lastEventAt))
    return run
  },
  /** The point of no return was four minutes ago. */
  passed: (now: number) => played(now, 'live', (run) => run.state().gates['gate-before-phase-2']?.state === 'reached', 37 * minute, 104 * minute),
  /** Ten phases of fifty steps, in the middle of the third. */
  long: (now: number) => {
    const book = fakeRunbook(now)
    const [pattern] = book.phases[0]?.steps ?? []
    if (!pattern) throw new Error('the runbook of the fakes has a step')
    const phases = Array.from({ length: 10 }, (_, index) => ({
      ...book.phases[0]!, id: `phase-${index + 1}`, number: index + 1, title: `Part ${index + 1}`, planned: null,
      steps: Array.from({ length: 50 }, (__, place) => ({ ...pattern, id: `step-${index * 50 + place + 1}`, title: `Step ${index * 50 + place + 1}`, plannedMs: (1 + (place % 3)) * 10_000, attributes: (place % 5 === 1 ? { after: 'none' } : {}) as Record<string, string> })),
    }))
    const run = createFakeJournal('run-1', { ...book, phases, messages: [] }, 'live', now - 50 * minute)
    play(run, now - 37 * minute, (state) => state.steps['step-120']?.status === 'succeeded')
    return run
  },
  monitoring: (now: number) => played(now, 'rehearsal', (run) => run.state().stage === 'monitoring'),
  'follow-up': (now: number) => {
    const book = fakeRunbook(now)
    const run = createFakeJournal('run-1', { ...book, followUps: [{ ...book.followUps[0]!, text: 'Monitor for 24 hours', watchMs: 24 * 60 * minute }, ...book.followUps.slice(1)] }, 'live', now - 50 * minute)
    play(run, now - 37 * minute, (state) => state.stage === 'monitoring')
    run.take({ type: 'end-monitoring', reason: 'All metrics within limits' }, now - 2 * minute)
    for (const item of run.state().runbook.postChecklist) run.take({ type: 'tick', id: item.id, note: '' }, now - minute)
    run.take({ type: 'finish-run' }, now - 30_000)
    return run
  },
  ended: (now: number) => {
    const run = played(now, 'rehearsal', (one) => one.state().stage === 'monitoring')
    run.take({ type: 'end-monitoring', reason: 'All metrics within limits' }, now - 2 * minute)
    for (const item of run.state().runbook.postChecklist) run.take({ type: 'tick', id: item.id, note: '' }, now - minute)
    run.take({ type: 'finish-run' }, now - 30_000)
    return run
  },
} satisfies Record<string, (now: number) => FakeJournal>

export type ScenarioName = keyof typeof scenarios

const done: HostResult = { outcome: 'succeeded', exitCode: 0 }
const exited: HostResult = { outcome: 'failed', reason: 'exit', exitCode: 3 }
const refused: HostResult = {
  outcome: 'failed', reason: 'refused', code: 'ssh-host-key-changed',
  message: 'The host key of web-3 is not the one in ~/.ssh/known_hosts:43. Nothing was sent.',
  hint: 'Ask whoever runs web-3 whether it was rebuilt. If so, remove line 43 and retry. If not, do not go on.',
}
const lost: HostResult = {
  outcome: 'unknown', code: 'ssh-lost', message: 'The connection to web-3 was lost after the command was sent; its result is unknown.',
  hint: 'Check web-3: does shopctl version say 4.2.0? Then mark the step done, or retry.',
}

const fresh = (now: number, mode: RunMode, openedMs?: number): FakeJournal => createFakeJournal('run-1', fakeRunbook(now, openedMs), mode, now - 50 * minute)

function played(now: number, mode: RunMode, until: (run: FakeJournal) => boolean, sinceMs = 37 * minute, openedMs?: number): FakeJournal {
  const run = fresh(now, mode, openedMs)
  play(run, now - sinceMs, () => until(run))
  return run
}

/** In the middle of "Deploy new version": each host has started and those named have ended. */
function deploying(now: number, mode: RunMode, at: number, results: Record<string, HostResult>): FakeJournal {
  const run = played(now, mode, (one) => one.state().steps['deploy']?.status === 'running', 16 * minute)
  const hosts = Object.keys(run.state().steps['deploy']?.hosts ?? {})
  const from = Math.max(at, run.state().lastEventAt)
  for (const host of hosts) run.take({ type: 'report-host-started', stepId: 'deploy', attempt: 1, host, durable: true }, from, 'holdpoint')
  for (const [place, [host, result]] of Object.entries(results).entries()) {
    run.take({ type: 'report-host-finished', stepId: 'deploy', attempt: 1, host, result }, from + 31_000 + place * 13_000, 'holdpoint')
  }
  return run
}

const breached = (now: number): RunCommand => ({
  type: 'report-breach', thresholdId: 'limit-1', triggerId: null, metric: 'error rate',
  evidence: { rule: 'Error rate > 2% for 1m', stepId: 'deploy', samples: [2.2, 2.6, 2.9, 3.1].map((value, place) => ({ at: now - 100_000 + place * 5_000, value })) },
})
