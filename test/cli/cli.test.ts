import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commands } from '#main/cli/commands.ts'
import type { StoredEvent } from '#domain/run/events.ts'
import { HOLDPOINT, holdpointIn } from '#support/holdpoint.ts'

const root = join(import.meta.dirname, '../..')
const example = join(root, 'resources/examples/checkout-release.md')
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-cli-'))
const holdpoint = holdpointIn(folder)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** One step on one host, played by the script given; the rollback has one step too. */
function scripted(name: string, outcomes: string): string {
  const file = join(folder, `${name}.md`)
  writeFileSync(file, `---
hosts: [app1]
rehearsal:
  outcomes:
${outcomes}
---

# ${name}

## Deployment Steps

### Phase 1: Only

1. Deploy
   \`\`\`sh {id=deploy hosts=app1 planned=2s}
   deploy
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Go back
   \`\`\`sh {id=back hosts=app1 planned=2s}
   back
   \`\`\`
`)
  return file
}

describe('help', () => {
  test('holdpoint --help names every command and the exit codes', async () => {
    const { code, stdout } = await holdpoint('--help')
    expect(code).toBe(0)
    for (const command of commands) expect(stdout).toContain(`  ${command.name} `)
    expect(stdout).toContain('0 succeeded, 1 failed, 2 bad usage or bad runbook, 3 rolled back, 4 outcome unknown')
  })

  test.each(commands.map(({ name }) => name))('%s --help explains itself', async (name) => {
    const { code, stdout } = await holdpoint(name, '--help')
    expect([code, stdout.includes(`Usage: holdpoint ${name}`), stdout.includes('Exit codes')]).toEqual([0, true, true])
  })
})

describe('bad usage ends with 2 and says what to do', () => {
  test.each([
    [['no-such-command'], 'there is no command'],
    [['check'], 'It needs FILE'],
    [['check', 'a', 'b'], 'It needs FILE'],
    [['rehearse', example, '--speed', 'fast'], '--speed takes a number'],
    [['rehearse', example, '--on-trigger', 'panic'], '--on-trigger takes rollback, override'],
    [['rehearse', example, '--no-such-option'], 'no-such-option'],
    [['check', '/no/such/file.md'], 'cannot be read'],
    [['run', example], 'person at a terminal'],
  ])('%j', async (args, words) => {
    const { code, stderr, stdout } = await holdpoint(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(words)
  })
})

describe('check', () => {
  test('the example has no errors', async () => {
    expect((await holdpoint('check', example)).code).toBe(0)
  })

  test('with --live each metric source is asked once: what was asked, its value, and 1 when one has no data', async () => {
    const server = createServer((_request, reply) => reply.end('{"errors": 2.5}')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stats`
    const file = scripted('watched', '    - step: deploy')
    const overview = '## Overview\n\n* **Environment:** Test\n* **Deployment Date:** 2026-12-05\n* **Deployment Window:** 22:00 - 23:00 UTC\n\n'
    const text = readFileSync(file, 'utf8').replace('## Deployment Steps', `${overview}## Deployment Steps`)
    const watch = (more: string) => writeFileSync(file, text.replace('hosts: [app1]', `hosts: [app1]\nmetrics:\n  error rate: { source: json, url: "${url}", pointer: /errors }${more}`))
    try {
      watch('')
      expect(await holdpoint('check', file, '--live')).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`error rate = 2\\.5 \\(.*\\)\\n {4}/errors in GET ${url}, every 5 s\\n`)) })
      watch(`\n  sessions: { source: json, url: "${url}", pointer: /sessions }`)
      const { code, stdout, stderr } = await holdpoint('check', file, '--live', '--json')
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('1 of 2 metric sources gave a value') })
      expect((JSON.parse(stdout) as { sources: unknown[] }).sources).toMatchObject([{ metric: 'error rate', value: 2.5 }, { metric: 'sessions', value: null }])
      watch(`\n  sessions: { source: sql, host: 127.0.0.1, port: 1, database: shop, user: monitor, query: SELECT 1 }`)
      expect(await holdpoint('check', file, '--live')).toMatchObject({ code: 1, stdout: expect.stringMatching(/sessions = no data \(.*\)\n {4}127\.0\.0\.1:1 refused the connection\. .*\n {4}`SELECT 1` in shop at 127\.0\.0\.1:1 as monitor, every 5 s\n/) })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('with --hosts it says how each host would be reached, by which SSH, and what of the configuration is not done', async () => {
    mkdirSync(join(folder, '.ssh'))
    writeFileSync(join(folder, '.ssh/config'), 'Host app1\n HostName 10.0.0.1\n User deploy\n ProxyJump ops@bastion\n ForwardAgent yes\nHost bastion\n HostName 10.0.0.9\nHost app2\n Port soon\n', { mode: 0o600 })
    const file = scripted('reached', '    - step: deploy')
    writeFileSync(file, readFileSync(file, 'utf8').replace('hosts: [app1]', 'hosts:\n  app1: { transport: ssh }'))
    const { stdout } = await holdpoint('check', file, '--hosts')
    expect(stdout).toMatch(/app1: deploy@10\.0\.0\.1:22 through ops@bastion, by the system's ssh\n {4}keys: those of the agent; its key is not known yet\n {4}ForwardAgent \(.*config:5\) is not applied/)
    writeFileSync(file, readFileSync(file, 'utf8').replace('  app1: { transport: ssh }', '  app1: { transport: ssh }\n  app2: {}'))
    const asJson = JSON.parse((await holdpoint('check', file, '--hosts', '--json')).stdout) as { hosts: unknown[] }
    expect(asJson.hosts).toMatchObject([{ name: 'app1', way: { address: '10.0.0.1', transport: 'ssh' } }, { name: 'app2', way: null, fault: expect.stringContaining('"soon" is not a port') }])
  })

  test('the blank template has errors, each with file:line:column, and as JSON', async () => {
    const template = join(root, 'resources/template/deployment-task.md')
    const { code, stdout } = await holdpoint('check', template)
    expect(code).toBe(2)
    expect(stdout).toMatch(/deployment-task\.md:\d+:\d+: error: .* \[placeholder-left\]/)
    const asJson = JSON.parse((await holdpoint('check', template, '--json')).stdout) as { findings: { code: string; line: number; column: number; hint: string }[] }
    expect(asJson.findings.every((finding) => finding.line > 0 && finding.column > 0 && finding.hint !== '')).toBe(true)
  })
})

