import { resolve } from 'node:path'
import { copyAppData } from '../app.ts'
import { harmless, talk } from './terminal.ts'
import type { Command } from './usage.ts'

export const handOver: Command = {
  name: 'hand-over', summary: 'Copies all data to a folder, so that another machine can take a run over.', words: ['DIR'],
  options: { 'data-dir': { type: 'string', value: 'DIR', help: 'copy the data there instead of the usual place' } },
  details: 'The program may be open meanwhile. Take DIR to the other machine and start it there with HOLDPOINT_HOME=DIR: unfinished runs are shown, and go on once they are taken over.',
  run: async (args) => {
    const [folder = ''] = args.positionals
    const copy = await copyAppData(typeof args.options['data-dir'] === 'string' ? args.options['data-dir'] : undefined, resolve(folder))
    talk(`Copied to ${harmless(copy)}. This machine still leads its runs until they are taken over.`)
    return 0
  },
}
