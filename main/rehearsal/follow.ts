import type { Clock, OutputStream } from '#kinds/ports.ts'
import type { ExecEnd, ExecWork } from './ssh-server.ts'
import type { Job, JobEnd } from './job.ts'

/** The client's side of a helper call: what it is told, in the frames of ssh/durable/frames.ts. */
export interface Talk {
  say(line: string): void
  data(stream: OutputStream, offset: number, bytes: Buffer): void
  clock: Clock
  /** Aborted when the client is gone. */
  signal: AbortSignal
}

/** The client hangs up after a minute of silence, in real time. */
const BEAT_MS = 5000

/** Tells a job's output from these offsets on, and its end. Null when the client left before. */
export async function followJob(job: Job, from: Record<OutputStream, number>, { say, data, clock, signal }: Talk): Promise<JobEnd | null> {
  const beat = setInterval(() => say('beat'), BEAT_MS)
  const at = { ...from }
  let isTold = false
  try {
    while (!signal.aborted) {
      const changed = job.changed()
      const end = job.end()
      if (job.delayMs() > 0) await clock.sleep(job.delayMs(), signal)
      for (const stream of ['stdout', 'stderr'] as const) {
        const bytes = job.read(stream, at[stream])
        if (bytes.length > 0) data(stream, at[stream], bytes)
        at[stream] += bytes.length
      }
      if (end !== null) {
        say(end.how === 'rebooted' ? 'lost rebooted' : `done ${end.how} ${end.code} ${job.length('stdout')} ${job.length('stderr')}`)
        return end
      }
      if (!isTold) say('started running')
      isTold = true
      await orAborted(changed, signal)
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown
  } finally {
    clearInterval(beat)
  }
  return null
}

/** Plays a job over an ordinary channel, which it does not outlive. */
export async function playPlainly(job: Job, { write, signal }: ExecWork): Promise<ExecEnd> {
  const at = { stdout: 0, stderr: 0 }
  for (;;) {
    const changed = job.changed()
    const end = job.end()
    for (const stream of ['stdout', 'stderr'] as const) {
      const bytes = job.read(stream, at[stream])
      if (bytes.length > 0) write(stream, bytes)
      at[stream] += bytes.length
    }
    if (end !== null) return { end: 'exit', code: 'code' in end ? end.code : 255 }
    if (signal.aborted) {
      job.terminate()
      return { end: 'signal', name: String(signal.reason) }
    }
    await orAborted(changed, signal)
  }
}

function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const leave = (): void => {
      signal.removeEventListener('abort', leave)
      resolve()
    }
    signal.addEventListener('abort', leave)
    void work.then(leave)
  })
}
