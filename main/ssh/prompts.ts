import { orAborted } from './abortable.ts'
import { createShared } from './shared.ts'

/** Questions only a person can answer. */
export interface SshPrompts {
  /** An unknown key at a hop, before any credential is sent. */
  hostKey(question: { host: string; address: string; keyType: string; fingerprint: string }, signal: AbortSignal): Promise<boolean>
  /** Asked for, never stored. null = the person gave up on this key. */
  passphrase(question: { host: string; file: string; attempt: number }, signal: AbortSignal): Promise<string | null>
  /** What a server wants to know before it lets `account` in: `words` are its own, null for the account's password. null = the person gave up on this login. */
  login(question: { host: string; account: string; words: string | null; attempt: number }, signal: AbortSignal): Promise<string | null>
}

/**
 * Several hosts often have the same question at the same moment (one bastion, one key file): it is asked once and the
 * answer is shared; different questions come one after the other.
 */
export function askOneAtATime(prompts: SshPrompts): SshPrompts {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = last.then(ask)
    last = answer.catch(() => undefined)
    return answer
  }
  const keys = createShared<boolean>(() => false)
  const passphrases = createShared<string | null>(() => false)
  return {
    hostKey: (question, signal) => keys.get(`${question.address} ${question.fingerprint}`, signal, (shared) => inTurn(async () => (await orAborted(shared, prompts.hostKey(question, shared))) ?? false)),
    passphrase: (question, signal) => passphrases.get(`${question.file} ${question.attempt}`, signal, (shared) => inTurn(() => orAborted(shared, prompts.passphrase(question, shared)))),
    // Each is of a connection of its own: nothing to share.
    login: (question, signal) => inTurn(async () => (signal.aborted ? null : orAborted(signal, prompts.login(question, signal)))),
  }
}
