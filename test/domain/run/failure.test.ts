import { describe, expect, test } from 'vitest'
import { Problem } from '#domain/problem.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { statusOf } from '#domain/run/view.ts'
import { touchedSteps } from '#domain/run/undo.ts'
import { manual, phase, sh, smallRunbook } from '#support/runbooks.ts'
import { exited, followedBy, go, story, succeeded, type Story } from '#support/run-log.ts'

const hosts = ['app1', 'app2', 'app3']
const inventory = { hosts: hosts.map((name) => ({ name, address: null, user: null, port: null, jump: null })), groups: [], sources: [] }
const deploy = (attributes: Record<string, string> = {}) => sh('deploy', hosts, { attributes })

const begun = (...steps: Parameters<typeof phase>[1]): Story =>
  story([{ type: 'start-run' }, go(1)], { runbook: smallRunbook({ inventory, checklists: [], phases: [phase(1, steps)] }) })
const after = (told: Story, ...commands: RunCommand[]): Story => commands.reduce((before, command) => followedBy(before, command), told)
const refused = (run: () => unknown): string => {
  try {
    run()
    return 'not refused'
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.code
    throw thrown
  }
}

/** `deploy` succeeded on app1, failed on app2 and app3. */
const failed = (attributes: Record<string, string> = {}): Story =>
  after(begun(deploy(attributes), sh('check', hosts), manual('look')), succeeded('deploy', 'app1'), exited('deploy', 'app2', 1), exited('deploy', 'app3', 1))
/** And nobody knows about app2. */
const unclear = (): Story => {
  const told = after(begun(deploy(), sh('check', hosts)), succeeded('deploy', 'app1'), succeeded('deploy', 'app3'))
  return after(told, { type: 'report-step-lost', stepId: 'deploy', attempt: 1 })
}
const exclude = (host: string): RunCommand => ({ type: 'exclude-host', host, reason: 'its disk is dying' })

describe('a retry', () => {
  test('leaves the hosts alone that have succeeded', () => {
    expect(after(failed(), { type: 'retry-step', stepId: 'deploy' }).facts).toEqual([{ type: 'step-started', stepId: 'deploy', attempt: 2, hosts: ['app2', 'app3'] }])
  })

  test('on all hosts runs again where it has succeeded, and needs a reason that is kept', () => {
    expect(refused(() => after(failed(), { type: 'retry-step', stepId: 'deploy', hosts: 'all' }))).toBe('retry-all-needs-reason')
    expect(after(failed(), { type: 'retry-step', stepId: 'deploy', hosts: 'all', reason: 'app1 has the wrong build' }).facts).toMatchObject([
      { type: 'note-added', about: 'deploy', text: 'Tried again on all hosts: app1 has the wrong build' }, { type: 'step-started', attempt: 2, hosts },
    ])
  })

  test('on all hosts of an idempotent step needs no reason', () => {
    expect(after(failed({ idempotent: 'true' }), { type: 'retry-step', stepId: 'deploy', hosts: 'all' }).facts).toMatchObject([{ type: 'step-started', hosts }])
  })

  test('on all hosts that is refused everywhere does not make forget that the first attempt ran', () => {
    const again = after(failed(), { type: 'retry-step', stepId: 'deploy', hosts: 'all', reason: 'wrong build' })
    const no = (host: string): RunCommand => ({ type: 'report-host-finished', stepId: 'deploy', attempt: 2, host, result: { outcome: 'failed', reason: 'refused', code: 'ssh-refused', message: 'no', hint: '' } })
    expect(touchedSteps(after(again, ...hosts.map(no)).state).has('deploy')).toBe(true)
  })
})

