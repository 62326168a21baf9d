import type { OutputStream, ShellJob } from '#kinds/ports.ts'
import { toProblem } from '#domain/problem.ts'
import { lossWords, type Link } from '../link.ts'
import { clean } from '../failures.ts'
import { isCount, MOST_LATE, readFrames } from './frames.ts'
import { askOnAndOn } from './questions.ts'
import { openTalk, type Talk, type TalkListener, type TalkOpened } from './talk.ts'
import type { HelperCall } from './verbs.ts'

/** exit: by itself. limit, room: its output was too long, or left too little of the disk. fenced, never: it was not begun. */
export type DoneHow = 'exit' | 'limit' | 'room' | 'fenced' | 'never'

/** How one attachment to a job ended. Everything but `cut` and `stopped` is the host's word on the job. */
export type AttachEnd =
  | { end: 'done'; how: DoneHow; code: number; isShort: boolean; late: Buffer }
  | { end: 'lost'; why: string }
  | { end: 'said'; word: 'absent' | 'fenced' | 'unstaged'; more: string }
  | { end: 'cut'; message: string; heard: boolean }
  | { end: 'stopped' }

export interface Attachment {
  link: Link
  call: HelperCall
  job: ShellJob
  /** For messages. */
  place: string
  /** Aborting leaves the job alone and closes the channel. */
  signal: AbortSignal
  onHello(bootId: string): void
  /** It has begun there. `as` is `running`, or `orphan` when nothing watches over it any more; left out where its output or end shows it. */
  onStarted(as?: string): void
}

/** The helper says something at least every five seconds. */
const SILENT_MS = 60_000
/** Output that comes within this is kept together, up to about so much. */
const GATHER_MS = 20
const GATHER_BYTES = 256 * 1024

