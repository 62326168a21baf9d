import { execFile } from 'node:child_process'
import { closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'

/** Lets ssh put its questions to this program. */
export interface AskPass {
  /** For ssh; no answer is in it. */
  environment: Record<string, string>
  close(): void
}

/** What a server wants asked may be of any length. */
const MOST_ASKED = 900
const MOST_BYTES = 4000

/**
 * ssh starts a script of ours for each question, one at a time; question and answer go through two named pipes in a folder
 * that only this user can enter. Null where no pipes can be made.
 */
export async function openAskPass(folder: string, answer: (question: string) => Promise<string | null>): Promise<AskPass | null> {
  const [script, questions, answers] = [join(folder, 'ask'), join(folder, 'q'), join(folder, 'a')] as const
  if (!(await makePipes([questions, answers]))) return null
  // With SSH_ASKPASS_PROMPT set it is no question for a secret: a word of notice, or a yes or no.
  writeFileSync(script, `#!/bin/sh
case $SSH_ASKPASS_PROMPT in none) exit 0 ;; ?*) exit 1 ;; esac
{ printf '%.${MOST_ASKED}s' "$1" | tr '\\n' ' '; echo; } >'${questions}'
IFS= read -r answer <'${answers}'
case $answer in +*) printf '%s\\n' "\${answer#+}" ;; *) exit 1 ;; esac
`, { mode: 0o700 })
  // Held open at both ends, so that neither side waits for the other to open it.
  const incoming = new Socket({ fd: openSync(questions, constants.O_RDWR | constants.O_NONBLOCK), readable: true, writable: false })
  const outgoing = openSync(answers, constants.O_RDWR | constants.O_NONBLOCK)
  let open = true
  let heard = ''
  const reply = (text: string | null): void => {
    if (!open) return
    const fits = text !== null && !/[\n\0]/.test(text) && Buffer.byteLength(text) < MOST_BYTES
    writeSync(outgoing, fits ? `+${text}\n` : '-\n')
  }
  incoming.on('error', () => undefined)
  incoming.on('data', (bytes: Buffer) => {
    heard = (heard + bytes.toString('utf8')).slice(-MOST_BYTES)
    for (let end = heard.indexOf('\n'); end !== -1; end = heard.indexOf('\n')) {
      const question = heard.slice(0, end)
      heard = heard.slice(end + 1)
      // A question that was taken back is not answered.
      answer(question).then(reply, () => reply(null))
    }
  })
  return {
    environment: { SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: 'force' },
    close: () => {
      if (!open) return
      open = false
      incoming.destroy()
      closeSync(outgoing)
    },
  }
}

const makePipes = (paths: string[]): Promise<boolean> => new Promise((resolve) => { execFile('mkfifo', ['-m', '600', ...paths], (failure) => resolve(failure === null)) })
