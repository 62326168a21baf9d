/**
 * What a person reads in a line of Markdown: without emphasis marks, escapes, link targets and comments. One pass, and each
 * kind of search that failed once is not tried again, so that hostile lines cost no more than others.
 */
export function plainText(raw: string): string {
  const text = raw.replace(/[ \t]*(?:\r\n|\n|\r)[ \t>]*/g, ' ').replace(/[ \t]+/g, ' ').trim()
  const out: string[] = []
  const openLinks: number[] = []
  const openMarks = new Map<string, number>()
  const missing = new Set<string>()
  let index = 0

  const find = (needle: string, from: number): number => {
    if (missing.has(needle)) return -1
    const found = text.indexOf(needle, from)
    if (found === -1) missing.add(needle)
    return found
  }

  while (index < text.length) {
    const character = text[index] ?? ''
    const rest = text.slice(index, index + 16)
    if (character === '\\' && /^[!-/:-@[-`{-~]$/.test(text[index + 1] ?? '')) {
      out.push(text[index + 1] ?? '')
      index += 2
    } else if (character === '`') {
      const run = runAt(text, index)
      const close = find(run, index + run.length)
      out.push(close === -1 ? run : text.slice(index + run.length, close).trim())
      index = close === -1 ? index + run.length : close + run.length
    } else if (rest.startsWith('<!--') && find('-->', index) !== -1) {
      index = find('-->', index) + 3
    } else if (/^<https?:/i.test(rest) && /^[^\s<>]*>/.test(text.slice(index + 1, index + 2000))) {
      const close = text.indexOf('>', index)
      out.push(text.slice(index + 1, close))
      index = close + 1
    } else if (character === '*' || rest.startsWith('__')) {
      const run = runAt(text, index).slice(0, 2)
      mark(run, out, openMarks, text[index - 1] ?? ' ', text[index + run.length] ?? ' ')
      index += run.length
    } else if (character === '[') {
      openLinks.push(out.push('[') - 1)
      index += 1
    } else if (character === ']') {
      const open = openLinks.pop()
      const target = open !== undefined && text[index + 1] === '(' ? /^\([^\s()]{0,2000}\)/.exec(text.slice(index + 1, index + 2003)) : null
      if (open !== undefined && target) out[open] = ''
      else out.push(']')
      index += 1 + (target?.[0].length ?? 0)
    } else {
      out.push(character)
      index += 1
    }
  }
  return out.join('').replace(/&amp;/g, '&').replace(/ +/g, ' ').trim()
}

/** Takes an emphasis mark and its partner out when they enclose something; a mark without partner stays. */
function mark(run: string, out: string[], open: Map<string, number>, before: string, behind: string): void {
  const opened = open.get(run)
  if (opened !== undefined && before !== ' ') {
    out[opened] = ''
    open.delete(run)
    return
  }
  out.push(run)
  if (behind !== ' ' && !/[\p{L}\p{N}]/u.test(run === '**' ? ' ' : before)) open.set(run, out.length - 1)
}

function runAt(text: string, index: number): string {
  const character = text[index] ?? ''
  let end = index + 1
  while (text[end] === character) end += 1
  return text.slice(index, end)
}
