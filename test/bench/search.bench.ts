import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { searchOutput } from '#api/search.ts'
import { openStorage } from '#storage/storage.ts'
import { fold, journal, runbook } from '#support/run-states.ts'
import { median, timed } from './measure.ts'

const LINES = 400_000
const CHUNK = 64 * 1024
const ROUNDS = 5
const WANTED = 'disk is full'

/** A text looked for in all of a run's output, as the room does it, against grep over the same bytes in a plain file, and against unpacking them and `indexOf`, in turns. */
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
const file = join(folder, 'plain.log')
const said = Buffer.from(Array.from({ length: LINES }, (_, number) => `2026-12-05T21:04:05.${number % 1000}Z INFO  [worker-${number % 16}] request ${number} path=/api/orders/${number * 7919} ${number % 10_000 === 0 ? 'Disk is full' : 'status=200'}\n`).join(''))
const storage = openStorage(join(folder, 'data'))
try {
  writeFileSync(file, said)
  storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
  storage.runs.create({ id: 'run', runbookId: 'book', revision: 1, mode: 'live', title: 'bench', operator: 'bench', at: 1 })
  for (let from = 0; from < said.length; from += CHUNK) storage.output.append({ runId: 'run', stepId: 'one', attempt: 1, host: 'web-1', stream: 'stdout', at: from, bytes: said.subarray(from, from + CHUNK) })
  const deps = { storage, engine: { state: () => fold(journal(runbook())) } } as unknown as Parameters<typeof searchOutput>[0]
  const times: Record<'ours' | 'grep' | 'least', number[]> = { ours: [], grep: [], least: [] }
  for (let round = 0; round <= ROUNDS; round += 1) {
    const hits = { ours: 0, grep: 0 }
    const one = await timed(() => { for (const step of searchOutput(deps, { runId: 'run', stepId: null, host: null, text: WANTED })) hits.ours += step.hits.length })
    const two = await timed(() => { hits.grep = Number(execFileSync('grep', ['-ciF', WANTED, file], { encoding: 'utf8' })) })
    const three = await timed(() => { for (const bytes of storage.output.readBytes({ runId: 'run', stepId: 'one', attempt: 1, host: 'web-1', stream: 'stdout' })) Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(WANTED) })
    if (hits.ours !== hits.grep || hits.ours === 0) throw new Error(`${hits.ours} lines found, and ${hits.grep} by grep`)
    if (round === 0) continue
    times.ours.push(one)
    times.grep.push(two)
    times.least.push(three)
  }
  const [ours, grep, least] = [median(times.ours), median(times.grep), median(times.least)]
  console.log(`search in ${(said.length / 1e6).toFixed(0)} MB of output   ${(ours / grep).toFixed(1)}x of \`grep -ciF\` over a plain file, ${(ours / least).toFixed(1)}x of unpacking it and indexOf (n=${ROUNDS}, ${(said.length / 1000 / ours).toFixed(0)} MB/s, the same lines found)`)
} finally {
  storage.close()
  rmSync(folder, { recursive: true, force: true })
}
