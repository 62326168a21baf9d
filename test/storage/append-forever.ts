import { flushCompileCache } from 'node:module'
import { openStorage } from '#storage/storage.ts'
import { note } from './note.ts'

// Appends until it is killed, and says each sequence number only when append has returned.
// Killed, it would keep nothing of what it has compiled for the next one.
flushCompileCache()
const storage = openStorage(process.argv[2]!)
const runId = process.argv[3]!
let version = storage.journal.read(runId, 0).at(-1)?.seq ?? 0
for (;;) {
  const stored = storage.journal.append(runId, version, [note(`fact ${version + 1}`), note('x'.repeat(version % 3000))])
  storage.output.append({ runId, stepId: 'copy', attempt: 1, host: 'web-1', stream: 'stdout', at: version, bytes: Buffer.alloc(2000, version) })
  version = stored.at(-1)!.seq
  process.stdout.write(`${version}\n`)
}
