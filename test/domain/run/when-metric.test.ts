import { describe, expect, test } from 'vitest'
import { nextMove } from '#domain/run/autopilot.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { undecidedBy } from '#domain/run/condition.ts'
import type { VerdictWord } from '#domain/verdict.ts'
import { nextAction } from '#renderer/parts/room/next-action.ts'
import { followedBy, go, story, succeeded, type Story } from '#support/run-log.ts'
import { phase, range, sh, smallRunbook } from '#support/runbooks.ts'
import { questionFor } from '../../../main/cli/questions.ts'

const limit = (id: string, over: number) => ({ id, text: `Error rate > ${over}%`, metric: 'error rate', operator: '>' as const, limit: over, unit: '%' as const, holdMs: 0, range })
const after = (told: Story, ...commands: RunCommand[]): Story => commands.reduce((before, command) => followedBy(before, command), told)
const says = (verdict: VerdictWord, thresholdId = 'limit-1'): RunCommand => ({ type: 'report-verdict', thresholdId, metric: 'error rate', verdict, doubt: verdict === 'inconclusive' ? 'no-data' : null })
/** `deploy` runs; `more` follows when the metric allows. */
const begun = (when: string): Story => story([{ type: 'start-run' }, go(1)], {
  runbook: smallRunbook({ checklists: [], thresholds: [limit('limit-1', 2), limit('limit-2', 5)], phases: [phase(1, [sh('deploy', ['app1']), sh('more', ['app2'], { attributes: { when } })])] }),
})
const outcome = ({ facts }: Story) => facts.flatMap((fact) => ('stepId' in fact && fact.stepId === 'more' ? [fact.type] : []))
const done = succeeded('deploy', 'app1')

describe('when=metric(…)', () => {
  test('goes by the verdicts that were recorded: the worst of a metric\'s limits', () => {
    expect(outcome(after(begun('metric(error rate) is ok'), says('ok'), says('ok', 'limit-2'), done))).toEqual(['step-started'])
    expect(outcome(after(begun('metric(error rate) is ok'), says('ok'), says('warning', 'limit-2'), done))).toEqual(['step-skipped'])
    expect(outcome(after(begun('metric(error rate) is breached'), says('breached'), says('ok', 'limit-2'), done))).toEqual(['step-started'])
    expect(outcome(after(begun('metric(error rate) is no data'), says('inconclusive'), says('inconclusive', 'limit-2'), done))).toEqual(['step-started'])
  })

  test.each([['nobody has judged it', []], ['one limit is not judged', [says('ok')]], ['it has fallen silent', [says('ok'), says('ok', 'limit-2'), { type: 'report-no-data', metric: 'error rate' } as RunCommand]]])('holds with a question when %s: no data is never ok, and nothing is skipped silently', (_, verdicts) => {
    const told = after(begun('metric(error rate) is ok'), ...verdicts, done)
    expect(outcome(told)).toEqual([])
    const step = told.state.runbook.phases[0]!.steps[1]!
    expect(undecidedBy(told.state, step)).toEqual(['metric(error rate) ok'])
    expect(nextAction(told.state)).toMatchObject({ tone: 'unknown', title: 'Is it time for “more”?', focusId: 'more', primary: { key: 'Enter' }, second: { key: 's' } })
    const suggested = nextMove(told.state, { onTrigger: 'rollback', retries: 0 })
    expect(questionFor(told.state, suggested).text).toBe('Its condition cannot be decided: nobody knows metric(error rate) ok. Start: "more"?')
    expect(outcome(after(told, { type: 'start-step', stepId: 'more' }))).toEqual(['step-started'])
    expect(outcome(after(told, { type: 'skip-step', stepId: 'more', reason: 'not now' }))).toEqual(['step-skipped'])
  })

  test('begins by itself once the metric is known to be ok', () => {
    const told = after(begun('metric(error rate) is ok'), done, says('ok'))
    expect(outcome(told)).toEqual([])
    expect(outcome(after(told, says('ok', 'limit-2')))).toEqual(['step-started'])
  })
})
