import { Problem } from '#domain/problem.ts'
import { consequences } from '#domain/run/resume/inherit.ts'
import type { ResumeOutline } from '#preload/contract.ts'
import { createApp, type App } from '../app.ts'
import { createAsker } from './asker.ts'
import { converse } from './conversation.ts'
import { answerAt } from './prompts.ts'
import { warningOf } from './rehearse.ts'
import { describeResume } from './resume-words.ts'
import { runNamed } from './run-named.ts'
import { confirmLive } from './run.ts'
import { readRunbookFile } from './runbook-file.ts'
import { talk, UsageError } from './terminal.ts'
import { textOption, type Arguments, type Command } from './usage.ts'
import { driveRehearsal, exitCodeOf, summarise } from './watch.ts'

export const resume: Command = {
  name: 'resume', summary: 'Goes on with a run that failed or was aborted, from where it stopped.', words: ['RUN'],
  options: {
    from: { type: 'string', value: 'STEP', help: 'begin at this step instead of the first that is not done' },
    runbook: { type: 'string', value: 'FILE', help: 'save this text as the runbook\'s newest revision first' },
    keep: { type: 'string', value: 'STEPS', help: 'steps that succeeded and were edited: they count as done (ids, separated by commas)' },
    again: { type: 'string', value: 'STEPS', help: 'steps that succeeded and were edited: they run again' },
    reason: { type: 'string', value: 'WHY', help: 'why, where a step runs twice or is left out' },
    'dry-run': { type: 'boolean', help: 'only show what would be kept, done and left out' },
    json: { type: 'boolean', help: 'print each event, or the outline, as JSON on stdout' },
    'data-dir': { type: 'string', value: 'DIR', help: 'keep the data there instead of the usual place' },
  },
  details: 'RUN is an id from holdpoint runs, or `last`. A new run begins, with what was done in that one; one that is still open ends as aborted. What is shown is how the newest revision of the runbook differs, step by step. A live run needs a terminal with a person at it, a rehearsal goes on by itself.',
  run: async (args) => {
    const asker = process.stdin.isTTY && args.options['dry-run'] !== true ? createAsker({ input: process.stdin, output: process.stderr }) : null
    const app = await createApp({
      door: 'cli', dataPath: textOption(args, 'data-dir'), recover: false,
      ...(asker === null ? {} : { answerPrompt: answerAt(asker) }),
    })
    try {
      const runId = runNamed(app, args.positionals)
      const { mode, runbookId, inventory, runbook } = app.engine.state(runId)
      saveEdited(app, runbookId, textOption(args, 'runbook'))
      const choice = { runId, from: textOption(args, 'from') ?? null, keep: idsOf(args, 'keep'), again: idsOf(args, 'again') }
      const outline = await call<ResumeOutline>(app, 'plan-resume', choice)
      if (args.options['dry-run'] === true) {
        process.stdout.write(args.options['json'] === true ? `${JSON.stringify(outline, null, 2)}\n` : `${describeResume(outline)}\n`)
        return 0
      }
      talk(describeResume(outline))
      if (inventory !== null) talk(warningOf(runbook.inventory.hosts, inventory))
      if (mode === 'live' && asker === null) throw new UsageError('A live run needs a person at a terminal. Use --dry-run for scripts, or open the app.')
      if (asker !== null && mode === 'live' && !(await confirmLive(asker, runbook))) return 1
      const reason = textOption(args, 'reason') ?? (asker !== null && outline.needsReason ? await asker.ask(`${consequences(outline)}. Why is that right?`) : '')
      const resumed = await call<{ runId: string }>(app, 'resume-run', { ...choice, revision: outline.revision, reason })
      const json = args.options['json'] === true
      const state = mode === 'live' && asker !== null ? await converse(app, resumed.runId, asker, json) : await driveRehearsal(app, resumed.runId, { onTrigger: 'rollback', retries: 1 }, json)
      talk(summarise(state))
      return exitCodeOf(state)
    } finally {
      asker?.close()
      await app.close()
    }
  },
}

/** The edited file is the runbook from here on, as when it is saved in the app. */
function saveEdited({ storage }: App, runbookId: string, file: string | undefined): void {
  if (file === undefined) return
  const text = readRunbookFile(file)
  const { revision } = storage.runbooks.read(runbookId)
  storage.runbooks.save({ id: runbookId, expectedRevision: revision, text, at: Date.now() })
}

async function call<T>(app: App, name: string, input: unknown): Promise<T> {
  const reply = await app.dispatcher.call(name, input)
  if (!reply.ok) throw new Problem(reply.problem.code, reply.problem.message, reply.problem.hint)
  return reply.value as T
}

const idsOf = (args: Arguments, name: string): string[] => (textOption(args, name) ?? '').split(',').map((id) => id.trim()).filter((id) => id !== '')
