import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openStorage } from '#storage/storage.ts'
import { startFaultProxy, type FaultProxy } from '#support/fault-proxy.ts'
import { configFor } from '#support/ssh-pool.ts'
import { startSshd } from '#support/sshd.ts'
import { expectedErr, expectedOut, faultRunbook, HOSTS, makeSteps, randomFrom, type FaultStep } from './work.ts'

export interface CampaignOptions {
  seed: number
  steps: number
  kills: number
  cuts: number
}

/** What a campaign counted. Everything from `ranTwice` on has to be 0. */
export interface Figures {
  kills: number
  killedAt: Record<string, number>
  cuts: number
  commands: number
  relaunches: number
  ranTwice: number
  wrongExitCodes: number
  wrongOutputs: number
  unknown: number
  lostFacts: number
  brokenRecords: number
}

const POINTS = [
  'before-intent', 'after-intent', 'committed-intent', 'before-launched', 'after-launched', 'before-output', 'after-output',
  'before-finish', 'after-finish', 'committed-finish', 'before-acknowledged', 'after-acknowledged',
]

/**
 * Works through runs against a real sshd while the program is killed with SIGKILL, at random and at every named point, and
 * the link is reset, silenced, half closed and slowed; then compares every trace with what is known beforehand.
 */
export async function campaign(options: CampaignOptions, log: (line: string) => void): Promise<Figures> {
  const random = randomFrom(options.seed)
  const figures: Figures = { kills: 0, killedAt: {}, cuts: 0, commands: 0, relaunches: 0, ranTwice: 0, wrongExitCodes: 0, wrongOutputs: 0, unknown: 0, lostFacts: 0, brokenRecords: 0 }
  const sshd = await startSshd({ config: ['MaxStartups 500'] })
  const proxy = await startFaultProxy({ host: sshd.host, port: sshd.port })
  try {
    for (let run = 1; figures.kills < options.kills || figures.cuts < options.cuts; run += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'holdpoint-faults-'))
      const home = join(folder, 'home')
      mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
      writeFileSync(join(home, '.ssh', 'config'), HOSTS.map((host) => configFor({ ...sshd, port: proxy.port }, host)).join(''), { mode: 0o600 })
      writeFileSync(join(home, '.ssh', 'known_hosts'), sshd.knownHostsLine.replace(String(sshd.port), String(proxy.port)), { mode: 0o600 })
      const ledger = join(sshd.state, `ledger-${run}`)
      writeFileSync(ledger, '')
      // Written by the account that logs in, whoever runs this.
      chmodSync(ledger, 0o666)
      const steps = makeSteps(options.steps, random)
      writeFileSync(join(folder, 'runbook.md'), faultRunbook(steps, ledger))
      const acknowledged = new Map<number, string>()
      const harm = startHarm(proxy, random, figures, options.cuts)
      for (let ended = false; !ended;) {
        const isToDie = figures.kills < options.kills
        const point = isToDie && random() < 0.6 ? (POINTS[Math.floor(random() * POINTS.length)] ?? '') : ''
        const delayMs = isToDie ? 600 + Math.floor(random() * (point === '' ? 1500 : 4000)) : null
        const life = await live([join(folder, 'data'), home, join(folder, 'runbook.md'), point], delayMs, acknowledged)
        ended = life.ended
        if (life.killed) {
          figures.kills += 1
          const at = life.byItself ? point : 'at random'
          figures.killedAt[at] = (figures.killedAt[at] ?? 0) + 1
        }
      }
      await harm()
      compare(join(folder, 'data'), steps, readFileSync(ledger, 'utf8'), acknowledged, figures)
      log(`run ${run}: ${figures.kills} kills, ${figures.cuts} cuts, ${figures.commands} commands`)
      rmSync(folder, { recursive: true, force: true })
    }
  } finally {
    await proxy.close()
    await sshd.stop()
  }
  return figures
}

/** One life of the program: until it has finished the run, is killed after a while, or kills itself at its point. */
function live(about: string[], delayMs: number | null, acknowledged: Map<number, string>): Promise<{ ended: boolean; killed: boolean; byItself: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'operator.ts'), ...about], { stdio: ['ignore', 'pipe', 'inherit'] })
    let ended = false
    let byItself = true
    createInterface({ input: child.stdout }).on('line', (line) => {
      let said: { seq?: number; type?: string; ended?: boolean }
      try {
        said = JSON.parse(line) as typeof said
      } catch {
        // Half a line of a program that was killed while it spoke.
        return
      }
      if (said.seq !== undefined && said.type !== undefined) acknowledged.set(said.seq, said.type)
      if (said.ended === true) ended = true
    })
    const timer = delayMs === null ? null : setTimeout(() => {
      byItself = false
      child.kill('SIGKILL')
    }, delayMs)
    child.on('close', (code, signal) => {
      if (timer !== null) clearTimeout(timer)
      if (signal === 'SIGKILL') resolve({ ended, killed: true, byItself })
      else if (code === 0) resolve({ ended, killed: false, byItself })
      else reject(new Error(`the program ended with ${code ?? signal}`))
    })
  })
}

