import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { failureLabel } from '#domain/failure-label.ts'
import { explainPrologue } from '#domain/flow/script.ts'
import { describeResult } from '#domain/run/describe.ts'
import type { HostResult } from '#domain/step.ts'

const refused = (code: string): HostResult => ({ outcome: 'failed', reason: 'refused', code, message: 'Words.', hint: '' })
const unknown = (code: string): HostResult => ({ outcome: 'unknown', code, message: 'Words.', hint: '' })

it.each<[string, HostResult]>([
  ['refused', refused('ssh-refused')],
  ['no route', refused('ssh-no-route')],
  ['name not found', refused('ssh-name')],
  ['timeout', refused('ssh-timeout')],
  ['host key', refused('ssh-host-key-unknown')],
  ['host key', refused('ssh-host-key-changed')],
  ['host key', refused('ssh-host-key-revoked')],
  ['host key', refused('ssh-needs-certificate')],
  ['authentication', refused('ssh-auth')],
  ['authentication', refused('ssh-agent')],
  ['no common algorithm', refused('ssh-algorithms')],
  ['jump host', refused('ssh-jump')],
  ['sudo', refused('step-sudo')],
  ['disk full', refused('step-not-staged')],
  ['taken over', refused('step-fenced')],
  ['timeout', { outcome: 'failed', reason: 'timeout', message: '' }],
  ['aborted', { outcome: 'failed', reason: 'aborted', message: '' }],
  ['too much output', { outcome: 'failed', reason: 'output-limit', message: '' }],
  ['exit 7', { outcome: 'failed', reason: 'exit', exitCode: 7 }],
  ['signal KILL', { outcome: 'failed', reason: 'signal', signal: 'KILL' }],
  ['link lost, not durable', unknown('ssh-link-lost')],
  ['link lost', unknown('step-unreachable')],
  ['host rebooted', unknown('step-rebooted')],
  ['supervisor killed', unknown('step-supervisor-lost')],
  ['abort incomplete', unknown('abort-incomplete')],
  ['host key at bastion', { ...refused('ssh-host-key-changed'), hop: 'bastion' } as HostResult],
  ['jump host bastion', { ...refused('ssh-jump'), hop: 'bastion' } as HostResult],
  ['link lost, not durable at bastion', { ...unknown('ssh-link-lost'), hop: 'bastion' } as HostResult],
  ['', { outcome: 'succeeded', exitCode: 0 }],
])('%s is said of %j', (label, result) => {
  expect(failureLabel(result)).toBe(label)
})

it('stands before the message, and only where there is one', () => {
  expect(describeResult(refused('ssh-auth'))).toBe('never started (authentication): Words.')
  expect(describeResult(unknown('ssh-link-lost'))).toBe('outcome unknown (link lost, not durable): Words.')
  expect(describeResult(refused('of-another-version'))).toBe('never started: Words.')
})

it('every code a host can end with has its words', () => {
  const codes = new Set(['main/ssh', 'main/engine', 'main/domain/run', 'main/kinds/steps'].flatMap((folder) => filesIn(folder)).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:\b(?:refused|unknown)\(|outcome: 'unknown', code: |reason: 'refused', code: |\bnew Problem\()'((?:ssh|step|abort|http|host|hosts|attribute|not)-[a-z-]+)'/g)].map((match) => match[1] ?? '')))
  const notOfHosts = ['step-detached', ...[...codes].filter((code) => filesIn('main/domain/run/decide').some((file) => readFileSync(file, 'utf8').includes(`new Problem('${code}'`)))]
  expect(codes.size).toBeGreaterThan(30)
  expect([...codes].filter((code) => !notOfHosts.includes(code) && failureLabel(refused(code)) === '')).toEqual([])
})

it('a script that ended before its body began was never started', () => {
  const ended: HostResult = { outcome: 'failed', reason: 'exit', exitCode: 96 }
  expect(explainPrologue(ended, () => 'sudo: a password is required\nholdpoint: sudo: it does not let this login run scripts as root without a password; nothing was run\n')).toMatchObject({ reason: 'refused', code: 'step-sudo', message: 'sudo: it does not let this login run scripts as root without a password; nothing was run.' })
  expect(explainPrologue({ ...ended, exitCode: 97 }, () => 'holdpoint: cwd: /srv/shop cannot be entered; nothing was run\n')).toMatchObject({ reason: 'refused', code: 'step-cwd', message: 'The folder: /srv/shop cannot be entered; nothing was run.' })
  expect(explainPrologue(ended, () => 'my own exit code\n')).toBe(ended)
  expect(explainPrologue({ ...ended, exitCode: 1 }, () => { throw new Error('not read') })).toEqual({ ...ended, exitCode: 1 })
})

const filesIn = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
