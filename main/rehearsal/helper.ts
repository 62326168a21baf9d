import { cksum } from '#ssh/durable/helper.ts'
import { readHelperCall, type HelperCall } from './exec-call.ts'
import { followJob, type Talk } from './follow.ts'
import type { Input } from './input.ts'
import { neverBegun, type Job } from './job.ts'

/** The stand-in's half of the durable protocol: what ssh/durable/helper.ts does on a real host, with jobs that are only played. */
export type Helper = (call: HelperCall | { verb: 'stay' }, input: Input, talk: Talk) => Promise<void>

export interface HelperHost {
  bootId(): string
  /** Null when its disk takes no more. */
  begin(script: string): Job | null
}

export function createHelper({ bootId, begin }: HelperHost): Helper {
  const jobs = new Map<string, Job>()
  /** Forgotten after their acknowledgement: a launch that comes later runs nothing. */
  const gone = new Set<string>()
  const fences = new Map<string, number>()
  const stopping = new Set<string>()

  /** What is said when the command is not launched; null when it runs, by this launch or one before it. */
  const stage = (call: HelperCall & { verb: 'go' }, text: Buffer): string | null => {
    const fence = fences.get(call.run) ?? 0
    if (jobs.has(call.job)) return null
    if (gone.has(call.job)) return 'absent'
    if (call.bootId !== bootId()) return 'lost rebooted'
    if (fence > call.token) return `fenced ${fence}`
    const job = cksum(text) === call.sum ? begin(text.toString('utf8')) : null
    if (job === null) return 'unstaged the command did not arrive whole; the disk may be full'
    jobs.set(call.job, job)
    return null
  }
  const forget = (id: string, { say }: Talk): void => {
    gone.add(id)
    jobs.delete(id)
    say('acked')
  }
  /** True when its end was told. Questions for what is new are not read: all of it is told by itself. */
  const follow = async (call: HelperCall & { verb: 'go' | 'follow' }, talk: Talk): Promise<boolean> => {
    const job = jobs.get(call.job)
    if (job === undefined) talk.say('absent')
    const end = job === undefined ? null : await followJob(job, call, talk)
    return end !== null && end.how !== 'rebooted'
  }
  const stop = (id: string): string => {
    const job = jobs.get(id)
    const end = job?.end() ?? null
    if (job === undefined) jobs.set(id, neverBegun())
    if (job === undefined || end?.how === 'never') return 'stopped never 0'
    if (end !== null && !stopping.has(id) && end.how !== 'rebooted') return 'stopped ended 0'
    stopping.add(id)
    job.terminate()
    return 'stopped running 0 '
  }
  const raiseFence = (run: string, token: number): string => {
    fences.set(run, Math.max(token, fences.get(run) ?? 0))
    return `fence ${fences.get(run)}`
  }

  /** True when another call may follow on the same channel. */
  const serve = async (call: HelperCall, input: Input, talk: Talk): Promise<boolean> => {
    talk.say(`\nholdpoint ${call.nonce} ${bootId()}`)
    switch (call.verb) {
      case 'go': {
        const text = await input.bytes(call.length)
        const refusal = text === null ? null : stage(call, text)
        if (refusal !== null) talk.say(refusal)
        return text !== null && refusal === null && await follow(call, talk)
      }
      case 'follow': return await follow(call, talk)
      case 'stop': talk.say(stop(call.job)); return false
      case 'ack': forget(call.job, talk); return true
      case 'fence': talk.say(raiseFence(call.run, call.token)); return false
    }
  }

  return async (first, input, talk) => {
    if (first.verb !== 'stay') return void await serve(first, input, talk)
    for (let line = await input.line(); line !== null; line = await input.line()) {
      if (line === '?' || line === 'leave') continue
      const call = readHelperCall(line)
      if (call === null || !await serve(call, input, talk)) return
    }
  }
}
