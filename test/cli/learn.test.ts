import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#main/app.ts'
import { createAsker } from '#main/cli/asker.ts'
import { decide } from '#main/cli/learn.ts'
import { replaceRunbookFile } from '#main/cli/runbook-file.ts'
import { until } from '#support/fake-world.ts'
import { holdpointIn } from '#support/holdpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-learn-'))
const holdpoint = holdpointIn(folder)
let runId: string
beforeAll(async () => { runId = await rehearsed() })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TEXT = `---
hosts: [app1]
rehearsal:
  outcomes:
    - { step: deploy, duration: 4m }
---

# Learns

## Deployment Steps

### Phase 1: Only

1. Deploy
   \`\`\`sh {id=deploy hosts=app1 planned=1m undo=none}
   deploy
   \`\`\`
2. Look
   \`\`\`sh {id=look hosts=app1 planned=10s undo=none}
   look
   \`\`\`
`

/** A rehearsal in which one step took four minutes, aborted after it. */
async function rehearsed(): Promise<string> {
  const app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder })
  try {
    const call = async (name: string, input: unknown) => {
      const reply = await app.dispatcher.call(name, input)
      if (!reply.ok) throw new Error(reply.problem.message)
      return reply.value as { runbookId: string; runId: string }
    }
    const { runbookId } = await call('import-runbook', { name: 'learns.md', text: TEXT })
    const { runId: id } = await call('create-run', { runbookId, mode: 'rehearsal', speed: 3600, automatic: false })
    const [first] = app.engine.state(id).runbook.phases
    for (const command of [{ type: 'start-run' }, { type: 'decide-gate', gateId: `gate-before-${first?.id}`, decision: 'go' }, { type: 'start-step', stepId: 'deploy' }]) await call('send-command', { runId: id, command })
    await until(() => app.engine.state(id).steps['deploy']?.status === 'succeeded')
    await call('send-command', { runId: id, command: { type: 'abort', reason: 'enough' } })
    return id
  } finally {
    await app.close()
  }
}

describe('holdpoint learn', () => {
  test('prints a patch that patch takes, and makes the same change to a file by itself, which keeps its mode, its link and its other bytes', async () => {
    // Edited since: another step in front, CRLF, no last line end.
    const edited = TEXT.replace('1. Deploy', '1. Tell support\n1. Deploy').trimEnd().replaceAll('\n', '\r\n')
    const [file, link, copy] = [join(folder, 'kept.md'), join(folder, 'link.md'), join(folder, 'book.md')]
    for (const one of [file, copy]) writeFileSync(one, edited)
    chmodSync(file, 0o640)
    symlinkSync(file, link)
    const patch = await holdpoint('learn', runId, '--rehearsals', '--patch', '--file', copy)
    expect([patch.code, patch.stderr, patch.stdout.match(/^@@/gm)]).toEqual([0, '', ['@@']])
    execFileSync('patch', ['-p1', '--binary', '--silent'], { cwd: folder, input: patch.stdout })
    const taken = await holdpoint('learn', 'last', '--rehearsals', '--yes', '--file', link)
    expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining('1 proposal taken.')])
    const changed = edited.replace(/planned=1m/, () => `planned=${/planned=(\w+)/.exec(readFileSync(file, 'utf8'))?.[1]}`)
    expect(readFileSync(file, 'utf8')).toBe(changed)
    expect(changed).not.toBe(edited)
    expect([readFileSync(copy, 'utf8'), statSync(file).mode & 0o777]).toEqual([changed, 0o640])
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
    const app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder, recover: false })
    expect(app.storage.runbooks.read(app.engine.state(runId).runbookId)).toMatchObject({ revision: 2, text: changed })
    await app.close()
  })

  test('holdpoint history names each length of a step, and one that is excluded counts no more', async () => {
    const app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder, recover: false })
    await app.dispatcher.call('create-run', { runbookId: app.engine.state(runId).runbookId, mode: 'rehearsal' })
    await app.close()
    const { code, stdout } = await holdpoint('history', 'last', '--step', 'deploy', '--exclude', `${runId}/deploy/1`)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^deploy: .*planned, n=0\n {2}.*\/deploy\/1 {2}\d{4}-.* {2}not counted: excluded by hand\n$/)])
  })

  test('a file that somebody else has changed meanwhile is left as it is', () => {
    const file = join(folder, 'changed.md')
    writeFileSync(file, 'theirs')
    expect(() => replaceRunbookFile(file, 'ours', 'new')).toThrow('was changed meanwhile')
    expect(readFileSync(file, 'utf8')).toBe('theirs')
  })

  test('asks about each proposal, and takes only what is answered with y', async () => {
    const proposals = ['one', 'two', 'three', 'four'].map((id) => ({ id, title: id, why: '', splices: [] }))
    const answered = async (...answers: string[]) => {
      const input = new PassThrough()
      const asker = createAsker({ input, output: new PassThrough().resume() })
      const ask: typeof asker.ask = (text, options) => {
        const answer = asker.ask(text, options)
        setImmediate(() => input.write(`${answers.shift()}\r`))
        return answer
      }
      const taken = await decide({ ...asker, ask }, { proposals, runs: 1 }, () => '')
      asker.close()
      return taken
    }
    expect(await answered('y', 'what?', 'n', 'y', 'n')).toEqual(['one', 'three'])
    expect(await answered('n', 'q')).toEqual([])
    expect(await answered('n', 'a')).toEqual(['two', 'three', 'four'])
  })
})
