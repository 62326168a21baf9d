import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPast } from '#domain/verdict.ts'
import { statusOf } from '#domain/run/view.ts'
import { createApp, type App } from '#main/app.ts'
import { startDemoShop, type DemoShop } from '#support/demo-shop.ts'
import { until } from '#support/fake-world.ts'
import { hasPrometheus, startPrometheus, type Running } from '#support/prometheus.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const EVERY_MS = 3000
const LIMIT = { operator: '>', limit: 20 } as const

describe.skipIf(sshdMissing || !hasPrometheus())('a bad release over real SSH, watched by a real Prometheus', () => {
  let sshd: Sshd
  let shop: DemoShop
  let prometheus: Running
  let app: App
  let folder: string
  /** Where the service is installed; the account on the host may replace what is current. */
  let place: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-release-'))
    place = join(folder, 'srv')
    for (const [version, failures] of [['good', 1], ['bad', 6]] as const) {
      mkdirSync(join(place, version), { recursive: true })
      writeFileSync(join(place, version, 'release.json'), JSON.stringify({ failures }))
    }
    for (const path of [folder, place]) chmodSync(path, 0o777)
    sshd = await startSshd()
    const home = join(folder, 'home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.ssh', 'config'), configFor(sshd, 'app1'), { mode: 0o600 })
    writeFileSync(join(home, '.ssh', 'known_hosts'), sshd.knownHostsLine, { mode: 0o600 })
    writeFileSync(join(place, 'current.json'), JSON.stringify({ failures: 1 }), { mode: 0o666 })
    chmodSync(join(place, 'current.json'), 0o666)
    shop = await startDemoShop({ release: join(place, 'current.json') })
    prometheus = await startPrometheus({ shop: shop.address })
    app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home })
  })
  afterAll(async () => {
    await app?.close()
    await Promise.all([prometheus?.stop(), shop?.close(), sshd?.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  const call = async (name: string, input: unknown): Promise<Record<string, string>> => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }

  test('crosses the trigger within two sampling intervals, is rolled back, recovers, and all of it is in the report', async () => {
    const { runbookId } = await call('import-runbook', { name: 'shop.md', text: runbookText(prometheus.address, place) })
    const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
    const command = (one: object) => call('send-command', { runId, command: one })
    const state = () => app.engine.state(runId)
    const readings = () => app.storage.samples.range(runId, 'error rate', 0, Number.MAX_SAFE_INTEGER).flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]))

    await command({ type: 'start-run' })
    await until(() => readings().length >= 2, 'the error rate before the release')
    expect(readings().some(({ value }) => isPast(value, LIMIT))).toBe(false)

    await command({ type: 'decide-gate', gateId: `gate-before-${state().runbook.phases[0]?.id}`, decision: 'go' })
    await until(() => state().breaches.some(({ triggerId }) => triggerId !== null), 'the trigger to fire')
    const fired = state().breaches.find(({ triggerId }) => triggerId !== null)!
    const crossed = readings().find(({ value }) => isPast(value, LIMIT))!
    expect(fired.openedAt - crossed.at).toBeLessThanOrEqual(2 * EVERY_MS)
    expect(fired.evidence).toMatchObject({ rule: 'Error rate > 20%' })
    expect(fired.evidence.samples.filter(({ value }) => value !== null && isPast(value, LIMIT)).length).toBeLessThanOrEqual(2)

    await command({ type: 'start-rollback', reason: 'Six of ten visitors see an error' })
    await until(() => state().stage === 'rollback-validation', 'the old version')
    await until(() => state().breaches.every(({ closedAt }) => closedAt !== null), 'the recovery')
    expect(isPast(readings().at(-1)!.value, LIMIT)).toBe(false)
    for (const { id } of state().runbook.rollback.validation) await command({ type: 'tick', id, note: '' })
    await command({ type: 'finish-run' })
    expect(statusOf(state())).toBe('ended-rolled-back')

    const { text = '' } = await call('make-report', { runId, format: 'md' })
    for (const words of ['Rollback trigger: Error rate \\> 20%', 'Breach over', 'Six of ten visitors see an error', 'Install shop 2.0', 'Put shop 1.9 back', 'Visitors can buy again']) expect(text).toContain(words)
    const report = JSON.parse((await call('make-report', { runId, format: 'json' }))['text'] ?? '') as { charts: { metric: string; breaches: { toAt: number | null }[] }[] }
    const chart = report.charts.find(({ metric }) => metric === 'error rate')!
    expect(chart.breaches.map(({ toAt }) => toAt !== null)).toEqual([true])
    expect(app.storage.journal.verify(runId)).toMatchObject({ ok: true })
  })
})

const runbookText = (prometheus: string, place: string): string => `---
hosts: [app1]
metrics:
  error rate: { source: prometheus, url: "http://${prometheus}", query: '100 * sum(rate(shop_requests_total{code=~"5.."}[4s])) / sum(rate(shop_requests_total[4s]))', every: ${EVERY_MS / 1000}s }
---

# Shop 2.0

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Deploy

1. Install shop 2.0
   \`\`\`sh {id=install hosts=app1 timeout=60s}
   cat ${place}/bad/release.json > ${place}/current.json
   \`\`\`

## Rollback Plan

### Rollback Trigger Conditions

* Error rate > 20%

### Rollback Steps

1. Put shop 1.9 back
   \`\`\`sh {id=back hosts=app1 timeout=60s}
   cat ${place}/good/release.json > ${place}/current.json
   \`\`\`

### Rollback Validation

- [ ] Visitors can buy again

## Monitoring & Alerts

### Monitoring Duration

30 minutes
`
