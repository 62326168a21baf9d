import type { Link } from '../link.ts'
import { readFrames } from './frames.ts'
import type { HelperCall } from './verbs.ts'

export interface Stopped {
  /** What it was when it was to be stopped: ended already, running, never begun (and kept from beginning now), or another machine's by now, and left alone. */
  was: 'ended' | 'running' | 'never' | 'fenced'
  /** How many of its processes are still alive, children that left its group included, and the first of their numbers. */
  left: number
  pids: string
}

/** TERM, grace, KILL, then the survivors: the proof an abort rests on. Null when the host's answer did not arrive. */
export async function stopJob(link: Link, call: HelperCall, timeoutMs: number): Promise<Stopped | null> {
  const opened = await link.exec(call.command, AbortSignal.timeout(timeoutMs))
  if (opened.opened !== 'yes') return null
  const { channel } = opened
  return new Promise((resolve) => {
    const settle = (stopped: Stopped | null): void => {
      clearTimeout(impatience)
      resolve(stopped)
      channel.close()
    }
    const impatience = setTimeout(() => settle(null), timeoutMs)
    channel.on('data', readFrames(call.nonce, {
      onHello: () => undefined,
      onLine: ([word, was, count, ...pids]) => {
        if (word !== 'stopped') return
        if ((was !== 'ended' && was !== 'running' && was !== 'never' && was !== 'fenced') || !/^\d{1,7}$/.test(count ?? '')) return settle(null)
        settle({ was, left: Number(count), pids: pids.filter((pid) => /^\d{1,10}$/.test(pid)).slice(0, 10).join(', ') })
      },
      onData: () => undefined,
      onLate: () => undefined,
      onGarbage: () => settle(null),
    }))
    channel.stderr.resume()
    channel.on('close', () => settle(null))
    // A write after the far end closed; `close` follows.
    channel.on('error', () => undefined)
  })
}
