import type { StoredRun } from '#storage/runs.ts'
import { createApp } from '../app.ts'
import { harmless } from './terminal.ts'
import type { Command } from './usage.ts'

/** `monitoring until 2026-12-06T21:10Z` says when it will end by itself. */
const standing = ({ status, monitoringEndsAt }: StoredRun): string => (monitoringEndsAt === null ? status : `${status} until ${new Date(monitoringEndsAt).toISOString().slice(0, 16)}Z`)

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
      else for (const run of list) process.stdout.write(`${run.id}  ${new Date(run.createdAt).toISOString()}  ${run.mode.padEnd(9)}  ${standing(run).padEnd(17)}  ${harmless(run.title)}\n`)
      return 0
    } finally {
      await app.close()
    }
  },
}
