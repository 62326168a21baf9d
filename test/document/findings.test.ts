import { expect, test } from 'vitest'
import { parseRunbook } from '#document/parse.ts'

const runbook = ({ front = 'hosts: [app1]\ngroups: { app: [app1] }', date = '2026-12-05', window = '22:00 - 23:00 Europe/Berlin', phases = '### Phase 1: A\n\n**22:00 - 22:30**\n\n1. Look around', rest = '' } = {}): string =>
  `---\n${front}\n---\n# T\n\n## Overview\n\n- **Deployment Date:** ${date}\n- **Deployment Window:** ${window}\n\n## Deployment Steps\n\n${phases}\n\n## Rollback Plan\n\n### Rollback Steps\n\n1. Go back\n\n${rest}`

/** The findings of one code as `line:column severity`, and the words that stand there. */
function found(text: string, code: string): string[] {
  const lines = text.split('\n')
  return parseRunbook(text).findings.filter((finding) => finding.code === code)
    .map(({ line, column, severity }) => `${severity} ${line}:${column} ${lines[line - 1]?.slice(column - 1).slice(0, 18)}`)
}

const step = (fence: string): string => `### Phase 1: A\n\n**22:00 - 22:30**\n\n1. Do it\n   ${fence}\n   true\n   \`\`\``
const twoPhases = (first: string, second: string): string => `### Phase 1: A\n\n**${first}**\n\n1. One\n\n### Phase 2: B\n\n**${second}**\n\n1. Two`
const alerts = (line: string): string => `## Monitoring & Alerts\n\n### Alert Thresholds\n\n- ${line}`

