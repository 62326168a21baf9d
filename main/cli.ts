import { toProblem } from '#domain/problem.ts'
import { commands } from './cli/commands.ts'
import { EXIT, harmless, talk, UsageError } from './cli/terminal.ts'
import { helpAll, helpFor, readArguments } from './cli/usage.ts'

/** Runs one command line; resolves with the exit code. stdout carries what was asked for, stderr everything said on the way. */
export async function main(argv: string[]): Promise<number> {
  // A reader that goes away (`| head`) must not take a run with it: what it does not read is lost, nothing else.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const code = await perform(argv)
  // Whoever ends the process now would cut off what a pipe has not taken yet.
  await new Promise((resolve) => { process.stdout.write('', resolve) })
  return code
}

async function perform(argv: string[]): Promise<number> {
  const [name = 'open', ...rest] = argv
  if (name === '--help' || name === '-h' || name === 'help') {
    const about = commands.find((command) => command.name === rest[0])
    process.stdout.write(about ? helpFor(about) : helpAll(commands))
    return EXIT.succeeded
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (!command) {
    talk(`holdpoint: there is no command "${harmless(name)}". See holdpoint --help.`)
    return EXIT.usage
  }
  try {
    const args = readArguments(command, rest)
    if (args.options['help'] === true) {
      process.stdout.write(helpFor(command))
      return EXIT.succeeded
    }
    return await command.run(args)
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      talk(`holdpoint ${name}: ${harmless(thrown.message)} See holdpoint ${name} --help.`)
      return EXIT.usage
    }
    const problem = toProblem(thrown)
    talk(`holdpoint ${name}: ${harmless(problem.message)}\n  ${harmless(problem.hint)}${problem.code === 'unexpected' && problem.cause instanceof Error ? `\n${problem.cause.stack}` : ''}`)
    if (problem.code === 'run-left') return EXIT.unknown
    return problem.code.startsWith('runbook-') || problem.code.startsWith('file-') ? EXIT.usage : EXIT.failed
  }
}
