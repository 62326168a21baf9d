import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { configFor, runOn, startPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const HOSTS = 50
const ROUNDS = 15

/** `true` on 50 hosts over connections that are already open: this program against OpenSSH's own ControlMaster. */
async function main(): Promise<void> {
  if (sshdMissing) return
  const sshd = await startSshd({ config: ['MaxStartups 500'] })
  const names = Array.from({ length: HOSTS }, (_, index) => `web-${index + 1}`)
  const home = startPool({ config: configFor(sshd, 'web-*'), knownHosts: sshd.knownHostsLine })
  const masters = names.map((name) => startMaster(sshd, name))
  try {
    await Promise.all(names.map((name) => masterReady(sshd, name)))
    const ours = (): Promise<unknown> => Promise.all(names.map(async (name) => expectSuccess((await runOn(home.pool, name, 'true')).result.outcome === 'succeeded')))
    const theirs = (): Promise<unknown> => Promise.all(names.map(async (name) => expectSuccess((await exitCode(spawn('ssh', [...muxOptions(sshd, name), 'true'], { stdio: 'ignore' }))) === 0)))
    const times = { ours: [] as number[], theirs: [] as number[] }
    for (let round = 0; round <= ROUNDS; round++) {
      const mine = await timed(ours)
      const reference = await timed(theirs)
      // The first round opens our connections and warms both up.
      if (round === 0) continue
      times.ours.push(mine)
      times.theirs.push(reference)
    }
    const [a, b] = [median(times.ours), median(times.theirs)]
    console.log(`warm-hosts ${HOSTS} x true   ${(a / b).toFixed(2)}x of ssh ControlMaster (n=${ROUNDS}, medians ${a.toFixed(0)} ms and ${b.toFixed(0)} ms)`)
  } finally {
    for (const master of masters) master.kill('SIGTERM')
    await home.stop()
    await sshd.stop()
  }
}

function muxOptions(sshd: Sshd, name: string): string[] {
  return ['-F', 'none', '-S', join(sshd.home, `mux-${name}`), '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-i', sshd.keyFile, '-p', String(sshd.port), `${sshd.user}@${sshd.host}`]
}

function startMaster(sshd: Sshd, name: string): ChildProcess {
  return spawn('ssh', ['-M', '-N', ...muxOptions(sshd, name)], { stdio: 'ignore' })
}

async function masterReady(sshd: Sshd, name: string): Promise<void> {
  while (!existsSync(join(sshd.home, `mux-${name}`))) await new Promise((resolve) => setTimeout(resolve, 20))
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve(code))
  })
}

function expectSuccess(succeeded: boolean): void {
  if (!succeeded) throw new Error('a command failed: the measurement means nothing')
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

await main()
