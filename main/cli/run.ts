import { checkRunbook, requireRunnable } from '#api/check.ts'
import { Problem } from '#domain/problem.ts'
import type { Runbook } from '#domain/runbook.ts'
import { createApp, faultHere } from '../app.ts'
import { createAsker, type Asker } from './asker.ts'
import { converse } from './conversation.ts'
import { answerAt } from './prompts.ts'
import { keepRunbook, readRunbookFile } from './runbook-file.ts'
import { harmless, paint, talk, UsageError } from './terminal.ts'
import type { Command } from './usage.ts'
import { exitCodeOf, summarise } from './watch.ts'

/** Asks for the environment's name, typed. False, and said, when it is another. */
export async function confirmLive(asker: Asker, { title, overview }: Pick<Runbook, 'title' | 'overview'>): Promise<boolean> {
  const environment = overview.environment ?? 'the hosts named'
  const typed = await asker.ask(`${paint('bold', harmless(title))}\nThis is a LIVE run on ${harmless(environment)}. Type ${paint('bold', harmless(environment))} to create it.`)
  const isMeant = typed.trim() === environment
  if (!isMeant) talk('Nothing was started.')
  return isMeant
}

export const run: Command = {
  name: 'run', summary: 'Runs a runbook live, asking you at every gate, tick and decision.', words: ['FILE'],
  options: {
    json: { type: 'boolean', help: 'print each event as one line of JSON on stdout' },
    'data-dir': { type: 'string', value: 'DIR', help: 'keep the data there instead of the usual place' },
  },
  details: 'It needs a terminal with a person at it. It runs commands on the hosts the runbook names. Ctrl+C leaves the run as it is and ends with 4: a command in progress becomes unknown and is not run again by itself.',
  run: async (args) => {
    const [file = ''] = args.positionals
    const text = readRunbookFile(file)
    const { runbook, findings } = checkRunbook(text, faultHere)
    requireRunnable('live', runbook, findings)
    if (!process.stdin.isTTY) throw new UsageError('A live run needs a person at a terminal. Use rehearse for scripts, or open the app.')
    const asker = createAsker({ input: process.stdin, output: process.stderr })
    const app = await createApp({
      door: 'cli', dataPath: typeof args.options['data-dir'] === 'string' ? args.options['data-dir'] : undefined,
      // Other runs on the same data are not this terminal's: nobody here would see what they do.
      recover: false, answerPrompt: answerAt(asker),
    })
    try {
      if (!(await confirmLive(asker, runbook))) return 1
      const kept = keepRunbook(app.storage, file, text, Date.now())
      const reply = await app.dispatcher.call('create-run', { runbookId: kept.id, mode: 'live', automatic: true })
      if (!reply.ok) throw new Problem(reply.problem.code, reply.problem.message, reply.problem.hint)
      const { runId } = reply.value as { runId: string }
      const state = await converse(app, runId, asker, args.options['json'] === true)
      talk(summarise(state))
      return exitCodeOf(state)
    } finally {
      asker.close()
      await app.close()
    }
  },
}
