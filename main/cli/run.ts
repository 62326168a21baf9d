import { createInterface } from 'node:readline/promises'
import { checkRunbook, requireRunnable } from '#api/check.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { nextMove } from '#domain/run/autopilot.ts'
import type { OperatorCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import { createApp, type App } from '../app.ts'
import { answerToCommand, questionFor } from './questions.ts'
import { keepRunbook, readRunbookFile } from './runbook-file.ts'
import { harmless, paint, talk, UsageError } from './terminal.ts'
import type { Command } from './usage.ts'
import { exitCodeOf, summarise, watchRun } from './watch.ts'

export const run: Command = {
  name: 'run', summary: 'Runs a runbook live, asking you at every gate, tick and decision.', words: ['FILE'],
  options: {
    json: { type: 'boolean', help: 'print each event as one line of JSON on stdout' },
    'data-dir': { type: 'string', value: 'DIR', help: 'keep the data there instead of the usual place' },
  },
  details: 'It needs a terminal with a person at it. It runs commands on the hosts the runbook names. Ctrl+C leaves the run as it is: a command in progress becomes unknown and is not run again by itself.',
  run: async (args) => {
    const [file = ''] = args.positionals
    const text = readRunbookFile(file)
    const { runbook, findings } = checkRunbook(text)
    requireRunnable('live', runbook, findings)
    if (!process.stdin.isTTY) throw new UsageError('A live run needs a person at a terminal. Use rehearse for scripts, or open the app.')
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const app = await createApp({
      door: 'cli', dataPath: typeof args.options['data-dir'] === 'string' ? args.options['data-dir'] : undefined,
      answerPrompt: async (prompt) => prompt.kind === 'host-key'
        ? { accept: /^yes$/i.test(await terminal.question(`\nThe host ${harmless(prompt.host)} (${harmless(prompt.address)}) shows an unknown ${harmless(prompt.keyType)} key:\n  ${prompt.fingerprint}\nIs that its key? Type yes to trust and remember it: `)) }
        : { passphrase: await askSecret(`\nPassphrase of ${harmless(prompt.file)} for ${harmless(prompt.host)} (empty to give up): `) },
    })
    try {
      const environment = runbook.overview.environment ?? 'the hosts named'
      const typed = await terminal.question(`${paint('bold', harmless(runbook.title))}\nThis is a LIVE run on ${harmless(environment)}. Type ${paint('bold', harmless(environment))} to create it: `)
      if (typed.trim() !== environment) {
        talk('Nothing was started.')
        return 1
      }
      const kept = keepRunbook(app.storage, file, text, Date.now())
      const reply = await app.dispatcher.call('create-run', { runbookId: kept.id, mode: 'live', automatic: true })
      if (!reply.ok) throw new Problem(reply.problem.code, reply.problem.message, reply.problem.hint)
      const { runId } = reply.value as { runId: string }
      const state = await converse(app, runId, terminal, args.options['json'] === true)
      talk(summarise(state))
      return exitCodeOf(state)
    } finally {
      terminal.close()
      await app.close()
    }
  },
}

/** Asks what the run waits for, sends the answer, and asks anew whenever the run has moved on. */
async function converse(app: App, runId: string, terminal: ReturnType<typeof createInterface>, json: boolean): Promise<RunState> {
  let asking: { version: number; controller: AbortController } | null = null
  const leaving = new Promise<never>((_, reject) => {
    terminal.on('SIGINT', () => reject(new Problem('run-left', 'You left the run.', `It stands as it is: open the app, or see it with holdpoint report ${runId}.`)))
  })

  /** Until one answer has moved the run; then the next question comes with its events. */
  const ask = async (state: RunState, suggested: OperatorCommand, signal: AbortSignal): Promise<void> => {
    const { text, choices } = questionFor(state, suggested)
    while (!signal.aborted && app.engine.state(runId).version === state.version) {
      const answer = await terminal.question(`${paint('cyan', '?')} ${text}\n  ${paint('dim', choices)}\n> `, { signal })
      const outcome = answerToCommand(state, suggested, answer)
      try {
        if ('help' in outcome) talk(outcome.help)
        else app.engine.handle(runId, outcome.command, app.operator())
      } catch (thrown) {
        const { message, hint } = toProblem(thrown)
        talk(`${message} ${hint}`)
      }
    }
  }

  const { ended, stop } = watchRun(app, runId, {
    json,
    move: (state) => {
      const suggested = nextMove(state, { onTrigger: 'rollback', retries: Number.MAX_SAFE_INTEGER })
      if (asking?.version === state.version) return
      asking?.controller.abort()
      asking = null
      if (!suggested) return
      const { signal } = (asking = { version: state.version, controller: new AbortController() }).controller
      ask(state, suggested, signal).catch((thrown: unknown) => {
        if (!signal.aborted) talk(toProblem(thrown).message)
      })
    },
  })
  try {
    return await Promise.race([ended, leaving])
  } finally {
    stop()
    asking = null
  }
}

/** Reads a line without showing it. */
async function askSecret(question: string): Promise<string | null> {
  process.stderr.write(question)
  const { stdin } = process
  stdin.setRawMode(true)
  let text = ''
  try {
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return text === '' ? null : text
        if (character === '\u0003') return null
        text = character === '\u007f' ? text.slice(0, -1) : text + character
      }
    }
    return null
  } finally {
    stdin.setRawMode(false)
    process.stderr.write('\n')
  }
}