/** Cuts the link now and then, each time another way, until told to stop. */
function startHarm(proxy: FaultProxy, random: () => number, figures: Figures, wanted: number): () => Promise<void> {
  let stopped = false
  const work = async (): Promise<void> => {
    while (!stopped) {
      proxy.setFault({ kind: 'none' })
      await pause(100 + random() * 900)
      if (stopped || figures.cuts >= wanted || proxy.connections() === 0) continue
      const afterBytes = Math.floor(random() * 100_000)
      const kind = Math.floor(random() * 4)
      if (kind === 0) proxy.setFault({ kind: 'reset', afterBytes })
      else if (kind === 1) proxy.setFault({ kind: 'silence', afterBytes: 0 })
      else if (kind === 2) proxy.setFault({ kind: 'half-close', afterBytes })
      else proxy.setFault({ kind: 'trickle', bytes: 512, everyMs: 2 })
      await pause(100 + random() * 600)
      // A pulled cable would be noticed after three keepalives, half a minute; here the router tells.
      proxy.resetAll()
      figures.cuts += 1
    }
    proxy.setFault({ kind: 'none' })
  }
  const working = work()
  return () => {
    stopped = true
    return working
  }
}

function compare(dataPath: string, steps: FaultStep[], ledger: string, acknowledged: Map<number, string>, figures: Figures): void {
  const storage = openStorage(dataPath)
  try {
    const runId = storage.runs.list()[0]?.id ?? ''
    const journal = storage.journal.read(runId, 0)
    for (const [seq, type] of acknowledged) if (journal[seq - 1]?.event.type !== type) figures.lostFacts += 1
    if (!storage.journal.verify(runId).ok) figures.brokenRecords += 1
    const starts = new Map<string, number>()
    for (const name of ledger.split('\n').filter((line) => line !== '')) starts.set(name, (starts.get(name) ?? 0) + 1)
    figures.ranTwice += [...starts.values()].filter((count) => count > 1).length
    for (const { event } of journal) {
      if (event.type !== 'host-finished') continue
      const step = steps.find(({ id }) => id === event.stepId)
      const job = storage.jobs.find({ runId, stepId: event.stepId, attempt: event.attempt, host: event.host })
      if (!step) continue
      if (event.result.outcome === 'unknown') figures.unknown += 1
      if (!('exitCode' in event.result)) {
        figures.relaunches += 1
        continue
      }
      figures.commands += 1
      if (event.result.exitCode !== step.exitCode || starts.get(job?.id ?? '') !== 1) figures.wrongExitCodes += 1
      const about = { runId, stepId: event.stepId, attempt: event.attempt, host: event.host }
      if (digest(storage.output.readBytes({ ...about, stream: 'stdout' })) !== digest([Buffer.from(expectedOut(step))])) figures.wrongOutputs += 1
      if (digest(storage.output.readBytes({ ...about, stream: 'stderr' })) !== digest([Buffer.from(expectedErr(step))])) figures.wrongOutputs += 1
    }
  } finally {
    storage.close()
  }
}

function digest(pieces: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })

/** The figures as a table, and whether every one that has to be 0 is. */
export function tableOf(figures: Figures): { text: string; isClean: boolean } {
  const { kills, killedAt, cuts, commands, relaunches, ...bad } = figures
  const rows: [string, number][] = [
    ['kills of the program', kills], ...Object.entries(killedAt).map(([at, count]): [string, number] => [`  ${at}`, count]),
    ['cuts of the link', cuts], ['commands that ran to their end', commands], ['commands that were never sent and were retried', relaunches],
    ['ran twice', bad.ranTwice], ['wrong exit codes', bad.wrongExitCodes], ['outputs with bytes missing or doubled', bad.wrongOutputs],
    ['unknown outcomes', bad.unknown], ['acknowledged facts lost', bad.lostFacts], ['broken records', bad.brokenRecords],
  ]
  return { text: rows.map(([what, count]) => `${what.padEnd(50)}${String(count).padStart(6)}`).join('\n'), isClean: Object.values(bad).every((count) => count === 0) }
}
