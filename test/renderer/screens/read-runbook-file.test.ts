import { expect, test } from 'vitest'
import { readRunbookFile } from '#renderer/parts/library/read-runbook-file.ts'

const file = (name: string, bytes: Uint8Array<ArrayBuffer>) => new File([bytes], name)
const utf8 = (text: string) => new TextEncoder().encode(text)

test('a file keeps its byte order mark and its line ends', async () => {
  expect(await readRunbookFile(file('a.md', utf8('\uFEFF# A\r\n')))).toEqual({ ok: true, name: 'a.md', text: '\uFEFF# A\r\n' })
})

test.each([
  ['import-not-utf8', file('latin.md', new Uint8Array([0x23, 0x20, 0xe9]))],
  ['import-not-markdown', file('picture.png', utf8('# A'))],
  ['import-too-large', file('large.md', new Uint8Array(1024 * 1024 + 1))],
])('what cannot be a runbook is refused, never guessed at: %s', async (code, given) => {
  expect(await readRunbookFile(given)).toMatchObject({ ok: false, problem: { code } })
})
