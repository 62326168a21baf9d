import type { OutputStream, ShellJob } from '#kinds/ports.ts'

/** Keeps a job's output as it comes, in order and in few transactions: one for each packet of a flood would cost more than the bytes in it. */
export interface Keeper {
  /** Where the next byte of a stream belongs, those counted that have come and are not kept yet. */
  next(stream: OutputStream): number
  /** Takes bytes that are valid only during the call. Throws what storage throws. */
  add(stream: OutputStream, bytes: Buffer): void
  /** Keeps all that has come, the beginning of a character included. Rejects with what storage throws. */
  finish(): Promise<void>
  /** Begins nothing more. Resolves once nothing is under way: only then may somebody else keep for this job. */
  stop(): Promise<void>
}

export interface KeeperOptions {
  job: ShellJob
  /** More has come than is kept in time: nothing more should, until `false`. */
  onFull(isFull: boolean): void
  /** What came before could not be kept. */
  onTrouble(thrown: unknown): void
}

/** Output that comes within this is kept together, up to about so much. */
const GATHER_MS = 20
const GATHER_BYTES = 256 * 1024
/** From here on the work of packing it is worth another thread. */
const MUCH_BYTES = 64 * 1024
const MOST_HELD = 1024 * 1024

export function createKeeper({ job, onFull, onTrouble }: KeeperOptions): Keeper {
  let gathering: NodeJS.Timeout | null = null
  let isOver = false
  let isFull = false

  const createStream = (stream: OutputStream) => {
    let pieces: Buffer[] = []
    let length = 0
    let cursor = job.cursor(stream)
    let underWay = 0
    let busy: Promise<void> = Promise.resolve()
    const hold = (bytes: Buffer): void => {
      if (bytes.length > 0) pieces.push(bytes)
      length += bytes.length
    }
    const take = (): Buffer => {
      const all = pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces)
      pieces = []
      length = 0
      return all
    }
    const keepNow = (isLast: boolean): void => {
      const all = take()
      const kept = all.length === 0 ? 0 : job.keep(stream, cursor, all, isLast)
      cursor += kept
      hold(all.subarray(kept))
    }
    const keepMuch = async (): Promise<void> => {
      for (let kept = 1; kept > 0 && length >= MUCH_BYTES && !isOver;) {
        const all = take()
        underWay = all.length
        kept = await job.keepMuch(stream, cursor, all)
        cursor += kept
        underWay = 0
        const since = take()
        hold(all.subarray(kept))
        hold(since)
        tellFull()
      }
    }
    const keep = (): void => {
      if (underWay > 0) return
      if (length < MUCH_BYTES) return keepNow(false)
      busy = keepMuch()
      busy.then(gather, onTrouble)
    }
    return {
      next: () => cursor + underWay + length,
      held: () => length,
      hold: (bytes: Buffer): void => {
        hold(Buffer.from(bytes))
        if (length >= GATHER_BYTES) keep()
      },
      keep,
      finish: async (): Promise<void> => {
        await busy
        keepNow(true)
      },
      settled: (): Promise<void> => busy.catch(() => undefined),
    }
  }
  const streams = { stdout: createStream('stdout'), stderr: createStream('stderr') }
  const both = [streams.stdout, streams.stderr]

  function tellFull(): void {
    const held = streams.stdout.held() + streams.stderr.held()
    const full = held > (isFull ? MOST_HELD / 2 : MOST_HELD)
    if (full !== isFull) onFull(full)
    isFull = full
  }
  function gather(): void {
    if (isOver || streams.stdout.held() + streams.stderr.held() === 0) return
    gathering ??= setTimeout(() => {
      gathering = null
      try {
        for (const stream of both) stream.keep()
      } catch (thrown) {
        onTrouble(thrown)
      }
    }, GATHER_MS)
  }
  const end = (): void => {
    isOver = true
    if (gathering !== null) clearTimeout(gathering)
  }

  return {
    next: (stream) => streams[stream].next(),
    add: (stream, bytes) => {
      streams[stream].hold(bytes)
      tellFull()
      gather()
    },
    finish: async () => {
      end()
      for (const stream of both) await stream.finish()
    },
    stop: async () => {
      end()
      for (const stream of both) await stream.settled()
    },
  }
}
