import { expect, test } from 'vitest'
import { parseRunbook } from '#document/parse.ts'
import { liveRunbook } from '#support/live-runbook.ts'

test('a command from a file with CRLF line ends has none of their carriage returns', () => {
  const text = liveRunbook({ checkUrl: 'http://127.0.0.1:1/', marker: '/tmp/none', firstCommand: 'echo one\necho two' })
  const steps = (written: string) => parseRunbook(written).runbook.phases[0]?.steps.map(({ id, title, body }) => ({ id, title, body }))
  expect(steps(text.replaceAll('\n', '\r\n'))).toEqual(steps(text))
  expect(steps(text)?.[0]?.body).toBe('echo one\necho two')
})
