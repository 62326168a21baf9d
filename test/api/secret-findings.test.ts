import { expect, test } from 'vitest'
import { checkRunbook, createRevisionCheck } from '#api/check.ts'
import { Problem } from '#domain/problem.ts'
import { nameOf, type SecretReference } from '#domain/secrets/reference.ts'

const TEXT = `---
hosts: [app1]
metrics:
  error rate: { source: json, url: "http://shop.example/stats", pointer: /errors, auth: "bearer secret:env:STATS" }
---
# Release

## Deployment Steps

### Phase 1: Preparation

**22:00 - 22:15**

1. Deploy
   \`\`\`sh {hosts=app1 env="TOKEN=secret:env:SHOP PIN=secret:pin" undo="true"}
   deploy
   \`\`\`
`
const fault = (reference: SecretReference): Problem | null => (reference.from === 'env' ? new Problem('secret-missing', `The variable ${reference.name} is not set where Holdpoint runs.`, 'Start Holdpoint with it.') : null)
const ofSecrets = (findings: ReturnType<typeof checkRunbook>['findings']) => findings.filter(({ code }) => code === 'secret-missing').map(({ severity, line, message }) => `${severity} ${line}: ${message}`)

test('a secret that cannot be had on this machine is a warning where it is named, for a step and for a metric', () => {
  expect(ofSecrets(checkRunbook(TEXT, fault).findings)).toEqual([
    'warning 1: The metric "error rate" needs a secret to be read. The variable STATS is not set where Holdpoint runs.',
    'warning 14: The step "Deploy" needs a secret as TOKEN. The variable SHOP is not set where Holdpoint runs.',
  ])
})

test('it is looked for anew each time the runbook is, though its text is checked once', () => {
  const asked: string[] = []
  let isThere = false
  const check = createRevisionCheck((reference) => {
    asked.push(nameOf(reference))
    return isThere ? null : fault(reference)
  })
  const stored = { id: 'book', revision: 1, text: TEXT }
  expect(ofSecrets(check(stored).findings)).toHaveLength(2)
  isThere = true
  expect(ofSecrets(check(stored).findings)).toEqual([])
  expect(asked.filter((name) => name === 'env:SHOP')).toHaveLength(2)
})
