import type { AppOptions } from '../app.ts'
import type { Asker } from './asker.ts'
import { harmless } from './terminal.ts'

/** Where nobody is there to answer. */
export const NO_ANSWER = { 'host-key': { accept: false }, 'passphrase': { passphrase: null }, 'login': { login: null }, 'secret': { secret: null } } as const

/** Puts the questions of SSH and for secrets to the person at the terminal, before any question of the run. */
export function answerAt(asker: Asker): NonNullable<AppOptions['answerPrompt']> {
  return async (prompt, signal) => {
    if (prompt.kind === 'secret') {
      const secret = await asker.ask(`The secret "${harmless(prompt.name)}" for ${harmless(prompt.why)} (empty to give none):`, { signal, urgent: true, secret: true })
      return { secret: secret === '' ? null : secret }
    }
    const host = harmless(prompt.host)
    if (prompt.kind === 'passphrase') {
      const passphrase = await asker.ask(`Passphrase of ${harmless(prompt.file)} for ${host} (empty to give up):`, { signal, urgent: true, secret: true })
      return { passphrase: passphrase === '' ? null : passphrase }
    }
    if (prompt.kind === 'login') {
      const again = prompt.attempt > 1 ? 'That was not accepted. ' : ''
      const what = prompt.words === null ? 'Password' : `${host} asks before it lets you in: ${harmless(prompt.words) || '(no words)'}\nAnswer`
      const login = await asker.ask(`${again}${what} of ${harmless(prompt.account)}${prompt.words === null ? ` on ${host}` : ''} (empty to give up):`, { signal, urgent: true, secret: true })
      return { login: login === '' ? null : login }
    }
    const shown = `The host ${host} (${harmless(prompt.address)}) shows an unknown ${harmless(prompt.keyType)} key:\n  ${harmless(prompt.fingerprint)}`
    const answer = await asker.ask(`${shown}\nIs that its key? Type yes to trust and remember it.`, { signal, urgent: true })
    return { accept: /^yes$/i.test(answer.trim()) }
  }
}
