import { parseArgs } from 'node:util'
import { UsageError } from './terminal.ts'

export interface Option {
  type: 'string' | 'boolean'
  /** What stands for the value in the help: `FILE`. */
  value?: string
  help: string
}

export interface Arguments {
  positionals: string[]
  options: Record<string, string | boolean | undefined>
}

/** One command: its words in the help, its options, and what it does. Resolves with the exit code. */
export interface Command {
  name: string
  summary: string
  /** Names of the words it needs: `FILE`. */
  words: string[]
  options: Record<string, Option>
  details: string
  run(args: Arguments): Promise<number>
}

const HELP: Option = { type: 'boolean', help: 'show this help' }
const EXIT_CODES = 'Exit codes: 0 succeeded, 1 failed, 2 bad usage or bad runbook, 3 rolled back, 4 outcome unknown, 5 rollback failed.\n'

export function readArguments(command: Command, argv: string[]): Arguments {
  try {
    const options = Object.fromEntries(Object.entries({ ...command.options, help: HELP }).map(([name, { type }]) => [name, { type }]))
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true, strict: true })
    if (values['help'] !== true && positionals.length !== command.words.length) {
      throw new UsageError(command.words.length === 0 ? 'It takes no words.' : `It needs ${command.words.join(' ')}.`)
    }
    return { positionals, options: values as Arguments['options'] }
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown
    throw new UsageError(thrown instanceof Error ? `${thrown.message.split('. ')[0]}.` : 'The options cannot be read.')
  }
}

export function helpAll(commands: Command[]): string {
  const lines = commands.map((command) => `  ${`${command.name} ${command.words.join(' ')}`.padEnd(18)} ${command.summary}`)
  return `Holdpoint turns a Markdown runbook into a live release run.\n\nUsage: holdpoint COMMAND\n\n${lines.join('\n')}\n\nholdpoint COMMAND --help says more about one. ${EXIT_CODES}`
}

export function helpFor(command: Command): string {
  const options = Object.entries({ ...command.options, help: HELP })
    .map(([name, option]) => `  ${`--${name}${option.value ? ` ${option.value}` : ''}`.padEnd(24)} ${option.help}`)
  return `${command.summary}\n\nUsage: holdpoint ${command.name} ${[...command.words, '[options]'].join(' ')}\n\n${command.details}\n\nOptions:\n${options.join('\n')}\n\n${EXIT_CODES}`
}

/** The number an option gives; throws UsageError for anything else. */
export function numberOption(args: Arguments, name: string, fallback: number, least: number, most: number): number {
  const text = args.options[name]
  if (text === undefined) return fallback
  const number = Number(text)
  if (typeof text !== 'string' || text.trim() === '' || !Number.isFinite(number) || number < least || number > most) throw new UsageError(`--${name} takes a number from ${least} to ${most}.`)
  return number
}

/** What was written after an option, be it nothing; undefined where it was not given. */
export function textOption(args: Arguments, name: string): string | undefined {
  const text = args.options[name]
  return typeof text === 'string' ? text : undefined
}

/** One of a closed set of words. */
export function choiceOption<T extends string>(args: Arguments, name: string, choices: readonly T[], fallback: T): T {
  const text = args.options[name] ?? fallback
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new UsageError(`--${name} takes ${choices.join(', ')}.`)
  return found
}
