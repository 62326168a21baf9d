import { z } from 'zod'
import { formatDuration } from '#domain/duration.ts'
import { Problem } from '#domain/problem.ts'
import type { SourceKind } from '../kind.ts'
import { ReplyTime, Statuses, WebAddress } from '../request.ts'
import { AuthSetting, describeAuth, openAuth } from '../auth.ts'
import { knowingWhy, replyOf } from './reading.ts'
import { settingsOf } from './settings.ts'

const Settings = z.strictObject({
  url: WebAddress,
  measure: z.enum(['latency', 'error-rate', 'availability'], { error: 'Choose latency, error-rate or availability.' }),
  expect: Statuses.default([200]),
  timeout: ReplyTime.default(5000),
  auth: AuthSetting.optional(),
})

/** Error rate and availability are shares of this many newest probes (fewer at the beginning). */
const REMEMBERED_PROBES = 20

/**
 * Asks an address at each interval, as a new visitor would: with a new connection, not following redirects. Latency is
 * to the end of the reply, and no data when the reply failed; a failed probe is no reply, or another status than
 * expected. Error rate and availability are in percent.
 */
export const http: SourceKind = {
  kind: 'http',
  label: 'HTTP probe',
  settings: Settings,
  describe(source) {
    const { url, measure, expect, timeout, auth } = settingsOf(Settings, source)
    return `${measure} of GET ${url} every ${formatDuration(source.everyMs)}, expecting ${expect.join(' or ')} within ${formatDuration(timeout)}${describeAuth(auth)}`
  },
  open(source, ports) {
    const { http: port, clock } = ports
    const { url, measure, expect, timeout, auth } = settingsOf(Settings, source)
    const headersNow = openAuth(auth, source.metric, timeout, ports)
    let failures: boolean[] = []
    return knowingWhy(ports, async (_since, signal, say) => {
      // Where nothing was asked, that is no data, and says nothing of the service.
      const headers = await headersNow(signal)
      const reply = await replyOf(port, { url, timeoutMs: timeout, headers, signal }, expect).catch((thrown: unknown) => {
        if (thrown instanceof Problem) return thrown
        throw thrown
      })
      if (signal.aborted) return []
      const failed = reply instanceof Problem
      // Also where the failure is a number: it says of what.
      if (failed) say(reply)
      failures = [...failures, failed].slice(-REMEMBERED_PROBES)
      const failedShare = (100 * failures.filter(Boolean).length) / failures.length
      const values = { latency: failed ? null : reply.durationMs, 'error-rate': failedShare, availability: 100 - failedShare }
      return [{ at: clock.now(), value: values[measure] }]
    })
  },
}
