// `true` on 1 and on 50 hosts, with connections still to be made (cold) and open already (warm): Holdpoint plain and
// durable, OpenSSH at its own and at our key exchange, ControlMaster, Debian's parallel-ssh and Ansible's raw module, in
// turns in one run. Each host is a name for one sshd whose account has /bin/sh.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMemoryJob, type MemoryJob } from '#support/shell-job.ts'
import { configFor, hostNamed, startPool, type TestPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'
import { expectSuccess, median, pause, timed } from './measure.ts'

const ROUNDS = Number(process.env['HOLDPOINT_BENCH_ROUNDS'] ?? 5)
const OUR_KEX = 'KexAlgorithms=curve25519-sha256@libssh.org'

interface Contender {
  name: string
  /** Brings every host to where the clock starts, then runs; resolves to the ms between. */
  cold: (() => Promise<number>) | null
  warm: (() => Promise<number>) | null
  stop?(): Promise<void>
}

if (sshdMissing) console.log('rivals   not measured: sshd is not installed')
else for (const hosts of [1, 50]) await compare(hosts)

async function compare(count: number): Promise<void> {
  const sshd = await startSshd({ config: ['MaxStartups 500'] })
  const names = Array.from({ length: count }, (_, index) => `web-${index + 1}`)
  const contenders = [holdpoint(sshd, names, false), holdpoint(sshd, names, true), openSsh(sshd, names, true), openSsh(sshd, names, false), controlMaster(sshd, names), ...parallelSsh(sshd, names), ...ansible(sshd, names)]
  const times = new Map<string, number[]>()
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const { name, cold, warm } of contenders) {
        for (const [when, work] of [['cold', cold], ['warm', warm]] as const) {
          if (work === null) continue
          const ms = await work()
          // The first round opens what stays open.
          if (round > 0) times.set(`${name} ${when}`, [...(times.get(`${name} ${when}`) ?? []), ms])
        }
      }
    }
  } finally {
    for (const { stop } of contenders) await stop?.()
    await sshd.stop()
  }
  const of = (name: string): number => median(times.get(name) ?? [])
  const tell = (ours: string, theirs: string, goal = ''): void => {
    if (times.has(theirs)) console.log(`rivals ${String(count).padStart(2)} x true   ${ours.padEnd(24)} ${(of(ours) / of(theirs)).toFixed(2).padStart(6)}x of ${theirs}${goal} (n=${ROUNDS}, ${of(ours).toFixed(0)} and ${of(theirs).toFixed(0)} ms)`)
  }
  tell('holdpoint plain warm', 'ControlMaster warm', ', goal 0.45')
  tell('holdpoint plain warm', 'ansible raw warm', ', goal 0.06')
  tell('holdpoint plain cold', 'ssh, our key exchange cold', ', goal 1')
  tell('holdpoint plain cold', 'ssh, its defaults cold')
  tell('holdpoint plain cold', 'parallel-ssh cold')
  tell('holdpoint plain cold', 'ansible raw cold')
  tell('holdpoint durable warm', 'holdpoint plain warm', ', goal 2')
  tell('holdpoint durable cold', 'holdpoint plain cold', ', goal 2')
  tell('holdpoint durable warm', 'ControlMaster warm')
  tell('holdpoint durable warm', 'ansible raw warm')
}

function holdpoint(sshd: Sshd, names: string[], isDurable: boolean): Contender {
  const open = (): TestPool => startPool({ config: configFor(sshd, 'web-*'), knownHosts: sshd.knownHostsLine, dialLimit: 50 })
  const run = async (pool: TestPool): Promise<number> => {
    const jobs: MemoryJob[] = []
    const ms = await timed(() => Promise.all(names.map(async (name) => {
      const job = isDurable ? createMemoryJob() : undefined
      if (job) jobs.push(job)
      const result = await pool.pool.run({ host: hostNamed(name), script: 'true', timeoutMs: null, signal: new AbortController().signal, onOutput: () => undefined, ...(job ? { job } : {}) })
      expectSuccess(result.outcome === 'succeeded')
    })))
    // What the hosts forget afterwards is not to be paid for by the next.
    while (!jobs.every((job) => job.isAcknowledged)) await pause(10)
    return ms
  }
  const warm = open()
  return {
    name: `holdpoint ${isDurable ? 'durable' : 'plain'}`,
    cold: async () => {
      const pool = open()
      try {
        return await run(pool)
      } finally {
        await pool.stop()
      }
    },
    warm: () => run(warm),
    stop: () => warm.stop(),
  }
}

