import { styleText } from 'node:util'

/** Documented in README and in every --help. */
export const EXIT = { succeeded: 0, failed: 1, usage: 2, rolledBack: 3, unknown: 4 } as const

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

/** Text from hosts and files made safe for a terminal: control characters are shown, not obeyed. */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => (character === '\u001b' ? '␛' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`))
}
