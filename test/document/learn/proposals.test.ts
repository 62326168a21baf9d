import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { proposalsFor } from '#document/learn/proposals.ts'
import { parseRunbook } from '#document/parse.ts'
import { lengthWord, learnedLength } from '#domain/learn/planned.ts'
import { parseDuration } from '#domain/duration.ts'
import { planStepFor } from '#domain/run/undo-step.ts'
import { applySplices } from '#domain/text-patch.ts'

const example = readFileSync(new URL('../../../resources/examples/checkout-release.md', import.meta.url), 'utf8')
const [second, minute] = [1000, 60_000]
const stepsOf = (text: string) => {
  const { runbook } = parseRunbook(text)
  return [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps]
}
const learned = (text: string, lengths: Record<string, number[]>, done: string[] = []) => proposalsFor({ text, runbook: parseRunbook(text).runbook, lengths: new Map(Object.entries(lengths)), done: new Set(done) })

describe('the planned length a step should have', () => {
  test('is the p90 of what it took, rounded up to what people write', () => {
    expect(learnedLength([61, 62, 63, 64, 95].map((seconds) => seconds * second), 4 * minute)).toMatchObject({ ms: 90 * second, n: 5 })
    expect(learnedLength([31, 31, 31].map((seconds) => seconds * second), null)?.ms).toBe(35 * second)
    expect(learnedLength([20.2, 20.2, 20.2].map((minutes) => minutes * minute), minute)?.ms).toBe(21 * minute)
  })

  test('is not shorter than the plan with one or two lengths, and not told when the plan is right or nobody knows', () => {
    expect(learnedLength([10 * second, 12 * second], 5 * minute)).toBeNull()
    expect(learnedLength([9 * minute], 5 * minute)?.ms).toBe(9 * minute)
    expect(learnedLength([4.8, 4.9, 4.9].map((minutes) => minutes * minute), 5 * minute)).toBeNull()
    expect(learnedLength([], 5 * minute)).toBeNull()
  })

  test('is written as the runbook reads it', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 * 3600 }), (seconds) => { expect(parseDuration(lengthWord(seconds * second))).toBe(seconds * second) }))
  })
})

