import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createMemoryJob } from '#support/shell-job.ts'
import { giveTo } from '#support/sshd.ts'
import type { Place, Row } from './place.ts'

/** A job's records name processes whose numbers now belong to somebody else: they are not followed, and not touched by a stop. */
export async function reusedPids(place: Place, jobs: number): Promise<Row> {
  let broken = 0
  const probe = createMemoryJob()
  await place.run(0, probe, 'true')
  const known = probe.intent()
  if (known === null) throw new Error('the host keeps no durable jobs')
  for (let index = 0; index < jobs; index += 1) {
    const innocent = spawn('sleep', ['600'], { stdio: 'ignore' })
    const job = createMemoryJob()
    const intent = { ...job.begin({ ...known, commandSha256: '' }), bootId: known.bootId, hostKey: known.hostKey, helper: known.helper, launched: true }
    job.intent = () => intent
    const folder = place.folder(intent.id)
    mkdirSync(folder, { mode: 0o700 })
    for (const [name, text] of [['sup', `${innocent.pid} 1 ${known.bootId} 1 .\n`], ['cmd', `${innocent.pid} 1 .\n`], ['out', ''], ['err', '']] as const) writeFileSync(`${folder}/${name}`, text)
    for (const file of [folder, ...['sup', 'cmd', 'out', 'err'].map((name) => `${folder}/${name}`)]) giveTo(place.sshd.user, file)
    chmodSync(folder, 0o700)
    const result = await place.run(0, job, 'true')
    const isAlive = !readFileSync(`/proc/${innocent.pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z')
    if (result.outcome !== 'unknown' || !isAlive) broken += 1
    innocent.kill('SIGKILL')
    // Or the server's end would look for the records' processes.
    rmSync(folder, { recursive: true })
  }
  return { what: "jobs whose process numbers are somebody else's now", count: jobs, broken }
}
