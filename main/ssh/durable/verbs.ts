import { randomBytes } from 'node:crypto'
import type { JobIntent } from '#kinds/ports.ts'
import { cksum } from './helper.ts'

/** One call of the helper on a host (helper.ts says what each verb means). */
export interface HelperCall {
  command: string
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

export function callGo(intent: JobIntent, script: Buffer, cursors: Cursors, bootIdFile: string): HelperCall {
  const staged = [intent.run, intent.token, intent.bootId, cksum(script), script.byteLength]
  return { ...call(intent, 'go', bootIdFile, [cursors.stdout, cursors.stderr, ...staged]), input: script }
}

export const callFollow = (intent: JobIntent, cursors: Cursors, bootIdFile: string): HelperCall => call(intent, 'follow', bootIdFile, [cursors.stdout, cursors.stderr])
export const callStop = (intent: JobIntent, graceMs: number, bootIdFile: string): HelperCall => call(intent, 'stop', bootIdFile, [Math.ceil(graceMs / 1000)])
export const callAck = (intent: JobIntent, bootIdFile: string): HelperCall => call(intent, 'ack', bootIdFile, [])

/** Raises the fence of a run: launches with a lower token are refused from then on. */
export const callFence = (intent: JobIntent, token: number, bootIdFile: string): HelperCall => call({ ...intent, id: intent.run }, 'fence', bootIdFile, [token])

/** No argument holds anything but letters, digits and `-._/`: what a host said is checked before it comes back in a command. */
function call({ helper, id }: JobIntent, verb: string, bootIdFile: string, more: (string | number)[]): HelperCall {
  const nonce = randomBytes(8).toString('hex')
  const words = [verb, nonce, bootIdFile, id, ...more].map(String)
  for (const word of words) if (!/^[\w./-]+$/.test(word)) throw new Error(`not a word for a helper call: ${JSON.stringify(word)}`)
  return { command: `exec /bin/sh -c 'exec /bin/sh "${ROOT}/helper-${helper}" ${words.join(' ')}'`, nonce, input: null }
}
