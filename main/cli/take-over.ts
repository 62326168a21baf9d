import { Problem } from '#domain/problem.ts'
import { environmentName } from '#domain/run/view.ts'
import { createApp } from '../app.ts'
import { createAsker } from './asker.ts'
import { converse } from './conversation.ts'
import { answerAt } from './prompts.ts'
import { harmless, paint, talk, UsageError } from './terminal.ts'
import type { Command } from './usage.ts'
import { exitCodeOf, summarise } from './watch.ts'

export const takeOver: Command = {
  name: 'take-over', summary: 'Goes on with a live run that another machine leads.', words: ['RUN'],
  options: {
    json: { type: 'boolean', help: 'print each event as one line of JSON on stdout' },
    'data-dir': { type: 'string', value: 'DIR', help: 'the data copied with hand-over' },
  },
  details: 'RUN is an id from holdpoint runs. Hosts then refuse what the other machine sends for this run; what runs there already is followed to its end here. The run stays paused until you resume it.',
  run: async (args) => {
    const [runId = ''] = args.positionals
    if (!process.stdin.isTTY) throw new UsageError('Taking a run over needs a person at a terminal.')
    const asker = createAsker({ input: process.stdin, output: process.stderr })
    const app = await createApp({ door: 'cli', dataPath: typeof args.options['data-dir'] === 'string' ? args.options['data-dir'] : undefined, recover: false, answerPrompt: answerAt(asker) })
    try {
      const state = app.engine.state(runId)
      const environment = environmentName(state)
      const typed = await asker.ask(`${paint('bold', harmless(state.runbook.title))}\nIt is led on ${harmless(state.lead.machine?.name ?? 'another machine')}. Make sure that nobody goes on there. Type ${paint('bold', harmless(environment))} to take it over.`)
      if (typed.trim() !== environment) {
        talk('Nothing was taken over.')
        return 1
      }
      const reason = await asker.ask('Why can it not go on there?')
      const reply = await app.dispatcher.call('send-command', { runId, command: { type: 'take-over', reason } })
      if (!reply.ok) throw new Problem(reply.problem.code, reply.problem.message, reply.problem.hint)
      const ended = await converse(app, runId, asker, args.options['json'] === true)
      talk(summarise(ended))
      return exitCodeOf(ended)
    } finally {
      asker.close()
      await app.close()
    }
  },
}