/** Runs one helper call to its end, keeping output as it comes: what is kept is committed with its cursor, so a cut loses nothing. */
export function attach(options: Attachment): Promise<AttachEnd> {
  const { link, call, job, place, signal } = options
  return new Promise((resolve, reject) => {
    let talk: Talk | null = null
    const cursor = { stdout: job.cursor('stdout'), stderr: job.cursor('stderr') }
    const held = { stdout: createHeld(), stderr: createHeld() }
    let gathering: NodeJS.Timeout | null = null
    const late: Buffer[] = []
    let lateLength = 0
    let heard = false
    let settled = false
    let isShort = false
    let silence: NodeJS.Timeout | null = null
    const questions = askOnAndOn(() => talk?.write('?\n'))

    const settle = (end: AttachEnd): void => {
      if (settled) return
      settled = true
      if (silence !== null) clearTimeout(silence)
      if (gathering !== null) clearTimeout(gathering)
      questions.end()
      signal.removeEventListener('abort', onAbort)
      if (end.end === 'done') talk?.leave()
      else talk?.close()
      resolve(end)
    }
    const cut = (message: string): void => settle({ end: 'cut', message, heard })
    const onAbort = (): void => settle({ end: 'stopped' })
    const listen = (): void => {
      if (silence !== null) clearTimeout(silence)
      silence = setTimeout(() => cut(`${place} has said nothing for a minute`), SILENT_MS)
    }

    const keep = (stream: OutputStream, isLast: boolean): void => {
      const all = held[stream].take()
      const kept = all.length === 0 ? 0 : job.keep(stream, cursor[stream], all, isLast)
      cursor[stream] += kept
      held[stream].add(all.subarray(kept))
    }
    /** A transaction for each packet of a flood would cost more than the bytes in it. */
    const gather = (stream: OutputStream, bytes: Buffer): void => {
      held[stream].add(Buffer.from(bytes))
      if (held[stream].length() >= GATHER_BYTES) return keep(stream, false)
      gathering ??= setTimeout(() => {
        gathering = null
        if (!settled) guarded(keepBoth)
      }, GATHER_MS)
    }
    const keepBoth = (): void => {
      keep('stdout', false)
      keep('stderr', false)
    }
    const guarded = (work: () => void): void => {
      try {
        work()
      } catch (thrown) {
        cut(`what ${place} says cannot be kept here: ${toProblem(thrown).message}`)
      }
    }
    const flush = (): void => {
      keep('stdout', true)
      keep('stderr', true)
    }

    const onDone = ([, how = '', code = '', out, err]: string[]): void => guarded(() => {
      if (!isDoneHow(how) || !isCount(code) || !isCount(out) || !isCount(err) || (hasRun[how] && Number(code) > 255)) return cut(`${place} does not say clearly how the command ended`)
      if (hasRun[how]) options.onStarted()
      // More than it said is output that came after the command's end, while that was being written down.
      if (hasRun[how] && !isShort && (cursor.stdout + held.stdout.length() < Number(out) || cursor.stderr + held.stderr.length() < Number(err))) return cut(`the output of ${place} is not as long as it said`)
      flush()
      settle({ end: 'done', how, code: Number(code), isShort, late: Buffer.concat(late).subarray(0, MOST_LATE) })
    })
    const onLine = (words: string[]): void => {
      const [word = '', ...more] = words
      if (settled) return
      if (word === 'started') guarded(() => options.onStarted(more[0] ?? ''))
      else if (word === 'short') isShort = true
      else if (word === 'done') onDone(words)
      else if (word === 'lost') guarded(() => {
        flush()
        settle({ end: 'lost', why: clean(more.join(' ')) })
      })
      else if (word === 'absent' || word === 'fenced' || word === 'unstaged') settle({ end: 'said', word, more: clean(more.join(' ')) })
      else if (word !== 'beat') cut(`${place} answers in a way that is not understood`)
    }

    const feed = readFrames(call.nonce, {
      onHello: (bootId) => {
        heard = true
        questions.begin()
        guarded(() => options.onHello(bootId))
      },
      onLine,
      onData: (stream, offset, bytes) => {
        if (settled) return
        if (offset !== cursor[stream] + held[stream].length()) return cut(`${place} sent output out of its order`)
        guarded(() => {
          // Output proves that it began, also where the host did not come to say so.
          options.onStarted()
          gather(stream, bytes)
        })
      },
      onLate: (_, bytes) => {
        if (lateLength < MOST_LATE) late.push(Buffer.from(bytes))
        lateLength += bytes.length
      },
      onGarbage: (why) => cut(`${place} answers in a way that is not understood: ${why}`),
    })
    const opened = (answer: TalkOpened): void => {
      if (answer.opened === 'aborted') return settle({ end: 'stopped' })
      if (answer.opened !== 'yes') return cut(answer.opened === 'refused' ? `${place} would not start a shell: ${answer.reason}` : lossWords(link.loss()))
      talk = answer.talk
      listen()
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
    }
    const listener: TalkListener = {
      onBytes: (bytes) => {
        listen()
        questions.heard(bytes.length)
        feed(bytes)
      },
      onSign: questions.sign,
      onClose: () => cut(link.isAlive() ? `${place} closed the channel` : lossWords(link.loss())),
    }
    openTalk(link, call, listener, signal).then(opened, reject)
  })
}

/** Whether a command that ended so has run, and has an exit code. */
const hasRun: Record<DoneHow, boolean> = { exit: true, limit: true, room: true, fenced: false, never: false }
const isDoneHow = (word: string): word is DoneHow => Object.hasOwn(hasRun, word)

/** Output that has come and is not kept yet. */
function createHeld(): { add(bytes: Buffer): void; take(): Buffer; length(): number } {
  let pieces: Buffer[] = []
  let length = 0
  return {
    length: () => length,
    add: (bytes) => {
      if (bytes.length > 0) pieces.push(bytes)
      length += bytes.length
    },
    take: () => {
      const all = pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces)
      pieces = []
      length = 0
      return all
    },
  }
}
