import { expect, test } from 'vitest'
import { nextMove } from '#domain/run/autopilot.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { exited, go, opening, story, succeeded } from '#support/run-log.ts'
import { phase, sh, smallRunbook } from '#support/runbooks.ts'
import { answerToCommand, questionFor } from '../../main/cli/questions.ts'

const shown = { rollback: () => 'this is what it does', boundaries: () => 'these can be gone back to', verdicts: () => 'this is how it is judged' }
const stuck = (...more: RunCommand[]) => {
  const { state } = story([...opening, succeeded('stop', 'app1'), ...more])
  const suggested = nextMove(state, { onTrigger: 'rollback', retries: Number.MAX_SAFE_INTEGER })
  return { question: questionFor(state, suggested), answer: (text: string) => answerToCommand(state, suggested, text, shown) }
}
const failed = () => stuck(exited('stop', 'app2', 1))
const unclear = () => stuck({ type: 'report-step-lost', stepId: 'stop', attempt: 1 })

test('a failed step can be retried, here or everywhere, ignored, or go on without a host, in one line each', () => {
  const { answer } = failed()
  expect(answer('y')).toEqual({ command: { type: 'retry-step', stepId: 'stop', reason: '' } })
  expect(answer('r wrong build')).toEqual({ command: { type: 'retry-step', stepId: 'stop', hosts: 'all', reason: 'wrong build' } })
  expect(answer('i app2 is a spare')).toEqual({ command: { type: 'ignore-failure', stepId: 'stop', reason: 'app2 is a spare' } })
  expect(answer('h app2 disk is dying')).toEqual({ command: { type: 'exclude-host', host: 'app2', reason: 'disk is dying' } })
  for (const without of ['i', 'h', 'h app2', 's']) expect(answer(without)).toHaveProperty('help')
})

test('the letters offered fit what happened: an unknown outcome is not ignored, and is retried in the words of the person', () => {
  expect(failed().question.choices).toContain('i WHY')
  const { question, answer } = unclear()
  expect(question.choices).not.toContain('i WHY')
  expect(question.choices).toContain('q asks the hosts')
  expect(answer('q')).toEqual({ command: { type: 'probe-step', stepId: 'stop' } })
  expect(answer('y')).toEqual({ command: { type: 'retry-step', stepId: 'stop', reason: '' } })
  expect(answer('y looked, it never began')).toEqual({ command: { type: 'retry-step', stepId: 'stop', reason: 'looked, it never began' } })
})

test('a secret that a person gave and that may have been wrong is asked for again on request, and none is that nobody gave', () => {
  const asking = (...names: string[]) => {
    const runbook = smallRunbook({ checklists: [], phases: [phase(1, [sh('stop', ['app2'], { attributes: { env: names.map((name) => `${name.toUpperCase()}=secret:ask:${name}`).join(' ') } })])] })
    return (result: RunCommand) => {
      const { state } = story([{ type: 'start-run' }, go(1), result], { runbook, mode: 'live' })
      const suggested = nextMove(state, { onTrigger: 'rollback', retries: Number.MAX_SAFE_INTEGER })
      return { choices: questionFor(state, suggested).choices, answer: (text: string) => answerToCommand(state, suggested, text, shown) }
    }
  }
  const one = asking('pin')(exited('stop', 'app2', 1))
  expect(one.choices).toContain('k forgets what was given as pin, so that the next try asks again')
  expect(one.answer('k')).toEqual({ command: { type: 'forget-secret', name: 'pin' } })
  const two = asking('pin', 'token')(exited('stop', 'app2', 1))
  expect(two.choices).toContain('k NAME forgets what was given as pin or token')
  expect([two.answer('k token'), two.answer('k')]).toEqual([{ command: { type: 'forget-secret', name: 'token' } }, { help: 'Type one of the letters; nothing was changed.' }])
  const never: RunCommand = { type: 'report-host-finished', stepId: 'stop', attempt: 1, host: 'app2', result: { outcome: 'failed', reason: 'refused', code: 'secret-not-given', message: 'Nobody gave it.', hint: '' } }
  for (const choices of [asking('pin')(never).choices, failed().question.choices]) expect(choices).not.toContain('forgets')
})

test('what a rollback would do is shown before anybody says why; running steps are stopped or let to their end, and given up on while they are waited for', () => {
  const running = stuck()
  expect(running.question.choices).toContain('b shows the rollback, b WHY stops what runs and rolls back, l WHY lets it end and rolls back')
  expect(answerToCommand(story([...opening]).state, null, 'b', shown)).toEqual({ help: expect.stringContaining('this is what it does') as string })
  expect([running.answer('b errors'), running.answer('l errors')]).toEqual([{ command: { type: 'start-rollback', reason: 'errors' } }, { command: { type: 'start-rollback', reason: 'errors', running: 'wait' } }])
  const waiting = stuck({ type: 'start-rollback', reason: 'errors', running: 'wait' })
  expect([waiting.question.text, waiting.question.choices]).toEqual(['The rollback begins when "stop" has ended.', expect.stringMatching(/^b WHY stops what is waited for/) as string])
  expect(waiting.answer('b it hangs')).toEqual({ command: { type: 'abort-forward', reason: 'it hangs' } })
})

test('how the rules are judged is shown, and the time of the baseline chosen, at any moment', () => {
  const { question, answer } = stuck()
  expect(question.choices).toContain('v shows how the rules are judged, m TIME chooses the baseline')
  expect(answer('v')).toEqual({ help: 'this is how it is judged' })
  expect(answer('m 21:40 to 21:55')).toEqual({ command: { type: 'choose-baseline', range: '21:40 to 21:55' } })
  expect(answer('m')).toEqual({ help: expect.stringContaining('m 10m') as string })
})

test('the phases that a run can go back to before are shown, and gone back to by number and reason', () => {
  const running = stuck()
  expect([running.answer('t'), running.answer('u 1')]).toEqual([{ help: 'these can be gone back to' }, { help: 'these can be gone back to' }])
  expect(running.question.choices).toContain('t N WHY stops what runs and goes back to before phase N, u N WHY lets it end first')
  expect([running.answer('t 1 wrong build'), running.answer('u 1 wrong build')]).toEqual([
    { command: { type: 'roll-back-to', phaseId: 'phase-1', reason: 'wrong build' } }, { command: { type: 'roll-back-to', phaseId: 'phase-1', reason: 'wrong build', running: 'wait' } },
  ])
  expect(running.answer('t 7 wrong build')).toHaveProperty('help')
})
