import { homedir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '#domain/problem.ts'
import { createSecretMask, LONGEST_SECRET, SHORTEST_SECRET, type Secret, type SecretMask } from '#domain/secrets/mask.ts'
import { nameOf, type SecretReference } from '#domain/secrets/reference.ts'
import type { Secrets } from '#kinds/ports.ts'
import { orAborted } from '#ssh/abortable.ts'
import { readFailure, readRegularFile } from '#ssh/regular-file.ts'
import { createShared } from '#ssh/shared.ts'

export interface SecretPlaces {
  /** Default: the program's own. */
  env?: Readonly<Record<string, string | undefined>>
  /** For `~`. */
  home?: string
}

export interface SecretStoreOptions extends SecretPlaces {
  /** Asks a person; null when they give none. */
  ask(question: { name: string; why: string }, signal: AbortSignal): Promise<string | null>
}

/** The secrets of all runs of this program. Values are in memory only, and stay hidden until it ends. */
export interface SecretStore {
  /** For one run: each `ask` is asked once. What `named` holds is hidden from the start, as far as nobody has to be asked for it. */
  forRun(named?: readonly SecretReference[]): Secrets
  /** For a rehearsal, which reads nothing real. */
  forRehearsal(): Secrets
  mask(): SecretMask
}

export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const known: Secret[] = []
  let mask = createSecretMask(known)
  const remember = (name: string, value: string): string => {
    if (!known.some((secret) => secret.value === value)) {
      known.push({ name, value })
      mask = createSecretMask(known)
    }
    return value
  }
  /** Also after a restart, a later step may print what an earlier one was given. */
  const hideBeforehand = (reference: SecretReference): void => {
    if (reference.from !== 'ask' && secretFault(reference, options) === null) remember(nameOf(reference), readSecret(reference, options))
  }
  const forRun = (named: readonly SecretReference[] = []): Secrets => {
    named.forEach(hideBeforehand)
    const answers = createShared<string | null>((value) => value !== null)
    const ask = async (reference: SecretReference, why: string, signal: AbortSignal): Promise<string> => {
      const { name } = reference
      const value = await orAborted(signal, answers.get(name, signal, async (shared) => {
        const answer = await options.ask({ name, why }, shared)
        return answer === null ? null : fit(reference, answer)
      }))
      if (value !== null) return value
      throw new Problem('secret-not-given', signal.aborted ? `The question for the secret "${name}" is not needed any more.` : `Nobody gave the secret "${name}".`, 'It is asked for again at the next try.')
    }
    return {
      mask: () => mask,
      forget: answers.forget,
      need: async (references, why, signal) => {
        const values: string[] = []
        for (const reference of references) {
          const value = reference.from === 'ask' ? await ask(reference, why, signal) : fit(reference, readSecret(reference, options))
          values.push(remember(nameOf(reference), value))
        }
        return values
      },
    }
  }
  return {
    forRun,
    forRehearsal: () => ({ mask: () => mask, forget: () => undefined, need: (references) => Promise.resolve(references.map((reference) => `rehearsed ${encodeURI(nameOf(reference))}`)) }),
    mask: () => mask,
  }
}

/** What keeps a secret from being had when it is needed, as far as that can be known without asking anybody; null when nothing does. */
export function secretFault(reference: SecretReference, places: SecretPlaces = {}): Problem | null {
  if (reference.from === 'ask') return null
  try {
    fit(reference, readSecret(reference, places))
    return null
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown
    throw thrown
  }
}

function readSecret({ from, name }: SecretReference, { env = process.env, home = homedir() }: SecretPlaces): string {
  if (from === 'file') return readSecretFile(name.startsWith('~/') ? join(home, name.slice(2)) : name)
  const value = env[name]
  if (value === undefined) throw new Problem('secret-missing', `The variable ${name} is not set where Holdpoint runs.`, 'Start Holdpoint with it in its environment.')
  return value
}

/** One line break at the end belongs to the file, not to the secret. */
function readSecretFile(file: string): string {
  try {
    const { bytes, facts } = readRegularFile(file, 64 * 1024)
    if (process.platform !== 'win32' && facts.isFile() && (facts.uid !== process.getuid?.() || (facts.mode & 0o077) !== 0)) {
      throw new Problem('secret-exposed', `${file} is not yours alone: other users may read or change it.`, `Run: chmod 600 '${file}', as its owner.`)
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '')
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    const why = thrown instanceof TypeError ? 'it is not text' : readFailure(thrown)
    throw new Problem('secret-missing', `${file} cannot be read (${why}).`, 'Put the secret there, in a file that only you can read (chmod 600).')
  }
}

/** What is too short cannot be hidden, and what holds a NUL is no text for a shell. */
function fit(reference: SecretReference, value: string): string {
  const size = Buffer.byteLength(value)
  const name = nameOf(reference)
  if (size === 0) throw new Problem('secret-missing', `The secret ${name} is empty.`, 'Give it a value.')
  if (size < SHORTEST_SECRET) throw new Problem('secret-unfit', `The secret ${name} is shorter than ${SHORTEST_SECRET} bytes: it could not be hidden in output.`, 'Use a longer one.')
  if (size > LONGEST_SECRET) throw new Problem('secret-unfit', `The secret ${name} is longer than ${LONGEST_SECRET} bytes.`, 'Put it on the hosts as a file, and give the step the path.')
  if (value.includes('\0')) throw new Problem('secret-unfit', `The secret ${name} holds a NUL character, which no variable can.`, 'Use text.')
  return value
}
