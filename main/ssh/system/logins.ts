import { Problem } from '#domain/problem.ts'
import type { ConnectWorld } from '../connect.ts'
import { clean } from '../failures.ts'
import type { LoginTry } from '../login-brake.ts'
import type { Hop } from '../resolve.ts'
import type { LoginQuestion } from './login-questions.ts'

/** Answers to what the server of one hop asks during one login. */
export interface LoginAnswers {
  /** Null when it is no longer needed. A Problem thrown here has to end the login: ssh takes no answer for an empty one. */
  answer(question: LoginQuestion, signal: AbortSignal): Promise<string | null>
  /** Whether anything was asked. */
  hasAsked(): boolean
  /** The login succeeded: a password is kept in memory for the next one. */
  keep(): void
}

const MOST_QUESTIONS = 12
/** Characters of an answer. */
const LONGEST = 900

/** Passwords that were right are given again without asking; what a server asks in its own words may be good for once only. */
export function loginAnswersFor(hop: Hop, place: string, { prompts, ring }: Pick<ConnectWorld, 'prompts' | 'ring'>, login: LoginTry): LoginAnswers {
  const answered = new Set<string>()
  const given = new Map<string, string>()
  let questions = 0
  let refusals = 0

  /** The same question again, or the password after questions that led nowhere, says that the answer was wrong. */
  const noteRefusal = (words: string | null): void => {
    const isAgain = answered.has(words ?? PASSWORD) || (words === null && answered.size > 0)
    if (!isAgain) return
    answered.clear()
    refusals++
    if (!login.refusedOnce()) throw refusedProblem(hop, place)
  }

  return {
    answer: async ({ account, words }, signal) => {
      noteRefusal(words)
      if (++questions > MOST_QUESTIONS) throw new Problem('ssh-auth', `${place} asks on and on before it lets ${clean(hop.user)} in.`, `Try "ssh ${hop.name}" in a terminal. ${NOTHING_SENT}`)
      answered.add(words ?? PASSWORD)
      const key = JSON.stringify([hop.address, hop.port, account])
      const known = ring.logins.get(key)
      if (words === null && known !== undefined && !given.has(key)) {
        given.set(key, known)
        return known
      }
      const typed = await prompts.login({ host: hop.name, account, words, attempt: refusals + 1 }, signal)
      if (typed === null && !signal.aborted) throw new Problem('ssh-auth', `The login to ${place} as ${clean(hop.user)} was cancelled when it asked for ${words === null ? 'the password' : 'an answer'}.`, `Retry to be asked again, or let it take a key. ${NOTHING_SENT}`)
      if (typed !== null && (typed.length > LONGEST || /[\n\0]/.test(typed))) throw new Problem('ssh-auth', `What was typed for the login to ${place} cannot be passed on: it is more than a line, or longer than ${LONGEST} characters.`, `Retry to be asked again. ${NOTHING_SENT}`)
      if (typed !== null && words === null) given.set(key, typed)
      return typed
    },
    hasAsked: () => questions > 0,
    keep: () => {
      for (const [key, password] of given) ring.logins.set(key, password)
    },
  }
}

const PASSWORD = '\0'
const NOTHING_SENT = 'No command was sent.'

function refusedProblem(hop: Hop, place: string): Problem {
  return new Problem('ssh-auth', `${place} did not accept what was typed for the login as ${clean(hop.user)}. A further try within the same minute could lock this network out.`, `Check user name and password, wait a minute, then retry. ${NOTHING_SENT}`)
}
