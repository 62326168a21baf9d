import { once } from 'node:events'
import { searchOutput } from '#api/search.ts'
import { findStep } from '#domain/run/view.ts'
import { createApp, type App } from '../app.ts'
import { runNamed } from './run-named.ts'
import { EXIT, harmless, talk, UsageError } from './terminal.ts'
import { textOption, type Command } from './usage.ts'

export const output: Command = {
  name: 'output', summary: 'Prints what a host said in a run, or the lines in which any host said a text.', words: ['RUN'],
  options: {
    grep: { type: 'string', value: 'TEXT', help: 'print only lines with TEXT, upper and lower case alike, with step, host and line number' },
    step: { type: 'string', value: 'ID', help: 'of this step only' },
    host: { type: 'string', value: 'NAME', help: 'of this host only' },
    'data-dir': { type: 'string', value: 'DIR', help: 'read the data there instead of the usual place' },
  },
  details: 'RUN is an id from holdpoint runs, or `last`. Without --grep it needs --step and --host and prints the last attempt, stdout on stdout and stderr on stderr: into a file or a pipe every byte as it came, on a terminal with its controls made visible. With --grep it exits with 1 when no line is found.',
  run: async (args) => {
    const [text, stepId, host] = ['grep', 'step', 'host'].map((name) => textOption(args, name) || undefined)
    if (text === undefined && (stepId === undefined || host === undefined)) throw new UsageError('It needs --grep, or --step and --host.')
    const app = await createApp({ door: 'cli', dataPath: textOption(args, 'data-dir') || undefined, recover: false })
    try {
      const runId = runNamed(app, args.positionals)
      if (text !== undefined) return await printFound(app, { runId, text, stepId: stepId ?? null, host: host ?? null })
      return await printWhole(app, { runId, stepId: stepId ?? '', host: host ?? '' })
    } finally {
      await app.close()
    }
  },
}

async function printFound(app: App, query: { runId: string; text: string; stepId: string | null; host: string | null }): Promise<number> {
  let count = 0
  for (const { hits } of searchOutput(app.deps, query)) {
    for (const hit of hits) await print(process.stdout, Buffer.from(`${hit.stepId}  ${harmless(hit.host)}:${hit.line}: ${harmless(hit.text)}\n`))
    count += hits.length
  }
  return count > 0 ? EXIT.succeeded : EXIT.failed
}

async function printWhole(app: App, about: { runId: string; stepId: string; host: string }): Promise<number> {
  const state = app.engine.state(about.runId)
  if (!findStep(state.runbook, about.stepId)) throw new UsageError(`The run has no step ${about.stepId}.`)
  const attempt = state.steps[about.stepId]?.attempt ?? 0
  for (const stream of ['stdout', 'stderr'] as const) {
    for (const bytes of app.storage.output.readBytes({ ...about, attempt, stream })) {
      const target = process[stream]
      await print(target, target.isTTY ? Buffer.from(harmless(Buffer.from(bytes).toString('utf8'))) : bytes)
    }
  }
  if (app.storage.output.size(about) === 0) talk(`${about.host} has said nothing in that step.`)
  return EXIT.succeeded
}

/** A slow reader is waited for. */
async function print(target: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (!target.write(bytes)) await once(target, 'drain')
}