describe('rehearse', () => {
  test('a clean rehearsal ends with 0, prints each event as JSON and writes the report', async () => {
    const report = join(folder, 'report.md')
    const { code, stdout } = await holdpoint('rehearse', scripted('clean', '    - { step: deploy, duration: 2s }'), '--speed', '3600', '--json', '--report', report)
    expect(code).toBe(0)
    const events = stdout.trim().split('\n').map((line) => JSON.parse(line) as StoredEvent)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.at(-1)?.event).toMatchObject({ type: 'run-finished', outcome: 'succeeded' })
    expect(readFileSync(report, 'utf8')).toContain('REHEARSAL')
  })

  test('a step that keeps failing is rolled back: 3', async () => {
    const { code, stderr } = await holdpoint('rehearse', scripted('failing', '    - { step: deploy, exit: 1, duration: 1s }'), '--speed', '3600')
    expect(code).toBe(3)
    expect(stderr).toContain('rolled back')
  })

  test('a rollback that fails as well says what is left to do by hand: 5', async () => {
    const outcomes = '    - { step: deploy, exit: 1, duration: 1s }\n    - { step: back, exit: 1, duration: 1s }'
    const { code, stderr } = await holdpoint('rehearse', scripted('hopeless', outcomes), '--speed', '3600', '--retries', '0')
    expect(code).toBe(5)
    expect(stderr).toMatch(/rollback failed[\s\S]*left to do by hand: .*on app1/)
  })

  test('a rollback whose outcome nobody knows: 4', async () => {
    const outcomes = '    - { step: deploy, exit: 1, duration: 1s }\n    - { step: back, fault: reboot, duration: 1h }'
    expect((await holdpoint('rehearse', scripted('lost', outcomes), '--speed', '3600', '--retries', '0')).code).toBe(4)
  })

  test('on another inventory says on which hosts the commands will run, before they do', async () => {
    const file = join(folder, 'staging.md')
    writeFileSync(file, `---
hosts: [app1]
inventories: { staging: { app1: { address: 127.0.0.1, user: deploy, port: 1 } } }
---
# Staging

## Overview

- **Deployment Date:** 2026-12-05
- **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Only

**22:00 - 22:10**

1. Deploy
   \`\`\`sh {id=deploy hosts=app1 undo=none}
   deploy
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Go back by hand
`)
    const { code, stderr } = await holdpoint('rehearse', file, '--inventory', 'staging', '--retries', '0')
    expect(stderr).toContain('REHEARSAL ON REAL HOSTS: the commands of this runbook WILL RUN on the hosts of “staging”.')
    expect(stderr).toContain('app1: deploy@127.0.0.1:1')
    expect(stderr).toContain('127.0.0.1:1 refused the connection')
    expect(code).not.toBe(0)
    expect(await holdpoint('rehearse', file, '--inventory', 'qa')).toMatchObject({ code: 2, stderr: expect.stringContaining('It has staging.') })
  })

  test('a runbook without steps is a bad runbook: 2', async () => {
    const file = join(folder, 'empty.md')
    writeFileSync(file, '# Nothing\n')
    const { code, stderr } = await holdpoint('rehearse', file)
    expect([code, stderr.includes('no deployment steps')]).toEqual([2, true])
  })
})

