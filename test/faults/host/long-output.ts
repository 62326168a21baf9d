import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createJobRecord } from '#engine/job-record.ts'
import { openStorage } from '#storage/storage.ts'
import type { Place, Row } from './place.ts'
import { noSecrets } from '#support/fake-world.ts'

/** Random bytes from a host into storage while the link is cut so many times: the sums must be equal. */
export async function longOutput(place: Place, bytes: number, cuts: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-long-'))
  const storage = openStorage(folder)
  const key = { runId: 'run', stepId: 'long', attempt: 1, host: 'app1' }
  storage.runbooks.create({ id: 'book', name: 'book.md', text: '', example: false, at: 1 })
  storage.runs.create({ id: 'run', runbookId: 'book', revision: 1, mode: 'live', title: 'long', operator: 'test', at: 1 })
  let losses = 0
  let kept = 0
  const record = createJobRecord({
    storage, key, now: Date.now, mask: noSecrets.mask, token: () => 1, wake: () => undefined, report: (command) => { if (command.type === 'report-host-link-lost') losses += 1 },
    record: (_, also) => {
      also()
      return true
    },
  })
  const job = {
    ...record,
    keep: (...chunk: Parameters<typeof record.keep>) => {
      const size = record.keep(...chunk)
      kept += size
      if (losses < cuts && kept > ((losses + 1) * bytes) / (cuts + 1)) place.proxy.resetAll()
      return size
    },
  }
  try {
    const file = join('/var/tmp', `holdpoint-long-${process.pid}`)
    const result = await place.run(0, job, `head -c ${bytes} /dev/urandom > ${file}; sha256sum < ${file} >&2; cat ${file}; rm ${file}`)
    const hash = createHash('sha256')
    for (const piece of storage.output.readBytes({ ...key, stream: 'stdout' })) hash.update(piece)
    const said = [...storage.output.readBytes({ ...key, stream: 'stderr' })].map((piece) => Buffer.from(piece).toString()).join('').slice(0, 64)
    const isExact = result.outcome === 'succeeded' && kept >= bytes && said === hash.digest('hex')
    return { what: `${Math.round(bytes / 1e6)} MB of random bytes over ${losses} reconnects`, count: 1, broken: isExact && losses >= cuts ? 0 : 1, notes: isExact ? 'sums equal' : JSON.stringify(result) }
  } finally {
    storage.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
