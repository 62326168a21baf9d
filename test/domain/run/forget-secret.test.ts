import { expect, test } from 'vitest'
import { describeEvent } from '#domain/run/describe.ts'
import { givenSecrets } from '#domain/run/given-secrets.ts'
import { react } from '#domain/run/react.ts'
import { askedIn } from '#domain/secrets/asked.ts'
import { exited, followedBy, go, story } from '#support/run-log.ts'
import { phase, range, sh, smallRunbook } from '#support/runbooks.ts'

const deploy = sh('deploy', ['app1'], { attributes: { env: 'A=secret:ask:pin B="secret:token" C=secret:env:SHOP D=plain' } })
const runbook = smallRunbook({
  checklists: [], phases: [phase(1, [deploy])],
  inventory: { hosts: [], groups: [], sources: [{ metric: 'sessions', kind: 'sql', settings: { password: 'secret:ask:db', port: 5432 }, everyMs: 5000, range }] },
})
const failed = (mode: 'live' | 'rehearsal' = 'live') => story([{ type: 'start-run' }, go(1), exited('deploy', 'app1', 1)], { runbook, mode })
const refusal = (name: string, told = failed()): unknown => {
  try {
    return followedBy(told, { type: 'forget-secret', name }).facts
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
}

test('a runbook asks persons for what its steps and its metrics name as secret:ask, in either spelling', () => {
  expect(askedIn(runbook)).toEqual(['pin', 'token', 'db'])
})

test('what was given is forgotten at once, and who needs it next asks again: a fact with its person, in words', () => {
  const told = followedBy(failed(), { type: 'forget-secret', name: 'pin' })
  expect(told.facts).toEqual([{ type: 'secret-forgotten', name: 'pin' }])
  const event = { ...told.facts[0]!, at: 1, by: 'dana' }
  expect([describeEvent(event, runbook), react(event)]).toEqual(['What was given as the secret “pin” is forgotten: its next use asks again', [{ type: 'forget-secret', name: 'pin' }]])
})

test('a failed step offers it for what it was given, until it is forgotten, and again after another try', () => {
  let told = failed()
  expect(givenSecrets(told.state, deploy)).toEqual({ given: ['pin', 'token'], forgotten: [] })
  told = followedBy(told, { type: 'forget-secret', name: 'pin' })
  expect(givenSecrets(told.state, deploy)).toEqual({ given: ['token'], forgotten: ['pin'] })
  told = followedBy(told, { type: 'retry-step', stepId: 'deploy' }, told.state.lastEventAt + 1000)
  expect(givenSecrets(told.state, deploy)).toEqual({ given: [], forgotten: [] })
  told = followedBy(told, exited('deploy', 'app1', 1, 2), told.state.lastEventAt + 1000)
  expect(givenSecrets(told.state, deploy)).toEqual({ given: ['pin', 'token'], forgotten: [] })
})

test('it is refused for what nobody is asked for, in a rehearsal, and after the end', () => {
  expect([refusal('SHOP'), refusal('constructor'), refusal('pin', failed('rehearsal'))]).toEqual(['secret-unknown', 'secret-unknown', 'secret-rehearsed'])
  const ended = followedBy(failed(), { type: 'abort', reason: 'enough' })
  expect([ended.state.stage, refusal('pin', ended)]).toEqual(['ended', 'run-ended'])
})
