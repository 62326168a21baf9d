import { reportFor } from '#api/reports.ts'
import { createApp } from '../app.ts'
import { runNamed } from './run-named.ts'
import { choiceOption, textOption, type Command } from './usage.ts'

export const report: Command = {
  name: 'report', summary: 'Prints the report of a run.', words: ['RUN'],
  options: {
    format: { type: 'string', value: 'FORMAT', help: 'md (default), html or json' },
    'data-dir': { type: 'string', value: 'DIR', help: 'read the data there instead of the usual place' },
  },
  details: 'RUN is an id from holdpoint runs, or `last`.',
  run: async (args) => {
    const format = choiceOption(args, 'format', ['md', 'html', 'json'] as const, 'md')
    const app = await createApp({ door: 'cli', dataPath: textOption(args, 'data-dir'), recover: false })
    try {
      const runId = runNamed(app, args.positionals)
      process.stdout.write(reportFor(app.deps, runId, format).text)
      return 0
    } finally {
      await app.close()
    }
  },
}
