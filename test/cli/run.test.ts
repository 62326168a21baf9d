import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOLDPOINT } from '#support/holdpoint.ts'
import { isMissing } from '#support/needs.ts'

const hasTerminal = !isMissing('script(1), which makes a terminal', existsSync('/usr/bin/script'), 'apt install bsdutils')

const RUNBOOK = `# Manual release

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Pre-Deployment Checklist

### Code Preparation

- [ ] All tests passing

## Deployment Steps

### Phase 1: Deploy

**22:00 - 22:10**

1. Look at the dashboard
2. Wait a little
   \`\`\`wait {for=20ms}
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Undo it by hand
`

describe.skipIf(!hasTerminal)('holdpoint run at a terminal', () => {
  let folder: string
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'holdpoint-run-')) })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Answers each question once it has been asked: [words of the question, answer]. Resolves with what was said and the exit code. */
  async function converse(answers: [string, string][], text = RUNBOOK): Promise<{ said: string; code: number | null }> {
    const file = join(folder, 'manual.md')
    writeFileSync(file, text)
    const command = [process.execPath, HOLDPOINT, 'run', file].map((word) => `'${word}'`).join(' ')
    const child = spawn('/usr/bin/script', ['-qfec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, HOLDPOINT_HOME: join(folder, 'data'), SHELL: '/bin/sh', TERM: 'dumb' },
    })
    let said = ''
    let from = 0
    const queue = [...answers]
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      const [next] = queue
      const at = next ? said.indexOf(next[0], from) : -1
      // The answer goes in once the prompt that follows the question stands.
      if (!next || at === -1 || !/(> |it: )[^\n]*$/.test(said.slice(at))) return
      queue.shift()
      from = said.length
      child.stdin.write(`${next[1]}\n`)
    })
    const code = await new Promise<number | null>((resolve) => { child.on('close', resolve) })
    return { said, code }
  }

  test('asks at every decision and ends with the run', async () => {
    const { said, code } = await converse([
      ['LIVE run on Test', 'Test'], ['Start the run?', 'y'], ['All tests passing', 'y'], ['Gate: go for', 'z'], ['Type one of the letters', 'y'],
      ['Done: "Look at the dashboard"', 'n the graph is flat'], ['Done: "Look at the dashboard"', 'y'], ['Finish the run?', 'y'],
    ])
    expect(said).toContain('Run finished: succeeded')
    expect(said).toContain('the graph is flat')
    expect(code).toBe(0)
  })

  test('a rollback can be asked for at any question: 3', async () => {
    const { said, code } = await converse([
      ['LIVE run on Test', 'Test'], ['Start the run?', 'y'], ['All tests passing', 's the nightly was green'], ['Gate: go for', 'y'],
      ['Done: "Look at the dashboard"', 'b'], ['A reason is needed', 'b errors everywhere'], ['Done: "Undo it by hand"', 'y'], ['Finish the run?', 'y'],
    ])
    expect(said).toMatch(/A rollback now would do this:\s+1\. Undo it by hand, by hand[\s\S]*errors everywhere/)
    expect(code).toBe(3)
  })

  test('the rollback can be asked for while a step is running: 3', async () => {
    const { said, code } = await converse([
      ['LIVE run on Test', 'Test'], ['Start the run?', 'y'], ['All tests passing', 'y'], ['Gate: go for', 'y'], ['Done: "Look at the dashboard"', 'y'],
      ['In progress: "Wait a little"', 'b it takes too long'], ['Done: "Undo it by hand"', 'y'], ['Finish the run?', 'y'],
    ], RUNBOOK.replace('20ms', '10m'))
    expect(said).toContain('it takes too long')
    expect(code).toBe(3)
  })

  test.each([['Ctrl+C', '\u0003'], ['Ctrl+D', '\u0004']])('%s leaves the run as it is, says where it is to be found and ends: 4', async (_, key) => {
    const { said, code } = await converse([['LIVE run on Test', 'Test'], ['Start the run?', 'y'], ['All tests passing', key]])
    expect(said).toMatch(/You left the run\.\s+It stands as it is: open the app, or see it with holdpoint report \S+/)
    expect(code).toBe(4)
  })

  test('another word than the environment starts nothing: 1', async () => {
    const { said, code } = await converse([['LIVE run on Test', 'yes']])
    expect([said.includes('Nothing was started.'), code]).toEqual([true, 1])
  })
})
