import { describe, expect, it } from 'vitest'
import { parseRunbook } from '#document/parse.ts'
import { checkUndoNames } from '#domain/flow/undo-names.ts'

const check = (undo: string, kind = 'sh {hosts=app1') => checkUndoNames(parseRunbook(`---
hosts: [app1]
---
# Release

## Deployment Steps

### Phase 1: A

1. Deploy
   \`\`\`${kind} id=deploy ${undo}}
   GET https://shop.example/
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Put the old version back
   \`\`\`sh {hosts=app1 id=back-deploy}
   shopctl previous
   \`\`\`
2. Tell stakeholders
`).runbook).map(({ message, hint }) => `${message} ${hint}`)

describe('undo= that names a step', () => {
  it.each(['', 'undo=none', 'undo=back-deploy', 'undo=rollback-tell-stakeholders', 'undo="shopctl previous"', 'undo=reboot', 'undo=/usr/local/bin/back-deply', 'undo="docker-compose down"', 'undo=./undo-deploy.sh'])('is fine as %s', (undo) => {
    expect(check(undo)).toEqual([])
  })

  it('is warned about where the plan has no such step: with the one that is meant, if one is near', () => {
    expect(check('undo=back-deply')).toEqual(['"Deploy" is taken back by "back-deply", which reads like the id of a step, and the rollback plan has none of that id. It would run as a command on app1. Write undo=back-deploy if that step is meant.'])
    expect(check('undo=restore-backup')).toEqual([expect.stringContaining('Name a step of the rollback plan by its id')])
    expect(check('undo=rollback_tell_stakeholder')).toEqual([])
  })

  it('is warned about where it names a step of a phase, and where a person would be told to do it', () => {
    expect(check('undo=deploy')).toEqual([expect.stringContaining('which is a step of a phase and not of the rollback plan')])
    expect(check('undo=back-deploi', 'http {expect=200')).toEqual([expect.stringContaining('A person would be told to do that.')])
  })
})
