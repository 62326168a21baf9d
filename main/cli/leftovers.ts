import { Problem } from '#domain/problem.ts'
import { formatDuration } from '#domain/duration.ts'
import type { HostLeftovers, LeftoverView } from '#preload/contract.ts'
import { createApp, type App } from '../app.ts'
import { createAsker } from './asker.ts'
import { answerAt, NO_ANSWER } from './prompts.ts'
import { runNamed } from './run-named.ts'
import { harmless, paint } from './terminal.ts'
import { textOption, type Command } from './usage.ts'

export const leftovers: Command = {
  name: 'leftovers', summary: 'Shows what the hosts of a run still keep of its commands, and of others.', words: ['RUN'],
  options: {
    remove: { type: 'boolean', help: 'remove what is over there and recorded here' },
    json: { type: 'boolean', help: 'print them as JSON' },
    'data-dir': { type: 'string', value: 'DIR', help: 'use the data there instead of the usual place' },
  },
  details: 'RUN is an id from holdpoint runs, or last. A host forgets a command by itself once its end is recorded here; what stays was cut off before that. Nothing that is alive, or whose end is not recorded here, is ever removed.',
  run: async (args) => {
    const asker = process.stdin.isTTY ? createAsker({ input: process.stdin, output: process.stderr }) : null
    const app = await createApp({ door: 'cli', dataPath: textOption(args, 'data-dir'), recover: false, answerPrompt: asker ? answerAt(asker) : (prompt) => Promise.resolve(NO_ANSWER[prompt.kind]) })
    try {
      const runId = runNamed(app, args.positionals)
      const hosts = await call<HostLeftovers[]>(app, 'list-leftovers', { runId })
      const removed = args.options['remove'] === true ? await removeAll(app, runId, hosts) : []
      if (args.options['json'] === true) process.stdout.write(`${JSON.stringify({ hosts, removed }, null, 2)}\n`)
      else for (const host of hosts) process.stdout.write(`${hostLines(host, removed)}\n`)
      return hosts.some(({ problem }) => problem !== null) ? 1 : 0
    } finally {
      asker?.close()
      await app.close()
    }
  },
}

async function removeAll(app: App, runId: string, hosts: HostLeftovers[]): Promise<string[]> {
  const removed: string[] = []
  for (const { host, jobs } of hosts) {
    const ids = jobs.filter(({ kept }) => kept === '').map(({ id }) => id)
    if (ids.length > 0) removed.push(...(await call<{ removed: string[] }>(app, 'remove-leftovers', { runId, host, jobs: ids })).removed)
  }
  return removed
}

/** `app1: 1 job` and a line for each: what it is, how old, how long its output, and why it stays. */
export function hostLines({ host, jobs, problem }: HostLeftovers, removed: readonly string[]): string {
  if (problem !== null) return `${harmless(host)}: ${process.stdout.isTTY ? paint('red', harmless(problem.message)) : harmless(problem.message)}`
  if (jobs.length === 0) return `${harmless(host)}: nothing is left`
  return [`${harmless(host)}: ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}`, ...jobs.map((job) => `    ${jobLine(job, removed.includes(job.id))}`)].join('\n')
}

const WORDS: Record<LeftoverView['state'], string> = { done: 'over', running: 'RUNS', orphan: 'RUNS unwatched', starting: 'begins', rebooted: 'cut off by a reboot', lost: 'its watcher was killed' }

function jobLine({ id, state, ageMs, bytes, runId, kept, onlyThere }: LeftoverView, isRemoved: boolean): string {
  const facts = [WORDS[state], `${formatDuration(ageMs)} ago`, `${bytes} bytes of output${onlyThere > 0 ? `, ${onlyThere} of them only there` : ''}`, ...(runId === null ? [] : [`run ${runId}`])]
  const end = isRemoved ? ' Removed.' : kept === '' ? ' It can be removed: --remove.' : ` ${kept}`
  return harmless(`${id}: ${facts.join('; ')}.${end}`)
}

async function call<T>(app: App, name: string, input: unknown): Promise<T> {
  const reply = await app.dispatcher.call(name, input)
  if (!reply.ok) throw new Problem(reply.problem.code, reply.problem.message, reply.problem.hint)
  return reply.value as T
}
