import { HIDDEN_RANGES } from '../hidden-characters.ts'
import type { Mask } from '../masking.ts'
import type { ExcerptReport } from './work-model.ts'

const longestLine = 400

/** The last lines of an output for a report. Masked before it is cut, so that half a secret does not slip through. */
export function excerptOf(output: { text: string; bytes: number; truncated: boolean }, lines: number, mask: Mask): ExcerptReport {
  const all = mask(plainText(output.text)).split('\n')
  while (all.length > 0 && all.at(-1)?.trim() === '') all.pop()
  const kept = all.slice(-lines).map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line))
  return { text: kept.join('\n'), omittedLines: all.length - kept.length, bytes: output.bytes, truncated: output.truncated }
}

/** Text as a terminal would leave it, near enough to read: no escapes, no control characters, progress lines overwritten. */
export function plainText(text: string): string {
  return text
    .replace(escapes, '')
    .replaceAll('\r\n', '\n')
    .split('\n').map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1)).join('\n')
    .replace(controls, '')
}

/** CSI, OSC and the other string sequences (bounded), and two-character escapes. */
const escapes = new RegExp(String.raw`\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_][^\u0007\u001b\n]{0,2000}(?:\u0007|\u001b\\)?|[ -/]{0,8}[0-~])`, 'g')

/** C0 and C1 controls but tab and newline, and what turns the direction of text or hides in it. */
const controls = new RegExp(String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f${HIDDEN_RANGES}]`, 'gu')
