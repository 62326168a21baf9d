// 100 MB of one step's output, from a real sshd through the SSH layer and the recorder into SQLite, against
// `ssh host cat` into /dev/null at the same cipher, in turns.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecorder } from '#engine/recorder.ts'
import { createSignal } from '#engine/signal.ts'
import { openStorage } from '#storage/storage.ts'
import { sshdMissing, startSshd } from '#support/sshd.ts'
import { configFor, startPool } from '#support/ssh-pool.ts'
import { noSecrets } from '#support/fake-world.ts'

const BYTES = 100 * 1000 * 1000
const ROUNDS = 5
const SCRIPT = `head -c ${BYTES} /dev/zero | tr '\\0' 'x'`

if (sshdMissing) {
  console.log('output-100MB  not measured: sshd is not installed')
} else {
  const sshd = await startSshd()
  const own = startPool({ config: configFor(sshd, 'app1'), acceptKeys: true })
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
  const storage = openStorage(folder)
  try {
    storage.runbooks.create({ id: 'book', name: 'book', text: '', example: false, at: 1 })
    storage.runs.create({ id: 'run', runbookId: 'book', revision: 1, mode: 'live', title: 'bench', operator: 'bench', at: 1 })
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 0; round <= ROUNDS; round += 1) {
      const one = await timed(() => throughHoldpoint(round))
      const other = await timed(throughSsh)
      if (round > 0) {
        ours.push(one)
        theirs.push(other)
      }
    }
    console.log(`output-100MB into storage   ${(median(ours) / median(theirs)).toFixed(2)}x of \`ssh host cat\` into nothing  (n=${ROUNDS}, ${(BYTES / 1e3 / median(ours)).toFixed(0)} MB/s here)`)
  } finally {
    storage.close()
    await own.stop()
    await sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  }

  async function throughHoldpoint(attempt: number): Promise<void> {
    const recorder = createRecorder({ runId: 'run', append: (rows) => storage.output.appendMany(rows), now: Date.now, mask: noSecrets.mask, wake: createSignal(), onLost: () => undefined, onTrouble: (thrown) => { if (thrown) throw thrown } })
    const about = { stepId: 'bench', attempt, host: 'app1' }
    const result = await own.pool.run({
      host: { name: 'app1', address: null, user: null, port: null, jump: null }, script: SCRIPT, timeoutMs: null, signal: new AbortController().signal,
      onOutput: (stream, bytes) => recorder.write(about, stream, bytes),
    })
    recorder.close()
    const kept = storage.output.tail({ runId: 'run', ...about, maxBytes: 1 }).bytes
    if (result.outcome !== 'succeeded' || kept !== BYTES) throw new Error(`kept ${kept} of ${BYTES} bytes, ${JSON.stringify(result)}`)
  }

  async function throughSsh(): Promise<void> {
    const child = spawn('ssh', ['-F', 'none', '-p', String(sshd.port), '-i', sshd.keyFile, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-c', 'aes128-gcm@openssh.com', `${sshd.user}@${sshd.host}`, SCRIPT], { stdio: ['ignore', 'ignore', 'inherit'] })
    const code = await new Promise<number | null>((resolve) => { child.on('close', resolve) })
    if (code !== 0) throw new Error(`ssh ended with ${code}`)
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN
}
