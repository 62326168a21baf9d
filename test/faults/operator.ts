// A program of its own that works through a run until it is killed, as an operator would who resumes and goes on whatever
// comes. Prints what has been acknowledged, one JSON line each. Kills itself at a named point when one is given.
import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createApp } from '#main/app.ts'
import type { RunState } from '#domain/run/state.ts'
import { stuckSteps, waitingGate } from '#domain/run/view.ts'

// Killed, it would keep nothing of what it has compiled for the next one.
flushCompileCache()
const [dataPath = '', home = '', runbookFile = '', point = ''] = process.argv.slice(2)
const app = await createApp({ door: 'cli', dataPath, home, recover: false })
const { jobs, output } = app.storage

const die = (at: string): void => {
  if (at === point) process.kill(process.pid, 'SIGKILL')
}
const around = <T extends object, K extends keyof T>(target: T, name: K, what: string): void => {
  const work = target[name] as (...about: unknown[]) => unknown
  Object.assign(target, { [name]: (...about: unknown[]): unknown => {
    die(`before-${what}`)
    const result = work(...about)
    die(`after-${what}`)
    return result
  } })
}
around(jobs, 'begin', 'intent')
around(jobs, 'launched', 'launched')
around(jobs, 'finish', 'finish')
around(jobs, 'acknowledged', 'acknowledged')
around(output, 'appendAt', 'output')
// The first commit after an intent, or after an outcome, is its own: the rows are on the disk and nothing has followed yet.
const { together } = app.storage
Object.assign(app.storage, { together: <T>(work: () => T): T => {
  let what = ''
  const { begin, finish } = jobs
  Object.assign(jobs, {
    begin: (...about: Parameters<typeof begin>) => { what = 'intent'; return begin(...about) },
    finish: (...about: Parameters<typeof finish>) => { what = 'finish'; return finish(...about) },
  })
  try {
    return together(work)
  } finally {
    Object.assign(jobs, { begin, finish })
    if (what !== '') die(`committed-${what}`)
  }
} })

app.engine.recover()
const call = async (name: string, input: unknown) => {
  const reply = await app.dispatcher.call(name, input)
  if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
  return reply.value as Record<string, string>
}
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)
const [known] = app.storage.runs.list()
const runId = known?.id ?? (await create())
say({ runId })

async function create(): Promise<string> {
  const { runbookId } = await call('import-runbook', { name: 'faults.md', text: readFileSync(runbookFile, 'utf8') })
  const { runId: created = '' } = await call('create-run', { runbookId, mode: 'live' })
  return created
}

/** What an operator who only wants to get on would do now; null while hosts are waited for. */
function move(state: RunState): Record<string, unknown> | null {
  if (state.stage === 'planned') return { type: 'start-run' }
  if (state.paused) return { type: 'resume' }
  const [stuck] = stuckSteps(state)
  if (stuck) {
    const results = Object.values(state.steps[stuck.id]?.hosts ?? {}).map(({ result }) => result)
    const isUnsent = results.some((result) => result?.outcome === 'failed' && result.reason === 'refused')
    return isUnsent ? { type: 'retry-step', stepId: stuck.id } : { type: 'resolve-step', stepId: stuck.id, evidence: 'a campaign' }
  }
  const gate = waitingGate(state)
  if (gate) return { type: 'decide-gate', gateId: gate.gateId, decision: 'go' }
  if (state.stage === 'closing') return { type: 'finish-run' }
  return null
}

let told = 0
let busy = false
const turn = async (): Promise<void> => {
  for (const { seq, event } of app.storage.journal.read(runId, told)) {
    told = seq
    say({ seq, type: event.type })
  }
  if (busy) return
  busy = true
  try {
    for (let next = move(app.engine.state(runId)); next !== null; next = move(app.engine.state(runId))) await call('send-command', { runId, command: next })
  } finally {
    busy = false
  }
  if (app.engine.state(runId).stage === 'ended') {
    say({ ended: true })
    await app.close()
    process.exit(0)
  }
}
app.engine.handle(runId, { type: 'add-note', about: null, text: 'at work again' }, 'campaign')
app.engine.live(runId)?.events.on(() => void setImmediate(() => void turn()))
setInterval(() => void turn(), 200)
await turn()