function sshOptions(sshd: Sshd): string[] {
  return ['-F', 'none', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-o', 'BatchMode=yes', '-i', sshd.keyFile, '-p', String(sshd.port)]
}

function openSsh(sshd: Sshd, names: string[], isOurKex: boolean): Contender {
  const options = [...sshOptions(sshd), ...(isOurKex ? ['-o', OUR_KEX] : [])]
  return {
    name: isOurKex ? 'ssh, our key exchange' : 'ssh, its defaults',
    cold: () => timed(() => Promise.all(names.map(() => succeeds('ssh', [...options, `${sshd.user}@${sshd.host}`, 'true'])))),
    warm: null,
  }
}

function controlMaster(sshd: Sshd, names: string[]): Contender {
  const masters: ChildProcess[] = []
  const mux = (name: string): string[] => [...sshOptions(sshd), '-S', join(sshd.home, `mux-${name}`)]
  return {
    name: 'ControlMaster',
    cold: null,
    warm: async () => {
      if (masters.length === 0) {
        for (const name of names) masters.push(spawn('ssh', ['-M', '-N', ...mux(name), `${sshd.user}@${sshd.host}`], { stdio: 'ignore' }))
        for (const name of names) while (!existsSync(join(sshd.home, `mux-${name}`))) await pause(20)
      }
      return timed(() => Promise.all(names.map((name) => succeeds('ssh', [...mux(name), `${sshd.user}@${sshd.host}`, 'true']))))
    },
    stop: () => {
      for (const master of masters) master.kill('SIGTERM')
      return Promise.resolve()
    },
  }
}

/** One file in which every host is a name of its own, as both rivals read it. */
function rivalsConfig(sshd: Sshd): string {
  const file = join(sshd.home, 'rivals_config')
  writeFileSync(file, configFor(sshd, 'web-*', ['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null', 'LogLevel ERROR', OUR_KEX.replace('=', ' ')]))
  return file
}

function parallelSsh(sshd: Sshd, names: string[]): Contender[] {
  if (!isThere('parallel-ssh')) return []
  const config = rivalsConfig(sshd)
  return [{
    name: 'parallel-ssh',
    cold: () => timed(() => succeeds('parallel-ssh', [...names.flatMap((name) => ['-H', name]), '-p', '50', '-t', '60', '-x', `-F ${config}`, 'true'])),
    warm: null,
  }]
}

function ansible(sshd: Sshd, names: string[]): Contender[] {
  if (!isThere('ansible')) return []
  const inventory = join(sshd.home, 'rivals_inventory')
  const sockets = join(sshd.home, 'cp')
  mkdirSync(sockets, { recursive: true })
  writeFileSync(inventory, `[web]\n${names.join('\n')}\n`)
  const config = rivalsConfig(sshd)
  const run = (args: string): Promise<number> => timed(() => succeeds('ansible', ['web', '-i', inventory, '-m', 'raw', '-a', 'true', '-f', '50', '--ssh-common-args', `-F ${config} ${args}`], { ANSIBLE_HOST_KEY_CHECKING: 'False', ANSIBLE_LOCAL_TEMP: join(sshd.home, 'ansible'), ANSIBLE_SSH_ARGS: '' }))
  const shared = `-o ControlMaster=auto -o ControlPersist=300 -o ControlPath=${sockets}/%n`
  return [{
    name: 'ansible raw',
    cold: () => run('-o ControlMaster=no'),
    warm: () => run(shared),
    stop: async () => {
      for (const name of names) if (existsSync(join(sockets, name))) await succeeds('ssh', ['-F', 'none', '-S', join(sockets, name), '-O', 'exit', sshd.host]).catch(() => undefined)
    },
  }]
}

function isThere(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' })
    return true
  } catch {
    console.log(`rivals   ${command} is not installed, so it is not measured`)
    return false
  }
}

function succeeds(command: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => { said += bytes.toString() })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}: ${said.slice(0, 500)}`))))
  })
}
