import { checkRunbook, errorsOf } from '#api/check.ts'
import type { Finding } from '#domain/finding.ts'
import { readRunbookFile } from './runbook-file.ts'
import { EXIT, harmless, paint, talk } from './terminal.ts'
import type { Command } from './usage.ts'

export const check: Command = {
  name: 'check', summary: 'Says what is wrong with a runbook, with line and column.', words: ['FILE'],
  options: { json: { type: 'boolean', help: 'print the findings as JSON' } },
  details: 'Exits with 2 when there are errors: a live run refuses the runbook then. Warnings and notes do not count.',
  run: async (args) => {
    const [file = ''] = args.positionals
    const { findings } = checkRunbook(readRunbookFile(file))
    const errors = errorsOf(findings).length
    if (args.options['json'] === true) process.stdout.write(`${JSON.stringify({ file, findings }, null, 2)}\n`)
    else for (const finding of findings) process.stdout.write(`${line(file, finding)}\n`)
    const warnings = findings.filter((finding) => finding.severity === 'warning').length
    talk(`${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`)
    return errors > 0 ? EXIT.usage : EXIT.succeeded
  },
}

const colours = { error: 'red', warning: 'yellow', info: 'dim' } as const

function line(file: string, finding: Finding): string {
  const severity = process.stdout.isTTY ? paint(colours[finding.severity], finding.severity) : finding.severity
  return harmless(`${file}:${finding.line}:${finding.column}: `) + severity + harmless(`: ${finding.message} [${finding.code}]\n    ${finding.hint}`)
}