describe('ignoring a failure', () => {
  const ignore: RunCommand = { type: 'ignore-failure', stepId: 'deploy', reason: 'app2 and app3 are spares' }

  test('goes on, keeps the reason, and is still a failure for a condition', () => {
    const told = after(failed(), ignore)
    expect(told.facts.map(({ type }) => type)).toEqual(['failure-ignored', 'step-started'])
    expect(told.state.steps['deploy']).toMatchObject({ status: 'skipped', ignored: true, message: 'app2 and app3 are spares' })
    const only = after(begun(deploy(), sh('clean', ['app1'], { attributes: { when: 'previous.failed' } })), ...hosts.map((host) => exited('deploy', host, 1)), ignore)
    expect(only.state.steps['clean']?.status).toBe('running')
  })

  test('is not for an unknown outcome', () => expect(refused(() => after(unclear(), ignore))).toBe('step-unclear'))
})

describe('excluding a host', () => {
  test('takes it out of every later step, and out of the retry', () => {
    const told = after(failed(), exclude('app2'))
    expect([told.facts, statusOf(told.state)]).toEqual([[{ type: 'host-excluded', host: 'app2', reason: 'its disk is dying' }], 'failed'])
    const again = after(told, { type: 'retry-step', stepId: 'deploy' })
    expect(again.facts).toMatchObject([{ type: 'step-started', hosts: ['app3'] }])
    expect(after(again, succeeded('deploy', 'app3', 2)).facts.at(-1)).toEqual({ type: 'step-started', stepId: 'check', attempt: 1, hosts: ['app1', 'app3'] })
  })

  test('lets the run go on once the step has succeeded on every host that is left, also where nobody knew', () => {
    for (const told of [after(failed(), exclude('app2'), exclude('app3')), after(unclear(), exclude('app2'))]) {
      expect(told.facts.map(({ type }) => type)).toEqual(['host-excluded', 'step-narrowed', 'step-started'])
      expect(told.state.steps['deploy']?.message).toContain('app2')
    }
  })

  test('of the last host skips the step, and every later one that has none left, with the reason', () => {
    const told = after(begun(sh('deploy', ['app1']), sh('check', ['app1']), manual('look')), exited('deploy', 'app1', 1), exclude('app1'))
    expect(told.facts.map(({ type }) => type)).toEqual(['host-excluded', 'step-skipped', 'step-skipped', 'step-started'])
    expect([told.state.steps['check']?.message, told.state.steps['look']?.status]).toEqual(['Every host it runs on has been excluded from this run.', 'running'])
  })

  test('waits while the host is at work, unless its link is lost', () => {
    const working = after(begun(deploy(), manual('look')), succeeded('deploy', 'app1'), succeeded('deploy', 'app3'), { type: 'report-host-started', stepId: 'deploy', attempt: 1, host: 'app2', durable: true })
    expect(refused(() => after(working, exclude('app2')))).toBe('host-at-work')
    const cut = after(working, { type: 'report-host-link-lost', stepId: 'deploy', attempt: 1, host: 'app2', message: 'cut' }, exclude('app2'))
    expect(cut.facts.map(({ type }) => type)).toEqual(['host-finished', 'step-finished', 'host-excluded', 'step-narrowed', 'step-started'])
    expect(cut.state.steps['deploy']?.hosts['app2']?.state).toBe('unknown')
  })

  test('ends a retry that was to begin by itself when nothing is left to retry', () => {
    const told = after(begun(sh('deploy', ['app1', 'app2'], { attributes: { retries: '2' } }), manual('look')), succeeded('deploy', 'app1'), exited('deploy', 'app2', 1), exclude('app2'))
    expect([told.state.steps['deploy']?.retryAt, told.state.steps['look']?.status]).toEqual([null, 'running'])
  })

  test('can be taken back for the steps that follow', () => {
    const told = after(failed(), exclude('app2'), { type: 'include-host', host: 'app2', reason: 'disk changed' }, { type: 'retry-step', stepId: 'deploy' })
    expect(told.facts).toMatchObject([{ type: 'step-started', hosts: ['app2', 'app3'] }])
  })

  test('is refused for a host the runbook does not have', () => expect(refused(() => after(failed(), exclude('app9')))).toBe('host-unknown'))
})
