import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applySplices, unifiedDiff, type Splice } from '#domain/text-patch.ts'

let folder: string
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'holdpoint-patch-')) })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function patchedBy(tool: 'patch' | 'git', text: string, diff: string): string {
  writeFileSync(join(folder, 'book.md'), text)
  writeFileSync(join(folder, 'change.patch'), diff)
  const call = tool === 'patch' ? ['patch', '-p1', '--binary', '--silent', '-i', 'change.patch'] : ['git', '-c', 'core.autocrlf=false', 'apply', '--whitespace=nowarn', 'change.patch']
  execFileSync(call[0] ?? '', call.slice(1), { cwd: folder, stdio: 'pipe', env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } })
  return readFileSync(join(folder, 'book.md'), 'utf8')
}

/** A text with every kind of end, and changes in it that do not overlap. */
const changed = fc.record({
  lines: fc.array(fc.constantFrom('', 'a', 'b', '- step', '```sh {id=x}', '-- not a header', '+++ nor this', 'grüße'), { minLength: 1, maxLength: 40 }),
  ending: fc.constantFrom('\n', '\r\n'), mark: fc.constantFrom('', '\uFEFF'), final: fc.boolean(),
  cuts: fc.array(fc.record({ at: fc.nat(400), length: fc.nat(6), text: fc.constantFrom('', 'new', 'new\nlines\n', '\n') }), { maxLength: 6 }),
}).map(({ lines, ending, mark, final, cuts }) => {
  const text = mark + lines.join(ending) + (final ? ending : '')
  const splices: Splice[] = []
  for (const { at, length, text: added } of cuts.toSorted((one, other) => one.at - other.at)) {
    const start = Math.min(at, text.length)
    const end = Math.min(start + length, text.length)
    if (start >= (splices.at(-1)?.end ?? 0)) splices.push({ start, end, text: added })
  }
  return { text, splices }
})

describe('changes of a text', () => {
  test('leave every byte outside of them as it was', () => {
    fc.assert(fc.property(changed, ({ text, splices }) => {
      const result = applySplices(text, splices)
      let [old, fresh] = [0, 0]
      for (const splice of splices) {
        expect(result.slice(fresh, fresh + splice.start - old)).toBe(text.slice(old, splice.start))
        fresh += splice.start - old + splice.text.length
        old = splice.end
      }
      expect(result.slice(fresh)).toBe(text.slice(old))
    }))
  })

  test.each(['patch', 'git'] as const)('are made by %s from their unified diff, with CRLF, a byte order mark and no last line end too', (tool) => {
    fc.assert(fc.property(changed, ({ text, splices }) => {
      const diff = unifiedDiff(text, splices, 'book.md')
      const result = applySplices(text, splices)
      if (result === text) expect(diff).toBe('')
      else if (result !== '' && text !== '') expect(patchedBy(tool, text, diff)).toBe(result)
    }), { numRuns: 60 })
  })

  test('are shown with three lines around them', () => {
    const text = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n'
    expect(unifiedDiff(text, [{ start: 19, end: 23, text: 'FIVE' }], 'a.md')).toBe('--- a/a.md\n+++ b/a.md\n@@ -2,7 +2,7 @@\n two\n three\n four\n-five\n+FIVE\n six\n seven\n eight\n')
  })
})
