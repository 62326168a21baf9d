import { z } from 'zod'
import { captureFrom, pointerParts } from '#domain/flow/capture.ts'
import { formatDuration } from '#domain/duration.ts'
import { Problem } from '#domain/problem.ts'
import type { SourceKind } from '../kind.ts'
import { ReplyTime, Statuses, WebAddress } from '../request.ts'
import { AuthSetting, describeAuth, openAuth } from '../auth.ts'
import { knowingWhy, needNumber, wholeReply } from './reading.ts'
import { settingsOf } from './settings.ts'

const Settings = z.strictObject({
  url: WebAddress,
  pointer: z.string().max(500).refine((text) => pointerParts(text) !== null, 'Give a JSON pointer, such as /stats/errors.'),
  times: z.number().refine((factor) => factor !== 0, 'Nothing is measured by zero.').default(1),
  expect: Statuses.default([200]),
  timeout: ReplyTime.default(5000),
  auth: AuthSetting.optional(),
})

const MOST_BYTES = 1024 * 1024

/**
 * One number of a JSON document (RFC 8259), found by its pointer (RFC 6901); text that is a number counts too. `times`
 * brings it into the template's units: percent as 0-100, times in ms.
 */
export const json: SourceKind = {
  kind: 'json',
  label: 'Number in a JSON document',
  settings: Settings,
  describe(source) {
    const { url, pointer, times, auth } = settingsOf(Settings, source)
    return `${times === 1 ? '' : `${times} times `}${pointer === '' ? 'the number' : pointer} in GET ${url}, every ${formatDuration(source.everyMs)}${describeAuth(auth)}`
  },
  open(source, ports) {
    const { http, clock } = ports
    const { url, pointer, times, expect, timeout, auth } = settingsOf(Settings, source)
    const headersNow = openAuth(auth, source.metric, timeout, ports)
    return knowingWhy(ports, async (_since, signal) => {
      const headers = await headersNow(signal)
      const reply = await wholeReply(http, { url, timeoutMs: timeout, maxBytes: MOST_BYTES, headers: { accept: 'application/json', ...headers }, signal }, expect)
      const found = captureFrom({ name: 'value', by: 'json', pointer }, reply.body)
      if (!found.ok) throw new Problem('source-pointer', `${new URL(url).host} did not answer with a number at ${pointer === '' ? 'its top' : pointer}: ${found.why}`, 'Look at what it answers, and mend pointer: of the metric.')
      return [{ at: clock.now(), value: needNumber(found.value, pointer === '' ? 'the document' : pointer) * times }]
    })
  },
}
