/** Where a secret's value comes from when it is needed: a variable or a file of the machine Holdpoint runs on, or a person. */
export interface SecretReference {
  from: 'env' | 'file' | 'ask'
  /** A variable's name, a path, or what the person is asked for. */
  name: string
}

const PREFIX = 'secret:'

export const isReference = (text: string): boolean => text.startsWith(PREFIX)

/** Reads `secret:env:NAME`, `secret:file:/PATH`, `secret:ask:NAME` and, short for the last, `secret:NAME`; null for anything else. */
export function parseReference(text: string): SecretReference | null {
  if (!isReference(text)) return null
  const rest = text.slice(PREFIX.length)
  const [, from = 'ask', name = ''] = /^(?:(env|file|ask):)?([^]*)$/.exec(rest) ?? []
  if (from === 'env') return /^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name) ? { from, name } : null
  if (from === 'file') return /^(?:\/|~\/|[A-Za-z]:[\\/])[^\p{Cc}]{1,1000}$/u.test(name) ? { from, name } : null
  return /^[A-Za-z0-9][A-Za-z0-9._/-]{0,119}$/.test(name) ? { from: 'ask', name } : null
}

/** `env:NAME`: how a secret is called in what people see. */
export const nameOf = ({ from, name }: SecretReference): string => `${from}:${name}`

/** What to write instead of something that is no reference. */
export const REFERENCE_HINT = 'Write secret:env:NAME for a variable of the machine Holdpoint runs on, secret:file:/path or secret:file:~/path for a file that only you can read, or secret:ask:NAME to be asked for it.'
