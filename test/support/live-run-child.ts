// A program of its own that runs a runbook until it is killed, and rolls back after the step named, if one is: prints what has been acknowledged, one JSON line each.
import { createApp } from '#main/app.ts'

const [dataPath = '', home = '', runbookText = '', rollsBackAfter = ''] = process.argv.slice(2)
const app = await createApp({ door: 'cli', dataPath, home })
const call = async (name: string, input: unknown) => {
  const reply = await app.dispatcher.call(name, input)
  if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
  return reply.value as Record<string, string>
}
const { runbookId } = await call('import-runbook', { name: 'live.md', text: runbookText })
const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)
say({ runId })
let told = 0
const tell = () => {
  for (const { seq, event } of app.storage.journal.read(runId, told)) {
    told = seq
    say({ seq, type: event.type, ...('stepId' in event && { stepId: event.stepId }) })
    if (event.type === 'step-finished' && event.stepId === rollsBackAfter) void Promise.resolve().then(() => call('send-command', { runId, command: { type: 'start-rollback', reason: 'errors', running: 'wait' } }))
  }
}
app.engine.live(runId)?.events.on(tell)
app.engine.live(runId)?.output.on(() => say({ output: true }))
for (const command of [{ type: 'start-run' }, { type: 'tick', id: app.engine.state(runId).runbook.checklists[0]?.items[0]?.id }, { type: 'decide-gate', gateId: Object.keys(app.engine.state(runId).gates)[0], decision: 'go' }]) {
  await call('send-command', { runId, command })
}
setInterval(tell, 1000)
