import { randomBytes } from 'node:crypto'
import { secretAssignments } from '#domain/flow/script.ts'
import type { JobIntent } from '#kinds/ports.ts'
import { cksum, HELPER_SHA } from './helper.ts'

/** One call of the helper on a host (helper.ts says what each verb means). */
export interface HelperCall {
  /** Makes it on a channel of its own. */
  command: string
  /** Makes it as a line to a helper that stays, which `command` starts. Null where none is asked, and for helpers of former versions. */
  stay: { command: string; line: string } | null
  nonce: string
  /** For its standard input, which stays open. */
  input: Buffer | null
}

export interface Cursors {
  stdout: number
  stderr: number
}

/** Where Linux says which boot this is. */
export const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id'

/** Where the helper and the jobs are kept, as a word for a shell on the host. */
export const ROOT = '${XDG_STATE_HOME:-$HOME/.local/state}/holdpoint'

/** What a call has to know of the host it goes to. */
export interface HelperPlace {
  bootIdFile: string
  /** Where the helper is, once a probe has told; the host's shell looks it up otherwise. */
  root: string | null
}

export function callGo(intent: JobIntent, script: Buffer, cursors: Cursors, at: HelperPlace, secrets: Readonly<Record<string, string>> = {}): HelperCall {
  const hidden = hiddenPart(secrets)
  const input = Buffer.concat([hidden, script])
  const staged = [intent.run, intent.token, intent.bootId, cksum(input), input.byteLength, hidden.byteLength > 0 ? 0 : plainLines(script), hidden.byteLength]
  return { ...call(intent, 'go', at, [cursors.stdout, cursors.stderr, ...staged]), input }
}

/** Everybody on the host sees a call's arguments: with salt and in steps of this size, neither sum nor length says anything of a secret. */
const HIDDEN_STEP_BYTES = 1024

function hiddenPart(secrets: Readonly<Record<string, string>>): Buffer {
  const assignments = secretAssignments(secrets)
  if (assignments === '') return Buffer.alloc(0)
  const salted = Buffer.from(`${assignments}# ${randomBytes(16).toString('hex')}`)
  const size = Math.ceil((salted.byteLength + 1) / HIDDEN_STEP_BYTES) * HIDDEN_STEP_BYTES
  return Buffer.concat([salted, Buffer.alloc(size - salted.byteLength - 1, ' '), Buffer.from('\n')])
}

/** A shell reads byte by byte: beyond this, two processes on the host are the cheaper way. */
const READ_BY_SHELL_BYTES = 1024

/** The lines of a script that any shell's `read` gives back unchanged; 0 for another, which is staged byte by byte. */
function plainLines(script: Buffer): number {
  return script.byteLength <= READ_BY_SHELL_BYTES && /^[\t\n -~]*\n$/.test(script.toString('latin1')) ? script.toString('latin1').split('\n').length - 1 : 0
}

export const callFollow = (intent: JobIntent, cursors: Cursors, at: HelperPlace): HelperCall => call(intent, 'follow', at, [cursors.stdout, cursors.stderr, ...leader(intent)])
export const callAck = (intent: JobIntent, at: HelperPlace): HelperCall => call(intent, 'ack', at, leader(intent))
export const callStop = (intent: JobIntent, graceMs: number, at: HelperPlace): HelperCall => call(intent, 'stop', at, [Math.ceil(graceMs / 1000), ...leader(intent)])
const leader = ({ run, token }: JobIntent): (string | number)[] => [run, token]

/** Every job's folder on the host, whoever began it. */
export const callList = (helper: string, at: HelperPlace): HelperCall => call({ id: 'all', helper }, 'list', at, [])
/** Removes a job that is over; `isRunOver` also one that nobody saw end. */
export const callClear = (intent: Pick<JobIntent, 'id' | 'run' | 'token'>, helper: string, isRunOver: boolean, at: HelperPlace): HelperCall => call({ id: intent.id, helper }, 'clear', at, [isRunOver ? 1 : 0, intent.run, intent.token])

/** The helper takes a run's name where other verbs take a job's. */
export const callFence = (run: string, token: number, helper: string, at: HelperPlace): HelperCall => call({ id: run, helper }, 'fence', at, [token])

/** What a helper that stays is asked. The others are rare, and a stop waits for nothing. */
const STAYS: readonly string[] = ['go', 'follow', 'ack']

/** No argument holds anything but letters, digits and `-._/`: what a host said is checked before it comes back in a command. */
function call({ helper, id }: Pick<JobIntent, 'helper' | 'id'>, verb: string, { bootIdFile, root }: HelperPlace, more: (string | number)[]): HelperCall {
  const nonce = randomBytes(8).toString('hex')
  const words = [verb, nonce, bootIdFile, id, ...more].map(String)
  for (const word of words) if (!/^[\w./-]+$/.test(word)) throw new Error(`not a word for a helper call: ${JSON.stringify(word)}`)
  const commandOf = (line: string): string => (root === null ? `exec /bin/sh -c 'exec /bin/sh "${ROOT}/helper-${helper}" ${line}'` : `exec /bin/sh ${root}/helper-${helper} ${line}`)
  const line = words.join(' ')
  return { command: commandOf(line), stay: helper === HELPER_SHA && STAYS.includes(verb) ? { command: commandOf('stay'), line } : null, nonce, input: null }
}
