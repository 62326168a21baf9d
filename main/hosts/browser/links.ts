import { createHash, randomBytes } from 'node:crypto'

export interface Links {
  /** A one-time token of 128 bits, valid until its first use and at most ten minutes. */
  newToken(): string
  /** The session's secret for a valid token, which is used up by this; null for any other. */
  exchange(token: string): string | null
  isSession(secret: string): boolean
}

const tokenLifeMs = 10 * 60_000
const maxOpenTokens = 20

/** Tokens and sessions of one browser host, in memory only. Only hashes are kept and looked up, so comparing leaks no timing. */
export function createLinks(now: () => number): Links {
  const tokens = new Map<string, number>()
  const sessions = new Set<string>()

  return {
    newToken() {
      const token = secretText()
      tokens.set(hash(token), now() + tokenLifeMs)
      for (const oldest of [...tokens.keys()].slice(0, -maxOpenTokens)) tokens.delete(oldest)
      return token
    },
    exchange(token) {
      const key = hash(token)
      const expiresAt = tokens.get(key)
      tokens.delete(key)
      if (expiresAt === undefined || now() >= expiresAt) return null
      const secret = secretText()
      sessions.add(hash(secret))
      return secret
    },
    isSession: (secret) => sessions.has(hash(secret)),
  }
}

const secretText = (): string => randomBytes(16).toString('base64url')
const hash = (text: string): string => createHash('sha256').update(text).digest('base64')
