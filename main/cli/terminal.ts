import { styleText } from 'node:util'
import { codePoint, HIDDEN_RANGES } from '#domain/hidden-characters.ts'

/** Documented in README and in every --help. */
export const EXIT = { succeeded: 0, failed: 1, usage: 2, rolledBack: 3, unknown: 4, rollbackFailed: 5 } as const

/** A command line that cannot be meant. */
export class UsageError extends Error {}

/** Says something on stderr; stdout is kept for what was asked for. */
export function talk(line: string): void {
  process.stderr.write(`${line}\n`)
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'magenta' | 'cyan'

/** Colours for a terminal; plain text for a pipe or under NO_COLOR. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr, validateStream: true })
}

const unsafe = new RegExp(String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f${HIDDEN_RANGES}]`, 'gu')

/** Text from hosts and files made safe for a terminal: what a terminal would obey, hide or turn round is shown. */
export function harmless(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === '\u001b') return '␛'
    const code = character.charCodeAt(0)
    return code < 0xa0 ? `\\x${code.toString(16).padStart(2, '0')}` : `⟨${codePoint(character)}⟩`
  })
}
