/** The attributes in an info string such as `sh {hosts=app undo="systemctl start shop"}`. */
export interface Attributes {
  values: Record<string, string>
  /** Where each name stands in the info string. */
  offsets: Record<string, number>
  /** What could not be read, and where in the info string. */
  malformed: { offset: number; message: string } | null
}

const name = /[A-Za-z][A-Za-z0-9-]{0,39}/y
const bare = /[^\s"'{}]+/y

/** Reads `{key=value key="quoted \" value" word}` from `start`, the offset of the opening brace. */
export function parseAttributes(info: string, start: number): Attributes {
  const values: Record<string, string> = {}
  const offsets: Record<string, number> = {}
  const malformed = (offset: number, message: string): Attributes => ({ values, offsets, malformed: { offset, message } })
  let index = start + 1
  for (;;) {
    while (/\s/.test(info[index] ?? '')) index += 1
    if (index >= info.length) return malformed(start, 'The closing brace } is missing.')
    if (info[index] === '}') break
    const key = matchAt(name, info, index)
    if (key === null) return malformed(index, `Expected a name at “${info.slice(index, index + 20)}”.`)
    if (Object.hasOwn(values, key)) return malformed(index, `“${key}” is given twice.`)
    offsets[key] = index
    index += key.length
    if (info[index] !== '=') {
      if (!/[\s}]/.test(info[index] ?? '')) return malformed(index, `Expected = after “${key}”.`)
      values[key] = 'true'
      continue
    }
    const value = readValue(info, index + 1)
    if (value === null) return malformed(index, `The value of “${key}” is missing or its quotes are not closed.`)
    values[key] = value.text
    index = value.end
    if (!/[\s}]/.test(info[index] ?? '')) return malformed(index, `Expected a space or } after the value of “${key}”.`)
  }
  if (info.slice(index + 1).trim() !== '') return malformed(index + 1, 'Nothing may follow the closing brace.')
  return { values, offsets, malformed: null }
}

/** A bare or quoted value; in quotes a backslash keeps the next quote or backslash, and is itself anywhere else. */
function readValue(info: string, start: number): { text: string; end: number } | null {
  const quote = info[start]
  if (quote !== '"' && quote !== "'") {
    const text = matchAt(bare, info, start)
    return text === null ? null : { text, end: start + text.length }
  }
  let text = ''
  for (let index = start + 1; index < info.length; index += 1) {
    const character = info[index] ?? ''
    const next = info[index + 1]
    if (character === quote) return { text, end: index + 1 }
    if (character === '\\' && (next === quote || next === '\\')) {
      text += next
      index += 1
    } else text += character
  }
  return null
}

function matchAt(pattern: RegExp, text: string, index: number): string | null {
  pattern.lastIndex = index
  return pattern.exec(text)?.[0] ?? null
}