test.each([
  ['placeholder-left', runbook({ date: '\\[Scheduled date\\]' }), ['error 9:24 \\[Scheduled date\\]']],
  ['host-unknown', runbook({ phases: step('```sh {hosts=web undo=none}') }), ['error 19:11 hosts=web undo=non']],
  // One mistake, not one for each host that could not be read.
  ['host-unknown', runbook({ front: 'hosts: {app1', phases: step('```sh {hosts=app1 undo=none}') }), []],
  ['step-no-hosts', runbook({ phases: step('```sh {undo=none}') }), ['error 19:4 ```sh {undo=none}']],
  ['step-no-undo', runbook({ phases: step('```sh {hosts=app}') }), ['warning 19:4 ```sh {hosts=app}']],
  ['attributes-malformed', runbook({ phases: step('```sh {hosts=app undo="x}') }), ['error 19:25 ="x}']],
  ['attributes-malformed', runbook({ phases: step('```sh {hosts=app undo=none timeout=soon}') }), ['error 19:31 timeout=soon}']],
  ['fence-unknown-kind', runbook({ phases: step('```ruby {hosts=app}') }), ['warning 19:4 ```ruby {hosts=app']],
  ['fence-unclosed', runbook({ phases: '### Phase 1: A\n\n1. x\n   ```sh {hosts=app undo=none}\n   true' }), ['error 17:4 ```sh {hosts=app u']],
  ['fence-outside-step', runbook({ phases: '### Phase 1: A\n\n1. x\n\n```sh {hosts=app undo=none}\ntrue\n```' }), ['warning 18:1 ```sh {hosts=app u']],
  ['step-extra-block', runbook({ phases: `${step('```sh {hosts=app undo=none}')}\n   \`\`\`sh {hosts=app undo=none}\n   \`\`\`` }), ['error 22:4 ```sh {hosts=app u']],
  ['id-repeated', runbook({ phases: `${step('```wait {id=a for=1m}')}\n2. b\n   \`\`\`wait {id=a for=1m}\n   \`\`\`` }), ['error 23:13 id=a for=1m}']],
  ['group-unknown-host', runbook({ front: 'hosts: [app1]\ngroups: { app: [app1, app9] }' }), ['error 3:23 app9] }']],
  ['front-matter-invalid', runbook({ front: 'hosts: [app1' }), ['error 3:1 ---']],
  ['front-matter-invalid', runbook({ front: 'hosts: { app1: { transport: telnet } }' }), ['error 2:10 app1: { transport:']],
  ['front-matter-invalid', runbook({ front: 'hosts: [app1]\nzone: Mars/Olympus' }), ['error 3:1 zone: Mars/Olympus']],
  ['front-matter-invalid', runbook({ front: 'hosts: { "-oProxyCommand=x": }' }), ['error 2:10 "-oProxyCommand=x"']],
  ['front-matter-unknown-key', runbook({ front: 'hosts: [app1]\nhots: [x]' }), ['warning 3:1 hots: [x]']],
  ['front-matter-invalid', runbook({ front: 'hosts: [app1]\ninventories:\n  staging: { app2: stg-app2 }' }), ['error 4:14 app2: stg-app2 }']],
  ['front-matter-invalid', runbook({ front: 'hosts: [app1]\ninventories:\n  staging: { app1: app1 }' }), ['error 4:14 app1: app1 }']],
  ['front-matter-invalid', runbook({ front: 'hosts: { app1: { address: 10.0.0.1 } }\ninventories: { staging: { app1: { address: 10.0.0.1, user: x } } }' }), ['error 3:27 app1: { address: 1']],
  ['front-matter-invalid', runbook({ front: 'hosts: [app1]\ninventories: { staging: { app1: { user: deploy } } }' }), ['error 3:27 app1: { user: depl']],
  ['front-matter-invalid', runbook({ front: 'hosts: [app1]\ninventories: [staging]' }), ['error 3:1 inventories: [stag']],
  ['rehearsal-unknown-step', runbook({ front: 'rehearsal:\n  outcomes:\n    - step: nothing' }), ['warning 4:7 step: nothing']],
  ['window-missing', runbook({ window: '' }), ['error 9:1 - **Deployment Dat']],
  ['window-unparsed', runbook({ window: 'late evening' }), ['error 10:1 - **Deployment Win']],
  ['window-unparsed', runbook({ date: '05.12.2026' }), ['error 9:1 - **Deployment Dat']],
  ['window-unparsed', runbook({ window: '22:00 - 23:00 Mars/Olympus' }), ['error 10:1 - **Deployment Win']],
  ['window-clock-change', runbook({ date: '2026-10-25', window: '02:30 - 04:00 Europe/Berlin' }), ['warning 10:1 - **Deployment Win']],
  ['zone-missing', runbook({ window: '22:00 - 23:00' }), ['warning 10:1 - **Deployment Win']],
  ['phase-time-missing', runbook({ phases: '### Phase 1: A\n\n1. One' }), ['warning 14:1 ### Phase 1: A']],
  ['phase-backwards', runbook({ phases: twoPhases('22:30 - 22:10', '22:30 - 22:40') }), ['error 16:1 **22:30 - 22:10**']],
  ['phase-outside-window', runbook({ phases: twoPhases('22:00 - 22:10', '22:50 - 23:10') }), ['error 22:1 **22:50 - 23:10**']],
  ['phases-overlap', runbook({ phases: twoPhases('22:00 - 22:30', '22:20 - 22:40') }), ['error 22:1 **22:20 - 22:40**']],
  ['threshold-unparsed', runbook({ rest: alerts('People complain') }), ['warning 30:1 - People complain']],
  ['threshold-without-source', runbook({ rest: alerts('Error rate > 2%') }), ['warning 30:1 - Error rate > 2%']],
  ['monitoring-unparsed', runbook({ rest: '## Monitoring Duration\n\nUntil we are tired' }), ['warning 28:1 Until we are tired']],
  ['message-unclear', runbook({ rest: '## Communication Plan\n\n- Tell Bob' }), ['info 28:1 - Tell Bob']],
  ['follow-up-watched', runbook({ rest: '## Follow-up Actions\n\n- Monitor for 24 hours' }), ['info 28:1 - Monitor for 24 h']],
  ['follow-up-by-hand', runbook({ rest: '## Follow-up Actions\n\n- Monitor closely' }), ['info 28:1 - Monitor closely']],
  ['follow-up-by-hand', runbook({ rest: '## Follow-up Actions\n\n- Monitor for 24 hours (if needed)' }), ['info 28:1 - Monitor for 24 h']],
  ['follow-up-by-hand', runbook({ rest: '## Follow-up Actions\n\n- Update documentation' }), []],
  ['trigger-manual', runbook({ rest: '## Rollback Trigger Conditions\n\n- It feels wrong' }), ['info 28:1 - It feels wrong']],
  ['metric-without-source', runbook({ rest: '## Metrics to Monitor\n\n- Error rate' }), ['info 28:1 - Error rate']],
] as [string, string, string[]][])('%s is found where it stands', (code, text, expected) => {
  expect(found(text, code)).toEqual(expected)
})

