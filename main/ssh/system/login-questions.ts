import { clean } from '../failures.ts'

/** What ssh asks for a server before it lets somebody in. */
export interface LoginQuestion {
  /** As ssh names it: `deploy@10.0.0.5`. */
  account: string
  /** The server's own words, harmless and short; null where it takes the account's password. */
  words: string | null
}

/**
 * Null for every other question. OpenSSH puts the account before a server's words, since 8.5, which is the oldest that can
 * be used here: so no server can make its question look like one about a key file, or like another server's.
 */
export function readLoginQuestion(question: string): LoginQuestion | null {
  const [, account] = /^([^\s()'][^\s']*@[^\s']+)'s password: *$/.exec(question) ?? []
  if (account !== undefined) return { account: clean(account), words: null }
  const [, asked, words = ''] = /^\(([^()\s]+@[^()\s]+)\) (.*)$/s.exec(question) ?? []
  return asked === undefined ? null : { account: clean(asked), words: clean(words) }
}