describe('what a runbook could learn', () => {
  test('is one proposal a step, each changing its planned= alone', () => {
    const proposals = learned(example, { 'stop-checkout': [3 * minute, 3 * minute, 3 * minute], 'clear-cdn': [10 * second] })
    expect(proposals.map(({ title, why }) => [title, why])).toEqual([['Plan 3 min for “Stop application services”', 'It was planned with 2 min; it took 3 min, p90 3 min, n=3.']])
    expect(applySplices(example, proposals.flatMap(({ splices }) => splices))).toBe(example.replace('{id=stop-checkout hosts=app timeout=2m planned=2m', '{id=stop-checkout hosts=app timeout=2m planned=3m'))
  })

  const phased = (window: string, ...ranges: string[]) => `# R\n\n## Overview\n\n- **Deployment Date:** 2026-12-05\n- **Deployment Window:** ${window} UTC\n\n## Deployment Steps\n\n${ranges.map((range, index) => `### Phase ${index + 1}: P${index + 1}\n\n**${range}**\n\n1. First of ${index + 1}\n2. Second of ${index + 1}\n\n`).join('')}## Rollback Plan\n\n### Rollback Steps\n\n1. Go back\n`
  const tookIn = (text: string, phase: number, minutes: number[], n = 3): Record<string, number[]> =>
    Object.fromEntries(parseRunbook(text).runbook.phases[phase - 1]!.steps.map(({ id }, index) => [id, Array.from({ length: n }, () => (minutes[index] ?? 0) * minute)]))

  test('is for the phases one proposal: what is longer moves those that follow without a gap, and one with a gap keeps its start while there is room', () => {
    const text = phased('22:00 - 00:00', '22:00 - 22:15', '22:15 – 22:30', '22:50 - 23:00')
    const [proposal, ...others] = learned(text, tookIn(text, 1, [10, 13]))
    expect(others).toEqual([])
    expect([proposal?.title, proposal?.why]).toEqual(['Plan phase 1 22:00 – 22:25, phase 2 22:25 – 22:40', 'Phase 1 takes 25 min (the p90s of its steps, n=3) and was planned with 15 min. Phase 2 moves with it.'])
    expect(applySplices(text, proposal!.splices)).toBe(text.replace('22:00 - 22:15', '22:00 - 22:25').replace('22:15 – 22:30', '22:25 – 22:40'))
    const crowded = learned(text, tookIn(text, 1, [20, 31]))[0]!
    expect(crowded.title).toBe('Plan phase 1 22:00 – 22:55, phase 2 22:55 – 23:10, phase 3 23:10 – 23:20')
    expect(parseRunbook(applySplices(text, crowded.splices)).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('makes a phase shorter only from three nights on, says when it no longer fits the window, and leaves a plan alone that is right', () => {
    const text = phased('23:30 - 00:30', '23:30 - 00:00', '00:00 - 00:30')
    expect(learned(text, tookIn(text, 1, [4, 5], 2))).toEqual([])
    expect(learned(text, tookIn(text, 1, [4, 5]))[0]?.title).toBe('Plan phase 1 23:30 – 23:40, phase 2 23:40 – 00:10')
    expect(learned(text, tookIn(text, 1, [14, 14.5]))).toEqual([])
    expect(learned(text, tookIn(text, 2, [20, 25], 1))[0]).toMatchObject({ title: 'Plan phase 2 00:00 – 00:45', why: expect.stringContaining('That ends 15 min after the change window') as string })
  })

  test('counts lanes of a phase side by side, and keeps the plan of a step that was never done', () => {
    const text = phased('22:00 - 00:00', '22:00 - 22:20').replace('2. Second of 1', '2. Second of 1\n   ```wait {for=1m after=none}\n   ```')
    expect(learned(text, tookIn(text, 1, [30, 26])).map(({ title }) => title)).toContain('Plan phase 1 22:00 – 22:30')
    const [first] = parseRunbook(text).runbook.phases[0]!.steps
    expect(learned(text, { [first!.id]: [minute, minute, minute] })).toEqual([])
  })

  test('adds planned= where a block has none, and leaves a step without a block alone', () => {
    const text = '# R\n\n## Deployment Steps\n\n### Phase 1: One\n\n1. Ask\n2. Go\n   ~~~sh { id=go undo="a } b" }\n   go\n   ~~~\n3. Say\n   ```manual {}\n   ```\n'
    const steps = stepsOf(text)
    const taken = learned(text, Object.fromEntries(steps.map(({ id }) => [id, [minute]])))
    expect(taken).toHaveLength(2)
    expect(applySplices(text, taken.flatMap(({ splices }) => splices))).toBe(text.replace('b" }', 'b"  planned=1m}').replace('{}', '{ planned=1m}'))
  })

  test('touches nothing else, whatever was accepted, in files of every kind', () => {
    const written = fc.record({ ending: fc.constantFrom('\n', '\r\n'), mark: fc.constantFrom('', '\uFEFF'), final: fc.boolean() })
      .map(({ ending, mark, final }) => mark + (example.trimEnd() + (final ? '\n' : '')).replaceAll('\n', ending))
    const ids = stepsOf(example).map(({ id }) => id)
    fc.assert(fc.property(written, fc.array(fc.constantFrom(...ids), { maxLength: 8 }), fc.integer({ min: 1, max: 90 }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (text, some, minutes, choice) => {
      const proposals = learned(text, Object.fromEntries(some.map((id) => [id, [minutes * minute, minutes * minute, minutes * minute]])))
      const accepted = proposals.filter((_, index) => choice[index % choice.length])
      const result = applySplices(text, accepted.flatMap(({ splices }) => splices))
      if (accepted.length === 0) expect(result).toBe(text)
      const strip = (one: string) => one.replaceAll(/ planned=[0-9a-z]+|\*\*\d\d:\d\d - \d\d:\d\d\*\*/g, '')
      expect(strip(result)).toBe(strip(text))
      const planned = new Map(stepsOf(result).map((step) => [step.id, step.plannedMs]))
      for (const { id } of accepted) if (id !== 'planned-phases') expect(planned.get(id.replace('planned:', ''))).toBe(minutes * minute)
    }), { numRuns: 8 })
  })
})

describe('a way back for steps that were done without one', () => {
  const book = (back: string, forward = 'Deploy *new* version 2.0') => `---
hosts: [app1, lb1]
---

# R

## Deployment Steps

### Phase 1: One

1. ${forward}
   \`\`\`sh {id=deploy hosts=app1}
   deploy
   \`\`\`
2. Warm up
   \`\`\`sh {hosts=app1 undo=none}
   warm
   \`\`\`
3. Stop application services
   \`\`\`sh {id=stop hosts=app1}
   stop
   \`\`\`

## Rollback Plan

### Rollback Steps

${back}

### Rollback Validation

- [ ] It runs
`
  const undoOf = (text: string) => {
    const { runbook } = parseRunbook(text)
    return runbook.phases[0]?.steps.map((step) => [step.id, planStepFor(runbook, step)?.title ?? null])
  }
  const taken = (text: string, ids = ['deploy', 'stop', 'one-warm-up']) => {
    const proposals = learned(text, {}, ids)
    return { titles: proposals.map(({ title }) => title), text: applySplices(text, proposals.flatMap(({ splices }) => splices)) }
  }

  test('is the step of the plan that plainly takes them back, which gets an id of its own', () => {
    const text = book('1. Deploy previous version 1.9\n2. Restart services')
    const { titles, text: result } = taken(text)
    expect(titles).toEqual(['Take “Deploy new version 2.0” back by “Deploy previous version 1.9”', 'Take “Stop application services” back by “Restart services”'])
    expect(undoOf(result)).toEqual([['deploy', 'Deploy previous version 1.9'], ['one-warm-up', null], ['stop', 'Restart services']])
    expect(result).toContain('2. Restart services\n   ```manual {id=rollback-restart-services}\n   ```\n')
    expect(taken(result).titles).toEqual([])
  })

  test('is a step by hand at the end of the plan where nothing says how, the last done first, and never a command', () => {
    const text = book('*   Tell everybody', 'Deploy *new* version [2.0]').trimEnd().replaceAll('\n', '\r\n')
    const { titles, text: result } = taken(text)
    expect(titles).toEqual(['Add “Undo: Stop application services” to the rollback plan, to be done by hand', 'Add “Undo: Deploy new version [2.0]” to the rollback plan, to be done by hand'])
    expect(undoOf(result)).toEqual([['deploy', 'Undo: Deploy new version [2.0]'], ['one-warm-up', null], ['stop', 'Undo: Stop application services']])
    expect(parseRunbook(result).runbook.rollback.steps.map(({ title, kind }) => [title, kind])).toEqual([['Tell everybody', 'manual'], ['Undo: Stop application services', 'manual'], ['Undo: Deploy new version [2.0]', 'manual']])
    expect(result.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    const parts = learned(text, {}, ['deploy', 'stop'])
    expect(undoOf(applySplices(text, parts[1]?.splices ?? []))).toEqual([['deploy', 'Undo: Deploy new version [2.0]'], ['one-warm-up', null], ['stop', null]])
  })

  test('goes together with a new planned time of the same step', () => {
    const text = book('1. Tell everybody').replace('{id=deploy hosts=app1}', '{ id=deploy hosts=app1 }')
    const proposals = learned(text, { deploy: [minute] }, ['deploy'])
    expect(proposals.map(({ id }) => id)).toEqual(['planned:deploy', 'undo:deploy'])
    const [step] = stepsOf(applySplices(text, proposals.flatMap(({ splices }) => splices)))
    expect(step).toMatchObject({ plannedMs: minute, undo: 'undo-deploy' })
  })

  test('is not added to a plan that Holdpoint executes, nor for what was not done, nor where two steps could be meant', () => {
    expect(taken(book('1. Switch over\n   ```sh {hosts=app1}\n   switch\n   ```')).titles).toEqual([])
    expect(taken(book('1. Tell everybody'), []).titles).toEqual([])
    expect(taken(book('1. Restart services\n2. Start services'), ['stop']).titles).toEqual(['Add “Undo: Stop application services” to the rollback plan, to be done by hand'])
    // A plan step on another host does not take it back.
    expect(taken(book('1. Restart services\n   ```sh {hosts=lb1}\n   start\n   ```'), ['stop']).titles).toEqual([])
  })
})
