/** Hides what looks like a secret; line breaks and everything around it stay. Never throws, linear in the text. */
export type Mask = (text: string) => string

/** What stands where a secret stood; its length says nothing. */
export const masked = '••••••'

/** A mask for the well-known shapes of secrets, and for these exact values (of four characters or more). */
export function createMask(...secrets: string[]): Mask {
  const known = secrets.filter((secret) => secret.length >= 4).toSorted((one, other) => other.length - one.length)
  return (text) => {
    let hidden = text
    for (const secret of known) hidden = hidden.replaceAll(secret, masked)
    if (hidden.includes('PRIVATE KEY')) hidden = hideKeyBlocks(hidden)
    for (const { pattern, replacement } of rules) hidden = hidden.replace(pattern, replacement)
    return hidden
  }
}

/** Masks every text inside plain data, except identifiers: those are looked up by. */
export function maskDeep<T>(value: T, mask: Mask): T {
  return maskValue(value, mask) as T
}

function maskValue(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((part: unknown) => maskValue(part, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]: [string, unknown]) => [key, key === 'id' || key.endsWith('Id') ? part : maskValue(part, mask)]))
}

/*
 * Every pattern is anchored on a literal, its quantifiers are bounded or cannot fail after they have run, so that
 * no text makes the engine go back far: that is what keeps 100 kB of hostile output to milliseconds.
 */
const name = String.raw`(?:passw(?:or)?d|passphrase|passwort|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|auth[-_]?key|credentials?)[\w-]{0,40}`
const value = String.raw`(?:"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[^\s"',;&]+)`

const rules: { pattern: RegExp; replacement: string }[] = [
  // Authorization: Bearer …, Cookie: …; the whole rest of the line.
  { pattern: /((?:proxy-)?authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:(?:basic|bearer|digest|token|negotiate|apikey)[ \t]{1,8})?)[^\s"'][^\n"']*/gi, replacement: `$1${masked}` },
  { pattern: /((?:set-)?cookie["']?[ \t]{0,8}:[ \t]{0,8}["']?)[^\s"'][^\n"']*/gi, replacement: `$1${masked}` },
  { pattern: /(?<!\w)(bearer[ \t]{1,8})[\w.~+/=-]{8,}/gi, replacement: `$1${masked}` },
  // https://user:secret@host
  { pattern: /(:\/\/[^\s/:@]{0,200}:)[^\s/]{1,400}@/g, replacement: `$1${masked}@` },
  // --password secret, curl -u user:secret, sshpass -p secret, mysql -psecret
  { pattern: new RegExp(String.raw`(--(?:[\w-]{0,40}[-_])?${name}[ \t=]{1,8})${value}`, 'gi'), replacement: `$1${masked}` },
  { pattern: /((?:^|\s)(?:-u|--user)[ \t=]{1,8}["']?[^\s:"']{1,100}:)[^\s"']+/gm, replacement: `$1${masked}` },
  { pattern: /(sshpass[ \t]{1,8}-p[ \t]{0,8})\S+/g, replacement: `$1${masked}` },
  { pattern: /(mysql\w{0,10}[ \t][^\n]{0,200}?[ \t]-p)[^\s-]\S*/g, replacement: `$1${masked}` },
  // password=secret, "apiToken": "secret", DB_PASS=secret, IDENTIFIED BY 'secret'
  { pattern: new RegExp(String.raw`(${name}["']?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8})${value}`, 'gi'), replacement: `$1${masked}` },
  { pattern: new RegExp(String.raw`(pass=)${value}`, 'gi'), replacement: `$1${masked}` },
  { pattern: new RegExp(String.raw`(identified[ \t]{1,8}by[ \t]{1,8}|with[ \t]{1,8}password[ \t]{1,8})${value}`, 'gi'), replacement: `$1${masked}` },
  // Tokens that give themselves away: AWS, GitHub, GitLab, Slack, Stripe and the like, Google, JWT.
  { pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, replacement: masked },
  { pattern: /(?<!\w)(?:gh[opusr]_|github_pat_|glpat-|xox[abeoprs]-|[sr]k_(?:live|test)_|sk-|npm_|hvs\.|AIza)[\w-]{16,}/g, replacement: masked },
  { pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, replacement: masked },
]

const keyBegins = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const keyEnds = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const keyMaterial = /^[ \t]{0,40}[A-Za-z0-9+/=]{4,}[ \t\r]{0,8}$/

/** Key blocks line by line; also one whose beginning or end is cut off. */
function hideKeyBlocks(text: string): string {
  const lines = text.split('\n')
  let inside = false
  lines.forEach((line, index) => {
    const begins = keyBegins.exec(line)
    const ends = keyEnds.exec(line)
    if (ends && !inside && !begins) hideBefore(lines, index)
    if (begins) lines[index] = line.slice(0, begins.index + begins[0].length) + (ends ? masked + line.slice(ends.index) : line.length > begins.index + begins[0].length + 1 ? masked : '')
    else if (inside) lines[index] = ends ? line.slice(ends.index) : masked
    inside = ends === null && (inside || begins !== null)
  })
  return lines.join('\n')
}

function hideBefore(lines: string[], end: number): void {
  for (let index = end - 1; index >= 0 && keyMaterial.test(lines[index] ?? ''); index--) lines[index] = masked
}
