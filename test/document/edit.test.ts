import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replaceItemText, setCheckbox } from '#document/edit.ts'
import { plainText } from '#document/inline.ts'
import { parseRunbook } from '#document/parse.ts'

const template = readFileSync(new URL('../../resources/template/deployment-task.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('../../resources/examples/checkout-release.md', import.meta.url), 'utf8')

/** The same runbook as other editors would have saved it. */
const written = fc.record({
  text: fc.constantFrom(template, example), ending: fc.constantFrom('\n', '\r\n'), mark: fc.constantFrom('', '\uFEFF'),
  bullet: fc.constantFrom('*   ', '- ', '+\t', '* '), final: fc.constantFrom('', '\n', '\n\n'), tail: fc.constantFrom('', '\n\n## Appendix\n\n*odd* \\[text\\]\t`x`'),
}).map(({ text, ending, mark, bullet, final, tail }) => mark + (text.trimEnd().replaceAll(/^\* {3}/gm, bullet) + tail + final).replaceAll('\n', ending))

const itemsOf = (text: string) => {
  const { runbook } = parseRunbook(text)
  const steps = [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps].map(({ title, ...step }) => ({ ...step, text: title }))
  const boxes = [...runbook.checklists.flatMap((group) => group.items), ...runbook.rollback.validation, ...runbook.postChecklist]
  return { boxes, all: [...boxes, ...steps, ...runbook.changes, ...runbook.smokeTests, ...runbook.messages, ...runbook.metrics, ...runbook.followUps] }
}

test('every range is the text of its element, with its line and column', () => {
  fc.assert(fc.property(written, (text) => {
    for (const { range, text: words } of itemsOf(text).all) {
      expect(plainText(text.slice(range.start, range.end))).toContain(words)
      const before = text.slice(0, range.start).split(/\r\n|\n|\r/)
      expect([range.line, range.column]).toEqual([before.length, (before.at(-1)?.length ?? 0) + 1])
    }
  }), { numRuns: 25 })
})

test('a tick changes one character, and unticking gives back the same bytes', () => {
  fc.assert(fc.property(written, fc.nat(), (text, pick) => {
    const { boxes } = itemsOf(text)
    const item = boxes[pick % boxes.length]
    if (!item) throw new Error('no boxes')
    const ticked = setCheckbox(text, item, true)
    const changed = ticked.split('').flatMap((character, index) => (character === text[index] ? [] : [character]))
    expect([ticked.length, changed]).toEqual([text.length, ['x']])
    expect(itemsOf(ticked).boxes.filter((box) => box.checkedInFile).map((box) => box.id)).toEqual([item.id])
    expect(setCheckbox(ticked, item, false)).toBe(text)
  }), { numRuns: 10 })
})

test('new words change their own line only, and the ids of everything else stay', () => {
  fc.assert(fc.property(written, fc.nat(), (text, pick) => {
    const { all } = itemsOf(text)
    const item = all[pick % all.length]
    if (!item) throw new Error('no items')
    const edited = replaceItemText(text, item, 'Something else entirely')
    const [before, after] = [text, edited].map((version) => version.split(/(?<=\n)/))
    expect(after?.length).toBe(before?.length)
    expect(after?.flatMap((line, index) => (line === before?.[index] ? [] : [index + 1]))).toEqual([item.range.line])
    const ids = itemsOf(edited).all.map(({ id }) => id)
    expect(all.filter(({ id }) => !ids.includes(id)).map(({ id }) => id).filter((id) => id !== item.id)).toEqual([])
  }), { numRuns: 25 })
})

test('an edit of a place that has changed is refused', () => {
  const range = { start: 0, end: 5, line: 1, column: 1 }
  expect(() => setCheckbox('hello', { range }, true)).toThrow('There is no longer a checkbox')
  expect(() => replaceItemText('hello', { range }, 'x')).toThrow('no longer')
  expect(() => replaceItemText('- hello', { range: { ...range, end: 7 } }, ' ')).toThrow('no words')
})
