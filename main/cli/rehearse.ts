import { writeFileSync } from 'node:fs'
import { checkRunbook, requireRunnable } from '#api/check.ts'
import { reportFor } from '#api/reports.ts'
import { Problem } from '#domain/problem.ts'
import type { AutopilotPolicy } from '#domain/run/autopilot.ts'
import type { Host } from '#domain/inventory.ts'
import { onInventory } from '#domain/other-inventory.ts'
import { createApp, faultHere, type AppOptions } from '../app.ts'
import { createAsker } from './asker.ts'
import { answerAt, NO_ANSWER } from './prompts.ts'
import { keepRunbook, readRunbookFile } from './runbook-file.ts'
import { harmless, paint, talk } from './terminal.ts'
import { choiceOption, numberOption, type Command } from './usage.ts'
import { driveRehearsal, exitCodeOf, summarise } from './watch.ts'

export const rehearse: Command = {
  name: 'rehearse', summary: 'Plays a runbook through to its report, against embedded hosts or on another inventory.', words: ['FILE'],
  options: {
    speed: { type: 'string', value: 'N', help: 'how fast its clock runs while hosts are waited for (default 60)' },
    inventory: { type: 'string', value: 'NAME', help: 'run the commands on the real hosts of this inventory, at real speed' },
    report: { type: 'string', value: 'FILE', help: 'write the report there (.md, .html or .json)' },
    'on-trigger': { type: 'string', value: 'WHAT', help: 'rollback (default) or override when a rollback trigger fires' },
    retries: { type: 'string', value: 'N', help: 'how often a failed step is tried again before the rollback (default 1)' },
    json: { type: 'boolean', help: 'print each event as one line of JSON' },
    'data-dir': { type: 'string', value: 'DIR', help: 'keep the data there instead of the usual place' },
  },
  details: 'Every item is ticked and every gate opened for you. Nothing leaves this machine, unless --inventory is given: then the commands RUN on the real hosts that the runbook names under inventories: › NAME: in its front matter; checks, metrics and secrets are made up all the same.',
  run: async (args) => {
    const [file = ''] = args.positionals
    const inventory = typeof args.options['inventory'] === 'string' ? args.options['inventory'] : undefined
    const speed = numberOption(args, 'speed', 60, 1, 3600)
    const policy: AutopilotPolicy = { onTrigger: choiceOption(args, 'on-trigger', ['rollback', 'override'] as const, 'rollback'), retries: numberOption(args, 'retries', 1, 0, 100) }
    const reportFile = args.options['report']
    const text = readRunbookFile(file)
    const { runbook, findings } = checkRunbook(text, faultHere)
    requireRunnable(inventory === undefined ? 'rehearsal' : 'live', runbook, findings)
    if (inventory !== undefined) talk(warningOf(onInventory(runbook, inventory).inventory.hosts, inventory))
    const asker = inventory !== undefined && process.stdin.isTTY ? createAsker({ input: process.stdin, output: process.stderr }) : null
    const app = await createApp({
      door: 'cli', dataPath: typeof args.options['data-dir'] === 'string' ? args.options['data-dir'] : undefined, recover: false,
      answerPrompt: asker ? answerAt(asker) : nobodyAsked,
    })
    try {
      const kept = keepRunbook(app.storage, file, text, Date.now())
      const reply = await app.dispatcher.call('create-run', { runbookId: kept.id, mode: 'rehearsal', speed, automatic: true, inventory })
      if (!reply.ok) throw new Problem(reply.problem.code, reply.problem.message, reply.problem.hint)
      const { runId } = reply.value as { runId: string }
      const state = await driveRehearsal(app, runId, policy, args.options['json'] === true)
      talk(summarise(state))
      if (typeof reportFile === 'string') {
        writeFileSync(reportFile, reportFor(app.deps, runId, formatFor(reportFile)).text)
        talk(`Report: ${reportFile}`)
      }
      return exitCodeOf(state)
    } finally {
      asker?.close()
      await app.close()
    }
  },
}

/** Said before anything is sent. */
export function warningOf(hosts: Host[], inventory: string): string {
  const places = hosts.map(({ name, address, user, port }) => `  ${name}: ${user === null ? '' : `${user}@`}${address ?? name}${port === null ? '' : `:${port}`}`)
  return `${paint('yellow', 'REHEARSAL ON REAL HOSTS')}: the commands of this runbook WILL RUN on the hosts of “${harmless(inventory)}”. Checks, metrics and secrets are made up.\n${places.map(harmless).join('\n')}`
}

/** Without a person at the terminal an unknown host is not trusted, a locked key stays locked, and no password is given. */
const nobodyAsked: NonNullable<AppOptions['answerPrompt']> = (prompt) => Promise.resolve(NO_ANSWER[prompt.kind])

/** By the file's ending; Markdown when it has none of ours. */
export function formatFor(file: string): 'md' | 'html' | 'json' {
  return file.endsWith('.html') ? 'html' : file.endsWith('.json') ? 'json' : 'md'
}
