import { describe, expect, it } from 'vitest'
import { parseRunbook } from '#document/parse.ts'
import { checkFlowReferences } from '#domain/flow/references.ts'

const step = (title: string, attributes: string) => `1. ${title}\n   \`\`\`sh {hosts=app1 undo=none ${attributes}}\n   true\n   \`\`\`\n`
const check = (forward: string, rollback = '', environment = '*   **Environment:** Production\n') => checkFlowReferences(parseRunbook(`---
hosts: [app1]
---
# Release

## Overview

${environment}
## Deployment Steps

### Phase 1: A

${forward}
## Rollback Plan

### Rollback Steps

${rollback}
## Monitoring & Alerts

### Alert Thresholds

*   Error rate > 2%
`).runbook).map(({ message }) => message)

describe('what steps say about each other', () => {
  it('is fine when it looks back at what is there', () => {
    expect(check(
      step('One', 'id=one capture="version=regex:v(.*)"') + step('Two', 'id=two when="previous.succeeded and version == 2 and metric(error rate) ok and environment == Staging and step(one).succeeded" on-fail=step:three') + step('Three', 'id=three when="step(two).failed"'),
      step('Back', 'when="step(two).failed and version == 2"'),
    )).toEqual([])
  })

  it.each([
    ['when="previous.failed"', 'the step before, and there is none'], ['when="step(two).failed"', '"two", and none before'], ['when="step(one).failed"', '"one", and none before'],
    ['when="not metric(latency) ok"', '"latency", and no alert threshold'], ['when="count > 1"', '"count", and no step before'], ['capture="count=json:" when="count > 1"', '"count", and no step before'], ['on-fail=step:nobody', 'no step after it, in the same phase or in the rollback, has that id'],
  ])('is reported when it cannot ever be known: %s', (attributes, words) => {
    expect(check(step('One', `id=one ${attributes}`) + step('Two', 'id=two'))).toEqual([expect.stringContaining(words)])
  })

  it('handles a failure only with a later step, so that no two call each other in turn, and with none that is dangerous', () => {
    expect(check(step('One', 'id=one on-fail=step:two') + step('Two', 'id=two on-fail=step:one'))).toEqual([
      expect.stringContaining('The step "Two" runs when "One" fails, and otherwise in its own turn'), expect.stringContaining('The step "Two" runs "one" when it fails, and no step after it'),
    ])
    expect(check(step('One', 'id=one on-fail=step:two') + step('Two', 'id=two danger when="step(one).failed"'))).toEqual([expect.stringContaining('is marked as dangerous')])
  })

  it('keeps to its lane when it fails, and needs an environment to compare', () => {
    expect(check(step('One', 'on-fail=step:back'), step('Back', 'id=back'))).toHaveLength(1)
    expect(check(step('One', 'when="environment == Staging"'), '', '')).toEqual([expect.stringContaining('the overview names none')])
  })
})
