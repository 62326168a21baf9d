import { fakeVerdicts } from './fake-verdicts.ts'
import type { DurationSample } from '#domain/forecast/history.ts'
import { buildReport } from '#domain/report/report.ts'
import { timingOf } from '#domain/timing.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { onInventory } from '#domain/other-inventory.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { monitoringEndsAt } from '#domain/run/follow-up.ts'
import { planResume } from '#domain/run/resume/plan.ts'
import { rollbackSteps, statusOf } from '#domain/run/view.ts'
import type { Bridge, FeedItem, Reply } from '#preload/bridge.ts'
import type { CallInput, CallName, CallOutput, FeedItemOf, FeedName, HostView, Learning, OpenRunbook, OutputChunk, Prompt, RunHistory, RunSummary, RunbookSummary } from '#preload/contract.ts'
import { parseAnsi, PLAIN } from '#renderer/parts/log/ansi.ts'
import { createFakeJournal, HERE, finishRunning, play } from './fake-journal.ts'
import type { FakeJournal } from './fake-journal.ts'
import { editedRunbook, fakeFindings, fakeRunbook, fakeText } from './fake-runbook.ts'
import { minute } from './run-states.ts'

type Answer<N extends CallName> = (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>>

/** What main would be, in one object: plausible data for every call and feed, and hands to pull for tests. */
export interface FakeBridge extends Bridge {
  /** Every call made, in order. */
  calls: { name: string; input: unknown }[]
  journals: Record<string, FakeJournal>
  /** Replaces the answer to a call; a thrown Problem becomes a refusal. */
  answer<N extends CallName>(name: N, answer: Answer<N>): void
  emit<N extends FeedName>(feed: N, item: FeedItemOf<N>): void
  ask(prompt: Prompt): void
  setConnected(connected: boolean): void
}

export interface FakeBridgeOptions {
  now?: () => number
  /** No runbooks but the example, no runs. */
  fresh?: boolean
}

export function createFakeBridge({ now = Date.now, fresh = false }: FakeBridgeOptions = {}): FakeBridge {
  const startedAt = now()
  const followers = new Set<{ feed: string; input: Record<string, unknown>; onItem: (item: FeedItem) => void }>()
  const connectionListeners = new Set<(state: { connected: boolean }) => void>()
  const answers = new Map<string, (input: never) => unknown>()
  const called: FakeBridge['calls'] = []
  const journals: Record<string, FakeJournal> = fresh ? {} : fakeJournals(startedAt)
  let prompts: Prompt[] = []
  let text = fakeText
  let revision = 3
  let theme: 'system' | 'dark' | 'light' = 'system'
  let operator = 'mira'
  let samplesSent = 0

  const emit = <N extends FeedName>(feed: N, item: FeedItemOf<N>, cursor = 0, runId?: string): void => {
    for (const follower of followers) if (follower.feed === feed && (runId === undefined || follower.input['runId'] === runId)) follower.onItem({ cursor, item })
  }
  const open = (runbookId: string): OpenRunbook => ({
    id: runbookId, name: `${runbookId}.md`, revision, text, runbook: fakeRunbook(startedAt, runbookId === 'example' ? -30 * minute : 38 * minute), findings: fakeFindings,
  })
  const answer = <N extends CallName>(name: N, one: Answer<N>): void => void answers.set(name, one)
  const setPrompts = (next: Prompt[]): void => {
    prompts = next
    emit('prompts', { open: prompts })
  }

  answer('app-info', () => ({ version: '0.1.0', door: 'browser', dataPath: '/home/mira/.local/share/holdpoint', operator, platform: 'linux', machine: HERE }))
  answer('list-runbooks', () => fakeRunbooks(startedAt, fresh))
  answer('open-runbook', ({ runbookId }) => open(runbookId))
  answer('import-runbook', ({ name }) => ({ runbookId: name.replace(/\.md$/, ''), findings: fakeFindings }))
  answer('new-runbook', () => ({ runbookId: 'deployment-task' }))
  answer('save-runbook', (input) => {
    text = input.text
    revision += 1
    return open(input.runbookId)
  })
  answer('remove-runbook', () => null)
  answer('check-text', () => fakeFindings)
  answer('list-runs', () => Object.entries(journals).map(([id, journal]) => summary(id, journal)).toReversed())
  answer('create-run', ({ mode, inventory }) => {
    const runId = `run-${Object.keys(journals).length + 1}-new`
    const book = fakeRunbook(now(), -2 * minute)
    journals[runId] = createFakeJournal(runId, inventory === undefined ? book : onInventory(book, inventory), mode, now(), { inventory })
    return { runId }
  })
  answer('send-command', ({ runId, command }) => {
    const journal = journalOf(journals, runId)
    for (const stored of journal.take(command as RunCommand, now(), operator, HERE)) emit('run', { kind: 'event', stored }, stored.seq, runId)
    return { version: journal.state().version }
  })
  answer('plan-resume', ({ runId, from = null, keep = [], again = [] }) => ({
    ...planResume(journalOf(journals, runId).state(), editedRunbook(journalOf(journals, runId).state().runbook), { from, keep, again }), revision: 4, runRevision: 3, isRemoved: false,
  }))
  answer('resume-run', () => {
    const runId = `run-${Object.keys(journals).length + 1}-resumed`
    journals[runId] = createFakeJournal(runId, fakeRunbook(now()), 'live', now())
    return { runId }
  })
  answer('plan-learning', ({ runId }) => ({ runbookId: 'example', name: 'checkout.md', revision, runRevision: 3, runs: 5, proposals: fakeProposals(journalOf(journals, runId)) }))
  answer('learn', ({ runId, accept }) => {
    if (accept.length > 0) revision += 1
    return { runbookId: journalOf(journals, runId).state().runbookId, revision }
  })
  answer('read-output', ({ stepId, host = null, at = 'end' }) => {
    const all = outputOf(stepId, startedAt).filter((chunk) => host === null || chunk.host === host)
    const from = at === 'start' ? 0 : at === 'end' ? -FAKE_WINDOW : Math.max(all.findIndex(({ seq }) => seq >= at) - FAKE_WINDOW / 2, 0)
    const chunks = all.slice(from).slice(0, FAKE_WINDOW)
    return { chunks, bytes: all.reduce((sum, chunk) => sum + chunk.text.length, 0), before: chunks[0] !== all[0], after: chunks.at(-1) !== all.at(-1) }
  })
  answer('find-error', ({ stepId, host = null, from, direction }) => {
    const errors = outputOf(stepId, startedAt).filter((chunk) => chunk.stream === 'stderr' && (host === null || chunk.host === host))
    const found = direction === 'later' ? errors.find(({ seq }) => seq > from) : errors.findLast(({ seq }) => seq < from)
    return { seq: found?.seq ?? null }
  })
  answer('read-series', ({ metric, from, to, buckets }) => {
    const width = (to - from) / buckets
    const columns = Array.from({ length: buckets }, (_, index) => {
      const at = from + index * width
      const value = reading(metric, at, startedAt)
      return { at, min: value, max: value === null ? null : value * 1.08, last: value }
    })
    return { metric, from, to, buckets: columns, cursor: samplesSent }
  })
  answer('read-history', ({ runId }) => fakeHistory(journalOf(journals, runId)))
  answer('exclude-sample', ({ runId, sample, excluded }) => {
    const history = fakeHistory(journalOf(journals, runId))
    for (const one of history.samples[sample.stepId] ?? []) if (one.runId === sample.runId && excluded) one.excluded = 'by-hand'
    return history
  })
  answer('try-source', ({ metric }) => {
    if (metric !== 'error rate') throw new Problem('source-silent', 'It did not answer in time.', 'Look whether it can be reached from here. Nothing was recorded.')
    return { metric, kind: 'prometheus', query: 'sum(rate(http_errors[1m])) at https://prometheus.shop.example', value: 3.1, at: now(), tookMs: 240, fault: '' }
  })
  answer('read-verdicts', ({ runId }) => fakeVerdicts(journalOf(journals, runId).state(), now()))
  answer('make-report', ({ runId, format }) => ({ fileName: `${runId}.${format}`, ...reportOf(journalOf(journals, runId), format, now(), startedAt) }))
  answer('list-hosts', () => fakeHosts)
  answer('read-settings', () => ({ operator, theme }))
  answer('save-settings', (input) => {
    theme = input.theme ?? theme
    operator = input.operator ?? operator
    return { operator, theme }
  })
  answer('answer-prompt', ({ promptId }) => {
    setPrompts(prompts.filter((prompt) => prompt.id !== promptId))
    return null
  })

  /** What a feed has to say at once: events so far, open prompts; samples and output go on by themselves. */
  const begin = (feed: string, input: Record<string, unknown>, onItem: (item: FeedItem) => void): (() => void) => {
    const after = Number(input['after'] ?? 0)
    const runId = typeof input['runId'] === 'string' ? input['runId'] : ''
    if (feed === 'prompts') onItem({ cursor: 0, item: { open: prompts } })
    if (feed === 'search') {
      const wanted = String(input['text']).toLowerCase()
      const said = outputOf('deploy', startedAt).map((chunk, line) => ({ ...chunk, breaks: 0, line: line + 1, stepId: 'deploy', text: parseAnsi(chunk.text.trimEnd(), PLAIN).spans.map((span) => span.text).join('') }))
      const hits = said.map((hit) => ({ ...hit, start: hit.text.toLowerCase().indexOf(wanted), length: wanted.length })).filter(({ start }) => start >= 0)
      onItem({ cursor: hits.length, item: { hits, read: 6400, bytes: 6400, done: true, more: false } })
    }
    if (feed === 'run') {
      const journal = journalOf(journals, runId)
      for (const stored of journal.events) if (stored.seq > after) onItem({ cursor: stored.seq, item: { kind: 'event', stored } })
      onItem({ cursor: journal.events.length, item: { kind: 'clock', clock: { at: now(), machineAt: now(), rate: 1 } } })
    }
    if (feed !== 'samples') return () => {}
    const timer = setInterval(() => {
      samplesSent += 1
      for (const metric of ['error rate', 'response time']) onItem({ cursor: samplesSent, item: { metric, at: now(), value: reading(metric, now(), startedAt) } })
    }, 1000)
    return () => clearInterval(timer)
  }

  return {
    calls: called,
    journals,
    answer,
    emit,
    ask: (prompt) => setPrompts([...prompts, prompt]),
    setConnected: (connected) => {
      for (const listener of connectionListeners) listener({ connected })
    },
    async call(name, input): Promise<Reply> {
      called.push({ name, input })
      try {
        return { ok: true, value: await answers.get(name)?.(input as never) }
      } catch (thrown) {
        return { ok: false, problem: toProblem(thrown).toValue() }
      }
    },
    follow(feed, input, onItem, onProblem) {
      const follower = { feed, input, onItem }
      let stop = () => {}
      let stopped = false
      queueMicrotask(() => {
        if (stopped) return
        try {
          stop = begin(feed, input, onItem)
          followers.add(follower)
        } catch (thrown) {
          onProblem(toProblem(thrown).toValue())
        }
      })
      return () => {
        stopped = true
        followers.delete(follower)
        stop()
      }
    },
    onConnection(listener) {
      connectionListeners.add(listener)
      listener({ connected: true })
      return () => connectionListeners.delete(listener)
    },
  }
}

function journalOf(journals: Record<string, FakeJournal>, runId: string): FakeJournal {
  const journal = journals[runId]
  if (!journal) throw new Error(`there is no run ${runId}`)
  return journal
}

/** `run-live` holds at a failed host with a breach open; `run-gate` waits for a go; `run-done` and `run-back` have ended. */
function fakeJournals(now: number): Record<string, FakeJournal> {
  const make = (id: string, mode: 'live' | 'rehearsal', ago: number) => createFakeJournal(id, fakeRunbook(now - ago), mode, now - ago - 40 * minute)
  const done = make('run-done', 'rehearsal', 26 * 60 * minute)
  const doneAt = play(done, now - 26 * 60 * minute - 38 * minute, (state) => state.stage === 'monitoring')
  done.take({ type: 'end-monitoring', reason: 'All metrics within limits' }, doneAt + 5 * minute)
  for (const item of done.state().runbook.postChecklist) done.take({ type: 'tick', id: item.id, note: '' }, doneAt + 6 * minute)
  done.take({ type: 'finish-run' }, doneAt + 7 * minute)

  const back = make('run-back', 'rehearsal', 3 * 60 * minute)
  const backAt = play(back, now - 3 * 60 * minute - 38 * minute, (state) => state.steps['start']?.status === 'running')
  finishRunning(back, backAt)
  back.take({ type: 'start-rollback', reason: 'Error rate 4.1% after the start' }, backAt + 3 * minute)
  for (const index of rollbackSteps(back.state()).keys()) finishRunning(back, backAt + (4 + index * 3) * minute)
  for (const item of back.state().runbook.rollback.validation) back.take({ type: 'tick', id: item.id, note: '' }, backAt + 24 * minute)
  back.take({ type: 'finish-run' }, backAt + 25 * minute)

  const gate = make('run-gate', 'rehearsal', 0)
  play(gate, now - 12 * minute, (state) => state.gates['gate-before-phase-2']?.state === 'reached')

  const live = make('run-live', 'live', 0)
  const at = play(live, now - 14 * minute, (state) => state.steps['deploy']?.status === 'running')
  live.take({ type: 'report-host-finished', stepId: 'deploy', attempt: 1, host: 'web-1', result: { outcome: 'succeeded', exitCode: 0 } }, at + 70_000, 'holdpoint')
  live.take({ type: 'report-host-finished', stepId: 'deploy', attempt: 1, host: 'web-3', result: { outcome: 'failed', reason: 'exit', exitCode: 3 } }, at + 84_000, 'holdpoint')
  live.take({
    type: 'report-breach', thresholdId: 'limit-1', triggerId: null, metric: 'error rate',
    evidence: { rule: 'Error rate > 2% for 1m', stepId: 'deploy', samples: [{ at: at + 60_000, value: 2.6 }, { at: at + 90_000, value: 3.1 }] },
  }, at + 90_000, 'holdpoint')
  return { 'run-done': done, 'run-back': back, 'run-gate': gate, 'run-live': live }
}

function reportOf(journal: FakeJournal, format: 'md' | 'html' | 'json', now: number, startedAt: number): { mime: string; text: string } {
  const state = journal.state()
  const [from, to] = [state.startedAt ?? now, state.finishedAt ?? now]
  const series = state.runbook.thresholds.map((threshold) => ({
    metric: threshold.metric, unit: threshold.unit, from, to, threshold,
    buckets: Array.from({ length: 120 }, (_, index) => {
      const at = from + (index * (to - from)) / 120
      const value = reading(threshold.metric, at, startedAt)
      return { at, min: value, max: value, last: value }
    }),
  }))
  const model = buildReport({ state, events: journal.events, timing: timingOf(state, now), history: new Map(), now, output: () => null, series, generatedAt: now, version: '0.1.0', chainHash: journal.events.at(-1)?.hash ?? '' })
  if (format === 'json') return { mime: 'application/json', text: JSON.stringify(model) }
  return format === 'md' ? { mime: 'text/markdown', text: `# ${model.title}\n` } : { mime: 'text/html', text: `<!doctype html><title>${model.runId}</title>` }
}

/** Four earlier runs in which each step of the phases took between nine tenths and six fifths of its plan; the rollback was never done. */
function fakeHistory(journal: FakeJournal): RunHistory {
  const { runbook, createdAt } = journal.state()
  const samplesOf = (plannedMs: number): DurationSample[] => [0.9, 0.95, 1.05, 1.2].map((share, place) => ({
    runId: `earlier-${place + 1}`, attempt: 1, at: createdAt - (4 - place) * 7 * 24 * 60 * minute, ms: Math.round(plannedMs * share), mode: 'live', excluded: null,
  }))
  return { runs: 4, samples: Object.fromEntries(runbook.phases.flatMap((phase) => phase.steps).map((step) => [step.id, samplesOf(step.plannedMs ?? minute)])) }
}

function fakeProposals(journal: FakeJournal): Learning['proposals'] {
  const [step] = journal.state().runbook.phases[1]?.steps ?? []
  const title = step?.title ?? ''
  const head = `--- a/checkout.md\n+++ b/checkout.md\n`
  return [
    { id: 'planned:stop', title: `Plan 3 min 30 s for “${title}”`, why: 'It was planned with 2 min; it took 2 min 50 s, p90 3 min 24 s, n=5.', diff: `${head}@@ -112,7 +112,7 @@\n **22:10 - 22:35**\n \n 1. ${title} @jonas\n-   \`\`\`sh {id=stop hosts=web timeout=5m planned=2m}\n+   \`\`\`sh {id=stop hosts=web timeout=5m planned=3m30s}\n    sudo systemctl stop checkout\n    \`\`\`\n 2. Deploy version 4.2.0 @mira\n` },
    { id: 'undo:stop', title: `Add “Undo: ${title}” to the rollback plan, to be done by hand`, why: 'It was done, has no undo, and nothing in the rollback plan says how it is taken back.', diff: `${head}@@ -112,7 +112,7 @@\n **22:10 - 22:35**\n \n 1. ${title} @jonas\n-   \`\`\`sh {id=stop hosts=web timeout=5m planned=2m}\n+   \`\`\`sh {id=stop hosts=web timeout=5m planned=2m undo=undo-stop}\n    sudo systemctl stop checkout\n    \`\`\`\n 2. Deploy version 4.2.0 @mira\n@@ -201,4 +201,7 @@\n 3. Tell stakeholders @dana\n+4. Undo: ${title}\n+   \`\`\`manual {id=undo-stop}\n+   \`\`\`\n \n ### Rollback Validation\n` },
  ]
}

function summary(id: string, journal: FakeJournal): RunSummary {
  const state = journal.state()
  return { id, runbookId: state.runbookId, title: state.runbook.title, mode: state.mode, status: statusOf(state), createdAt: state.createdAt, finishedAt: state.finishedAt, monitoringEndsAt: monitoringEndsAt(state), operator: state.createdBy }
}

function fakeRunbooks(now: number, fresh: boolean): RunbookSummary[] {
  const example: RunbookSummary = { id: 'example', name: 'checkout.md', title: 'Checkout 4.2: wallet payments', version: '4.2.0', environment: 'Production', windowText: '22:00 - 00:00 Europe/Berlin', steps: 13, hosts: 5, errors: 0, warnings: 1, revision: 3, updatedAt: now - 3 * minute, example: true }
  if (fresh) return [example]
  return [
    example,
    { ...example, id: 'search', name: 'search-index.md', title: 'Search index move to shards', version: '2.11', environment: 'Staging', windowText: '14:00 - 15:30 UTC', steps: 22, hosts: 48, warnings: 0, updatedAt: now - 300 * minute, example: false },
    { ...example, id: 'billing', name: 'billing-hotfix.md', title: 'Billing hotfix 7.0.3: rounding of VAT on partial refunds', version: '7.0.3', environment: 'Production', windowText: null, steps: 9, hosts: 3, errors: 2, warnings: 4, updatedAt: now - 9000 * minute, example: false },
  ]
}

/** A small steady noise, and an error rate that climbs in the last six minutes before the bridge was made. */
function reading(metric: string, at: number, startedAt: number): number | null {
  const noise = Math.abs(Math.sin(at / 37_000) + Math.sin(at / 11_000) / 2) / 1.5
  if (metric !== 'error rate') return 210 + noise * 90
  const climb = Math.min(1, Math.max(0, (at - startedAt + 6 * minute) / (4 * minute)))
  return 0.3 + noise * 0.5 + climb * 2.6
}

/** Chunks in one answer. */
const FAKE_WINDOW = 500

function outputOf(stepId: string, startedAt: number): OutputChunk[] {
  return ['web-1', 'web-2', 'web-3'].flatMap((host, place) => Array.from({ length: 40 }, (_, line): OutputChunk => ({
    seq: place * 40 + line + 1, stream: line % 17 === 16 ? 'stderr' : 'stdout', at: startedAt - 5 * minute + line * 700, host, attempt: 1, goesOn: false,
    text: line % 17 === 16 ? '\u001b[33mwarning\u001b[0m: artifact cache is cold\n' : `${stepId}: \u001b[32mok\u001b[0m unpacked layer ${line + 1}/40 sha256:9f3c${line}${host === 'web-2' && line === 20 ? ' (from cache)' : ''}\n`,
  })))
}

const fakeHosts: HostView[] = [
  { name: 'web-1', usedBy: ['Checkout 4.2: wallet payments'], address: '10.4.1.11', user: 'deploy', port: 22, jump: ['bastion.shop.example'], transport: 'ssh2', notes: [], identity: ['~/.ssh/id_ed25519'], knownKeys: [{ type: 'ssh-ed25519', fingerprint: 'SHA256:uD3lq8m1gXr2k5vT0bq1s9FzYw7Jc4nKp6aHe0RtLxM', source: '~/.ssh/known_hosts:41' }] },
  { name: 'web-2', usedBy: ['Checkout 4.2: wallet payments', 'Search index move to shards'], address: '10.4.1.12', user: 'deploy', port: 22, jump: ['bastion.shop.example'], transport: 'ssh', notes: ['ForwardAgent is not applied: the agent is never forwarded.'], identity: ['~/.ssh/id_ed25519'], knownKeys: [] },
  { name: 'db-1', usedBy: ['Checkout 4.2: wallet payments'], address: null, user: null, port: null, jump: [], transport: 'ssh2', notes: [], identity: [], knownKeys: [] },
]