describe('runs and report', () => {
  test('the newest run is listed first and its report is printed in three forms', async () => {
    await holdpoint('rehearse', scripted('newest', '    - { step: deploy, duration: 1s }'), '--speed', '3600')
    const [run] = JSON.parse((await holdpoint('runs', '--json')).stdout) as { id: string; title: string; status: string }[]
    expect(run).toMatchObject({ title: 'newest', status: 'ended-succeeded' })
    for (const [format, start] of [['md', /^# /m], ['html', /^<!doctype html>/i], ['json', /^\{/]] as const) {
      const { code, stdout } = await holdpoint('report', run?.id ?? '', '--format', format)
      expect([code, start.test(stdout)]).toEqual([0, true])
    }
  })

  test('a run that is not there is said in words: 1', async () => {
    const { code, stderr } = await holdpoint('report', 'nobody')
    expect([code, stderr.includes('There is no run "nobody"')]).toEqual([1, true])
  })
})

describe('hostile words', () => {
  const obeyed = new RegExp(String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u{e0041}]`, 'u')

  test('a file whose name would clear the screen is named without doing so', async () => {
    const { code, stderr } = await holdpoint('check', 'no\u001b[2Jsuch\u202e.md')
    expect([code, stderr]).toEqual([2, expect.stringContaining('no␛[2Jsuch⟨U+202E⟩.md cannot be read')])
    expect(stderr).not.toMatch(obeyed)
  })

  test('what a runbook says reaches the terminal without its escapes, turned letters and titles', async () => {
    const file = join(folder, 'hostile.md')
    writeFileSync(file, '# Release \u001b]0;owned\u0007 \u202egpj\u{e0041}\n\n## Deployment Steps\n### Phase 1: Go \u001b[2J\n1. Do \u009b31m it\n   ```sh {hosts=web-\u001b[31m}\n   true\n   ```\n')
    for (const command of [['check', file], ['rehearse', file, '--speed', '3600'], ['runs'], ['report', 'last']]) {
      const { stdout, stderr } = await holdpoint(...command)
      expect(stdout + stderr, command.join(' ')).not.toMatch(obeyed)
    }
  })

  test('a file with a hyphen in front is a file after --', async () => {
    expect(await holdpoint('check', '-x.md')).toMatchObject({ code: 2, stderr: expect.stringContaining('Unknown option') })
    expect(await holdpoint('check', '--', '-x.md')).toMatchObject({ code: 2, stderr: expect.stringContaining('-x.md cannot be read') })
  })

  test.skipIf(process.platform === 'win32')('a device without an end is no runbook', async () => {
    expect(await holdpoint('check', '/dev/zero')).toMatchObject({ code: 2, stderr: expect.stringContaining('larger than 4 MiB') })
  })
})

describe('pipes', () => {
  const shell = (script: string) => spawnSync('sh', ['-c', script], {
    env: { ...process.env, HOLDPOINT_HOME: join(folder, 'piped'), NO_COLOR: '1', HP: `${process.execPath} ${HOLDPOINT}` }, encoding: 'utf8',
  })

  test('a run outlives a reader that has gone, and a report larger than a pipe arrives whole', () => {
    const rehearsed = shell(`{ $HP rehearse '${example}' --speed 3600 --json; echo "code $?" >&2; } | true`)
    expect(rehearsed.stderr).toMatch(/code [013]\n/)
    expect(shell('$HP runs').stdout).toContain(' ended-')
    const asJson = join(folder, 'whole.json')
    shell(`$HP report last --format json > '${asJson}'`)
    // The time of its making is in it, and as long each time.
    const { size } = statSync(asJson)
    expect([size > 65_536, shell('$HP report last --format json | wc -c').stdout.trim()]).toEqual([true, String(size)])
  })
})
