import type { ShellJob } from '#kinds/ports.ts'
import { toProblem } from '#domain/problem.ts'
import { lossWords, type Link } from '../link.ts'
import { clean } from '../failures.ts'
import { isCount, MOST_LATE, readFrames } from './frames.ts'
import { createKeeper } from './keeper.ts'
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

/** Runs one helper call to its end, keeping output as it comes: what is kept is committed with its cursor, so a cut loses nothing. */
export function attach(options: Attachment): Promise<AttachEnd> {
  const { link, call, job, place, signal } = options
  return new Promise((resolve, reject) => {
    let talk: Talk | null = null
    const late: Buffer[] = []
    let lateLength = 0
    let heard = false
    let settled = false
    let isShort = false
    let silence: NodeJS.Timeout | null = null
    const questions = askOnAndOn(() => talk?.write('?\n'))

    const keeper = createKeeper({
      job,
      onFull: (isFull) => (isFull ? talk?.pause() : talk?.resume()),
      onTrouble: (thrown) => cut(unkept(thrown)),
    })
    const unkept = (thrown: unknown): string => `what ${place} says cannot be kept here: ${toProblem(thrown).message}`

    const settle = (end: AttachEnd): void => {
      if (settled) return
      settled = true
      if (silence !== null) clearTimeout(silence)
      questions.end()
      signal.removeEventListener('abort', onAbort)
      if (end.end === 'done') talk?.leave()
      else talk?.close()
      // Nobody else may keep for this job before all of this is kept, or given up.
      if (end.end === 'done' || end.end === 'lost') keeper.finish().then(() => resolve(end), (thrown: unknown) => resolve({ end: 'cut', message: unkept(thrown), heard }))
      else void keeper.stop().then(() => resolve(end))
    }
    const cut = (message: string): void => settle({ end: 'cut', message, heard })
    const onAbort = (): void => settle({ end: 'stopped' })
    const listen = (): void => {
      if (silence !== null) clearTimeout(silence)
      silence = setTimeout(() => cut(`${place} has said nothing for a minute`), SILENT_MS)
    }

    const guarded = (work: () => void): void => {
      try {
        work()
      } catch (thrown) {
        cut(unkept(thrown))
      }
    }
    const onDone = ([, how = '', code = '', out, err]: string[]): void => guarded(() => {
      if (!isDoneHow(how) || !isCount(code) || !isCount(out) || !isCount(err) || (hasRun[how] && Number(code) > 255)) return cut(`${place} does not say clearly how the command ended`)
      if (hasRun[how]) options.onStarted()
      // More than it said is output that came after the command's end, while that was being written down.
      if (hasRun[how] && !isShort && (keeper.next('stdout') < Number(out) || keeper.next('stderr') < Number(err))) return cut(`the output of ${place} is not as long as it said`)
      settle({ end: 'done', how, code: Number(code), isShort, late: Buffer.concat(late).subarray(0, MOST_LATE) })
    })
    const onLine = (words: string[]): void => {
      const [word = '', ...more] = words
      if (settled) return
      if (word === 'started') guarded(() => options.onStarted(more[0] ?? ''))
      else if (word === 'short') isShort = true
      else if (word === 'done') onDone(words)
      else if (word === 'lost') settle({ end: 'lost', why: clean(more.join(' ')) })
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
        if (offset !== keeper.next(stream)) return cut(`${place} sent output out of its order`)
        guarded(() => {
          // Output proves that it began, also where the host did not come to say so.
          options.onStarted()
          keeper.add(stream, bytes)
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
