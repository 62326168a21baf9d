import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createApp } from '#main/app.ts'
import type { ResumeOutline } from '#preload/contract.ts'
import { holdpointIn } from '#support/holdpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-resume-'))
const holdpoint = holdpointIn(folder)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const text = (deploy: string, more = '') => `---
hosts: [app1]
---

# Resumed

## Deployment Steps

### Phase 1: Before

1. Tell support
   \`\`\`sh {id=tell hosts=app1 planned=1s}
   say hello
   \`\`\`

### Phase 2: Only

1. Deploy
   \`\`\`sh {id=deploy hosts=app1 planned=1s}
   ${deploy}
   \`\`\`
${more}`

/** An aborted rehearsal whose first phase a person has skipped. */
async function abortedRun(): Promise<string> {
  const app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder })
  try {
    const call = async (name: string, input: unknown) => {
      const reply = await app.dispatcher.call(name, input)
      if (!reply.ok) throw new Error(reply.problem.message)
      return reply.value as { runbookId: string; runId: string }
    }
    const { runbookId } = await call('import-runbook', { name: 'resumed.md', text: text('deploy 1') })
    const { runId } = await call('create-run', { runbookId, mode: 'rehearsal', speed: 60, automatic: false })
    const [first] = app.engine.state(runId).runbook.phases
    for (const command of [{ type: 'start-run' }, { type: 'decide-gate', gateId: `gate-before-${first?.id}`, decision: 'go' }, { type: 'skip-step', stepId: 'tell', reason: 'they know' }, { type: 'abort', reason: 'wrong version' }]) await call('send-command', { runId, command })
    return runId
  } finally {
    await app.close()
  }
}

test('holdpoint resume shows what an edited runbook changes, and goes on as a new run from where it stopped', async () => {
  const runId = await abortedRun()
  const file = join(folder, 'edited.md')
  writeFileSync(file, text('deploy 2', '2. Look\n   ```sh {id=look hosts=app1 planned=1s}\n   look\n   ```\n'))
  const shown = await holdpoint('resume', runId, '--runbook', file, '--dry-run')
  expect([shown.code, shown.stderr]).toEqual([0, ''])
  expect(shown.stdout).toContain('The runbook is at revision 2; the run was made from revision 1.')
  expect(shown.stdout).toMatch(/ {2}Tell support.*\(tell\): is done, was skipped\n~ Deploy \(deploy\): runs, was planned\n/)
  expect(shown.stdout).toMatch(/ {4}- deploy 1\n {4}\+ deploy 2\n/)
  expect(shown.stdout).toContain('+ Look (look): runs, new')
  const outline = JSON.parse((await holdpoint('resume', 'last', '--dry-run', '--json')).stdout) as ResumeOutline
  expect(outline).toMatchObject({ from: 'deploy', revision: 2, needsReason: false })

  const left = await holdpoint('resume', runId, '--from', 'look')
  expect([left.code, left.stderr.includes('Not done would be "Deploy".')]).toEqual([1, true])
  const { code, stderr } = await holdpoint('resume', runId)
  expect([code, stderr]).toEqual([0, expect.stringMatching(/Goes on with run .*: 1 step keeps its outcome, goes on at “Deploy”; changed: “Deploy”; added: “Look”/)])
  expect(stderr).not.toContain('“Tell support” started')
  const report = await holdpoint('report', 'last')
  expect(report.stdout).toContain(`Goes on with run ${runId}`)
  expect(readFileSync(file, 'utf8')).toContain('deploy 2')
  expect((await holdpoint('resume', 'last')).stderr).toContain('The run has succeeded')
}, 120_000)
