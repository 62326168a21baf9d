import { createApp } from '../app.ts'
import { harmless } from './terminal.ts'
import type { Command } from './usage.ts'

export const runs: Command = {
  name: 'runs', summary: 'Lists the runs, the newest first.', words: [],
  options: {
    json: { type: 'boolean', help: 'print them as JSON' },
    'data-dir': { type: 'string', value: 'DIR', help: 'read the data there instead of the usual place' },
  },
  details: 'One line a run: id, when, live or rehearsal, status, title.',
  run: async (args) => {
    const app = await createApp({ door: 'cli', dataPath: typeof args.options['data-dir'] === 'string' ? args.options['data-dir'] : undefined, recover: false })
    try {
      const list = app.storage.runs.list()
      if (args.options['json'] === true) process.stdout.write(`${JSON.stringify(list, null, 2)}\n`)
      else for (const run of list) process.stdout.write(`${run.id}  ${new Date(run.createdAt).toISOString()}  ${run.mode.padEnd(9)}  ${run.status.padEnd(17)}  ${harmless(run.title)}\n`)
      return 0
    } finally {
      await app.close()
    }
  },
}
