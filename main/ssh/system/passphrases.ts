import type { ConnectWorld } from '../connect.ts'
import { readKeyFile } from '../key-files.ts'
import type { Hop } from '../resolve.ts'

/** Answers to what ssh asks about the keys of one hop, and to nothing else. */
export interface Passphrases {
  answer(question: string, signal: AbortSignal): Promise<string | null>
  /** The login succeeded: what was given last is kept in memory for the next one. */
  keep(): void
}

/** A passphrase, or the PIN of a security key; ssh shows the first hundred characters of the file's name. */
const QUESTION = /^Enter (?:passphrase for key '(.+)'|PIN for \S+ key (.+)): *$/

export function passphrasesFor(hop: Hop, { prompts, ring }: Pick<ConnectWorld, 'prompts' | 'ring'>): Passphrases {
  const locked = hop.identityFiles.filter((file) => {
    const read = readKeyFile(file)
    return read.state === 'locked' || 'isSecurityKey' in read
  })
  const asked = new Map<string, number>()
  const given = new Map<string, string>()
  return {
    answer: async (question, signal) => {
      const [, named, device] = QUESTION.exec(question) ?? []
      const shown = named ?? device ?? ''
      const file = locked.find((each) => each === shown || (shown.length >= SHOWN && each.startsWith(shown)))
      if (file === undefined || ring.givenUp.has(file)) return null
      const known = ring.passphrases.get(file)
      const attempt = (asked.get(file) ?? 0) + 1
      // One that was right before is tried once, without asking.
      if (known !== undefined && !given.has(file)) {
        given.set(file, known)
        return known
      }
      asked.set(file, attempt)
      const passphrase = await prompts.passphrase({ host: hop.name, file, attempt }, signal)
      if (passphrase !== null) given.set(file, passphrase)
      else if (!signal.aborted) ring.givenUp.add(file)
      return passphrase
    },
    keep: () => {
      for (const [file, passphrase] of given) ring.passphrases.set(file, passphrase)
    },
  }
}

const SHOWN = 100