test('missing steps and a missing way back are errors; other missing sections are warnings', () => {
  const missing = parseRunbook('# T\n').findings.filter((finding) => finding.code === 'section-missing')
  expect(missing.filter((finding) => finding.severity === 'error').map((finding) => finding.message)).toEqual(['The runbook has no “Deployment Steps”.', 'The runbook has no “Rollback Plan”.'])
  expect(missing.length).toBe(17)
})

test('findings are sorted by place, and a window may cross midnight', () => {
  const text = runbook({ window: '22:00 - 00:30 Europe/Berlin', phases: twoPhases('23:00 - 23:50', '23:50 - 00:20') })
  const { findings, runbook: read } = parseRunbook(text)
  expect(findings.map((finding) => finding.line)).toEqual(findings.map((finding) => finding.line).toSorted((a, b) => a - b))
  expect(findings.filter((finding) => finding.severity === 'error')).toEqual([])
  expect((read.overview.window?.endAt ?? 0) - (read.overview.window?.startAt ?? 0)).toBe(150 * 60_000)
})

test('code without braces, in comments and in open fences is text and never a step', () => {
  const { runbook: read } = parseRunbook(runbook({ phases: '### Phase 1: A\n\n1. Look\n   ```sh\n   rm -rf /\n   ```\n\n<!--\n2. Hidden\n-->\n\n```\n# no heading\n3. no step\n```' }))
  expect(read.phases.flatMap((phase) => phase.steps).map(({ title, kind, body }) => [title, kind, body])).toEqual([['Look', 'manual', '']])
})

test('attributes keep their values verbatim, quotes and all', () => {
  const { runbook: read } = parseRunbook(runbook({ phases: step('```bash {hosts="app1, app" undo="echo \\"a\\\\b\\" \\n" planned="1h 30m" owner=@dana batch=50% careful}') }))
  expect(read.phases[0]?.steps[0]).toMatchObject({
    kind: 'sh', body: 'true', hosts: ['app1'], unknownHosts: [], undo: 'echo "a\\b" \\n', plannedMs: 5_400_000, owner: 'dana',
    attributes: { hosts: 'app1, app', batch: '50%', careful: 'true', owner: '@dana' },
  })
})

test('a host may name the transport it wants; one that does not is as it always was', () => {
  const { inventory } = parseRunbook(runbook({ front: 'hosts: { app1: { transport: ssh }, app2: { port: 2222 } }' })).runbook
  expect(inventory.hosts).toEqual([
    { name: 'app1', address: null, user: null, port: null, jump: null, transport: 'ssh' },
    { name: 'app2', address: null, user: null, port: 2222, jump: null },
  ])
})

test('a wait is planned with the time it waits, unless the runbook plans another', () => {
  const planned = (attributes: string) => parseRunbook(runbook({ phases: step(`\`\`\`wait {${attributes}}`) })).runbook.phases[0]?.steps[0]?.plannedMs
  expect([planned('for=3m'), planned('for=3m planned=5m'), planned('for=soon')]).toEqual([180_000, 300_000, null])
})
