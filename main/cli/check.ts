import { checkRunbook, errorsOf } from '#api/check.ts'
import type { Finding } from '#domain/finding.ts'
import { faultHere } from '../app.ts'
import { describeHosts, hostLine } from './describe-hosts.ts'
import { readRunbookFile } from './runbook-file.ts'
import { trialLine, trySources } from './try-sources.ts'
import { EXIT, harmless, paint, talk } from './terminal.ts'
import type { Command } from './usage.ts'

export const check: Command = {
  name: 'check', summary: 'Says what is wrong with a runbook, with line and column.', words: ['FILE'],
  options: {
    json: { type: 'boolean', help: 'print the findings as JSON' },
    live: { type: 'boolean', help: 'ask each metric source once (an ssh source runs its command on its hosts), and print what was asked and its value' },
    hosts: { type: 'boolean', help: 'print how each host would be reached and by which SSH; connects to none, but asks ssh what its configuration says' },
    'data-dir': { type: 'string', value: 'DIR', help: 'with --live or --hosts: take known host keys from there instead of the usual place' },
  },
  details: 'Exits with 2 when there are errors: a live run refuses the runbook then. Warnings and notes do not count. With --live a source without data ends it with 1, and so does with --hosts a host to which there is no way.',
  run: async (args) => {
    const [file = ''] = args.positionals
    const { runbook, findings } = checkRunbook(readRunbookFile(file), faultHere)
    const errors = errorsOf(findings).length
    const dataPath = typeof args.options['data-dir'] === 'string' ? args.options['data-dir'] : undefined
    const hosts = args.options['hosts'] === true ? await describeHosts(runbook, dataPath) : undefined
    const sources = args.options['live'] === true ? await trySources(runbook, dataPath) : undefined
    const trials = sources ?? []
    if (args.options['json'] === true) process.stdout.write(`${JSON.stringify({ file, findings, hosts, sources }, null, 2)}\n`)
    else for (const text of [...findings.map((finding) => line(file, finding)), ...(hosts ?? []).map(hostLine), ...trials.map(trialLine)]) process.stdout.write(`${text}\n`)
    const warnings = findings.filter((finding) => finding.severity === 'warning').length
    talk(`${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`)
    const silent = trials.filter(({ value }) => value === null).length
    if (trials.length > 0) talk(`${trials.length - silent} of ${trials.length} metric sources gave a value`)
    const lost = (hosts ?? []).some(({ way }) => way === null)
    return errors > 0 ? EXIT.usage : silent > 0 || lost ? EXIT.failed : EXIT.succeeded
  },
}

const colours = { error: 'red', warning: 'yellow', info: 'dim' } as const

function line(file: string, finding: Finding): string {
  const severity = process.stdout.isTTY ? paint(colours[finding.severity], finding.severity) : finding.severity
  return harmless(`${file}:${finding.line}:${finding.column}: `) + severity + harmless(`: ${finding.message} [${finding.code}]\n    ${finding.hint}`)
}
