import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type Log = (what: string, thrown: unknown) => void

const LARGEST_BYTES = 2 * 1024 * 1024
/** Of what is said of a problem. */
const LONGEST = 8000

/** `hide` takes secrets out of what is logged. One JSON object a line in `holdpoint.log` beside the data; the file before is kept as `holdpoint.log.1`. */
export function createLog(dataPath: string, hide: (text: string) => string): Log {
  const file = join(dataPath, 'holdpoint.log')
  return (what, thrown) => {
    const line = `${JSON.stringify({ at: new Date().toISOString(), what: hide(what), problem: thrown === null ? null : hide(describe(thrown)).slice(0, LONGEST) })}\n`
    try {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_BYTES) renameSync(file, `${file}.1`)
      appendFileSync(file, line, { mode: 0o600 })
    } catch {
      // The disk may be full: the log is the last place to fail loudly, and the terminal still shows it.
      process.stderr.write(line)
    }
  }
}

const describe = (thrown: unknown): string => (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))
