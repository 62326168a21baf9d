import { readFile } from 'node:fs/promises'

/** Bytes a process has read and written, files, pipes and sockets alike; null where the system does not say (only Linux does). */
export async function bytesMoved(pid: number): Promise<{ read: number; written: number } | null> {
  try {
    const text = await readFile(`/proc/${pid}/io`, 'latin1')
    const count = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    const moved = { read: count('rchar'), written: count('wchar') }
    return Number.isNaN(moved.read + moved.written) ? null : moved
  } catch {
    // It has ended, or this is another system.
    return null
  }
}

/** `passed`: what of it came to us as output of commands. */
export interface Moved {
  read: number
  written: number
  passed: number
}

/**
 * A master passes on what it reads: output to its command, input to the host. What it keeps belongs to no command, or is what
 * a packet is wrapped in: fifty bytes or so, which of very short output is most of it. More than this in ten seconds, and far
 * more than any wrapping of what came out, is a flood.
 */
const MOST_KEPT = 16 * 1024 * 1024
const MOST_WRAPPING = 128
const WINDOW_MS = 10_000
const LOOK_MS = 500

/** Looks at a master twice a second and calls `onTooMuch` with what it was, once, and then looks no more. */
export function limitKept(moved: () => Promise<Moved | null>, now: () => number, onTooMuch: (what: string) => void): { look(): Promise<void>; end(): void } {
  let from: Moved & { at: number } | null = null
  let isLooking = false
  let over = false
  const end = (): void => {
    over = true
    clearInterval(timer)
  }
  const look = async (): Promise<void> => {
    if (isLooking || over) return
    isLooking = true
    const sum = await moved().finally(() => { isLooking = false })
    if (sum === null || over) return
    if (from === null || now() - from.at > WINDOW_MS) from = { ...sum, at: now() }
    const kept = sum.read - from.read - (sum.written - from.written)
    if (kept <= MOST_KEPT || kept <= MOST_WRAPPING * (sum.passed - from.passed)) return
    end()
    onTooMuch('a flood of messages that belong to no command')
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  timer.unref()
  return { look, end }
}
