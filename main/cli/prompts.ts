import type { AppOptions } from '../app.ts'
import type { Asker } from './asker.ts'
import { harmless } from './terminal.ts'

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
    const shown = `The host ${host} (${harmless(prompt.address)}) shows an unknown ${harmless(prompt.keyType)} key:\n  ${harmless(prompt.fingerprint)}`
    const answer = await asker.ask(`${shown}\nIs that its key? Type yes to trust and remember it.`, { signal, urgent: true })
    return { accept: /^yes$/i.test(answer.trim()) }
  }
}
