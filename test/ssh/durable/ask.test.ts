import { expect, test } from 'vitest'
import { askAboutJob } from '#ssh/durable/ask.ts'
import type { Link } from '#ssh/link.ts'
import { createMemoryJob } from '#support/shell-job.ts'

test('a host that shows another key than when the command was sent is not asked', async () => {
  const job = createMemoryJob()
  const intent = job.begin({ bootId: 'boot', hostKey: 'SHA256:then', helper: 'helper', commandSha256: '' })
  const link: Link = { hostKey: 'SHA256:now', weakest: () => 'app1', loss: () => ({ who: 'app1', hop: null, isFlood: false, why: '' }), isAlive: () => true, exec: () => Promise.reject(new Error('it was asked')), isShort: () => false, onShort: () => () => undefined, onEnd: () => undefined, close: () => undefined }
  const answer = await askAboutJob({ link, job, intent, at: { bootIdFile: '/boot', root: null }, place: 'app1', signal: new AbortController().signal })
  expect(answer).toMatchObject({ result: null, findings: [expect.stringContaining('another host key (SHA256:now) than when the command was sent (SHA256:then)')] })
})
