import { clearScreenDown, createInterface, cursorTo } from 'node:readline'
import { Writable } from 'node:stream'
import { Problem } from '#domain/problem.ts'

/** A terminal with a person at it: one question at a time, what happens meanwhile above it. */
export interface Asker {
  /** The line typed. A question that is withdrawn by `signal` rejects with its reason; after `left` all reject with `left`. */
  ask(text: string, options?: { signal?: AbortSignal; urgent?: boolean; secret?: boolean }): Promise<string>
  say(line: string): void
  /** Resolves when the person has pressed Ctrl+C or Ctrl+D. */
  left: Promise<void>
  close(): void
}

interface Question {
  text: string
  urgent: boolean
  secret: boolean
  settle(answer: string): void
  fail(reason: Error): void
}

/**
 * Typed text is dropped whenever another question takes the place of the one it was typed for: an answer must never
 * reach a question the person has not seen. Secrets are neither shown nor remembered.
 */
export function createAsker({ input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream }): Asker {
  const waiting: Question[] = []
  let shown: Question | null = null
  let isLeft = false
  const echo = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      if (!shown?.secret) output.write(bytes)
      done()
    },
  })
  const lines = createInterface({ input, output: echo, terminal: true, historySize: 0, prompt: '> ' })
  const { promise: left, resolve: leave } = Promise.withResolvers<void>()

  const dropTyped = () => {
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
  }

  const wipe = () => {
    cursorTo(output, 0)
    clearScreenDown(output)
  }

  const show = () => {
    const next = waiting.find((question) => question.urgent) ?? waiting[0] ?? null
    if (next === shown) return
    if (!isLeft) dropTyped()
    if (shown) wipe()
    shown = null
    if (!next) return
    output.write(`${next.text}\n`)
    if (next.secret) output.write('> ')
    else lines.prompt()
    shown = next
  }

  const remove = (question: Question) => {
    waiting.splice(waiting.indexOf(question), 1)
    if (shown === question) {
      // Whatever was typed for it goes with it.
      if (!isLeft) dropTyped()
      shown = null
      wipe()
    }
    show()
  }

  lines.on('line', (answer) => {
    const answered = shown
    if (!answered) return
    if (answered.secret) output.write('\n')
    waiting.splice(waiting.indexOf(answered), 1)
    shown = null
    answered.settle(answer)
    // The next question is put in a later turn: the answer may withdraw it.
    setImmediate(show)
  })

  const goAway = () => {
    if (isLeft) return
    isLeft = true
    shown = null
    for (const question of waiting.splice(0)) question.fail(leftProblem())
    leave()
  }
  lines.on('SIGINT', goAway)
  lines.on('close', goAway)

  return {
    left,
    ask: (text, { signal, urgent = false, secret = false } = {}) => new Promise((resolve, reject) => {
      if (isLeft) return reject(leftProblem())
      if (signal?.aborted) return reject(signal.reason as Error)
      const withdraw = () => {
        remove(question)
        reject(signal?.reason as Error)
      }
      const done = () => signal?.removeEventListener('abort', withdraw)
      const question: Question = {
        text, urgent, secret,
        settle: (answer) => {
          done()
          resolve(answer)
        },
        fail: (reason) => {
          done()
          reject(reason)
        },
      }
      signal?.addEventListener('abort', withdraw, { once: true })
      waiting.push(question)
      show()
    }),
    say: (line) => {
      if (shown) wipe()
      output.write(`${line}\n`)
      if (shown?.secret) output.write('> ')
      else if (shown) lines.prompt(true)
    },
    close: () => {
      isLeft = true
      lines.close()
    },
  }
}

const leftProblem = (): Problem => new Problem('left', 'You left.', 'Nothing was started.')
