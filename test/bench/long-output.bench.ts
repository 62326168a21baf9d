import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createJobRecord } from '#engine/job-record.ts'
import { openStorage } from '#storage/storage.ts'
import { noSecrets } from '#support/fake-world.ts'
import { sshdMissing, startSshd } from '#support/sshd.ts'
import { configFor, hostNamed, startPool } from '#support/ssh-pool.ts'
import { median, timed } from './measure.ts'

const BYTES = Number(process.env['BENCH_BYTES'] ?? 1e9)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)

/** A gigabyte of log lines from one host, durable into storage, against `ssh host cat` into nothing, in turns. */
async function main(): Promise<void> {
  if (sshdMissing) return console.log('output-1GB  not measured: sshd is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
  // Where the account on the host may read it.
  const file = join('/var/tmp', `holdpoint-bench-${process.pid}.log`)
  const sum = writeLog(file)
  const sshd = await startSshd()
  const home = startPool({ config: configFor(sshd, 'app1'), knownHosts: sshd.knownHostsLine })
  const storage = openStorage(folder)
  storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
  storage.runs.create({ id: 'run', runbookId: 'book', revision: 1, mode: 'live', title: 'bench', operator: 'bench', at: 1 })
  const before = process.memoryUsage.rss()

  const durably = async (attempt: number): Promise<void> => {
    const key = { runId: 'run', stepId: 'long', attempt, host: 'app1' }
    const job = createJobRecord({
      storage, key, token: () => 1, now: Date.now, mask: noSecrets.mask, wake: () => undefined, report: () => undefined,
      record: (_, also) => {
        also()
        return true
      },
    })
    const result = await home.pool.run({ host: hostNamed('app1'), script: `cat ${file}`, timeoutMs: null, onOutput: () => undefined, signal: new AbortController().signal, job })
    if (result.outcome !== 'succeeded') throw new Error(`the command failed: ${JSON.stringify(result)}`)
  }
  const withSsh = async (): Promise<void> => {
    const child = spawn('ssh', ['-F', 'none', '-p', String(sshd.port), '-i', sshd.keyFile, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-c', 'aes128-gcm@openssh.com', `${sshd.user}@${sshd.host}`, `cat ${file}`], { stdio: ['ignore', 'ignore', 'inherit'] })
    const code = await new Promise<number | null>((resolve) => { child.on('close', resolve) })
    if (code !== 0) throw new Error(`ssh ended with ${code}`)
  }

  try {
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 1; round <= ROUNDS; round += 1) {
      ours.push(await timed(() => durably(round)))
      theirs.push(await timed(withSsh))
    }
    const hash = createHash('sha256')
    for (const bytes of storage.output.readBytes({ runId: 'run', stepId: 'long', attempt: ROUNDS, host: 'app1', stream: 'stdout' })) hash.update(bytes)
    if (hash.digest('hex') !== sum) throw new Error('what was kept is not what was said')
    const [one, other] = [median(ours), median(theirs)]
    const gigabytes = (BYTES / 1e9).toFixed(1)
    console.log(`output-${gigabytes}GB durable into storage   ${(one / other).toFixed(2)}x of \`ssh host cat\` into nothing (goal 1.5x; n=${ROUNDS}, ${(BYTES / 1e3 / one).toFixed(0)} and ${(BYTES / 1e3 / other).toFixed(0)} MB/s, sums equal)`)
    console.log(`output-${gigabytes}GB on the disk   ${(statSync(join(folder, 'holdpoint.db')).size / ROUNDS / BYTES).toFixed(2)}x of what was said`)
    console.log(`output-${gigabytes}GB memory of the program   ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB at most (goal 400 MB), ${(before / 1024 / 1024).toFixed(0)} MB before`)
  } finally {
    await home.stop()
    await sshd.stop()
    storage.close()
    rmSync(file, { force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lines as a service writes them, no two alike; returns their sha256. */
function writeLog(path: string): string {
  const out = openSync(path, 'wx', 0o644)
  const hash = createHash('sha256')
  for (let written = 0, line = 0; written < BYTES;) {
    const lines = Array.from({ length: 5000 }, (_, index) => {
      const number = line + index
      return `2026-11-25T22:${String(Math.floor(number / 60) % 60).padStart(2, '0')}:${String(number % 60).padStart(2, '0')}.${number % 1000}Z INFO [worker-${number % 16}] request id=${(number * 2654435761 % 4294967296).toString(16)} path=/api/v1/orders/${number * 7919 % 100000} status=200 ms=${number * 31 % 900}\n`
    })
    const block = Buffer.from(lines.join('')).subarray(0, BYTES - written)
    hash.update(block)
    writeSync(out, block)
    written += block.byteLength
    line += 5000
  }
  closeSync(out)
  return hash.digest('hex')
}

await main()
