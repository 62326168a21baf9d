import { isReference, parseReference, REFERENCE_HINT, type SecretReference } from '../secrets/reference.ts'
import { type Parsed, notUnderstood, understood } from './parsed.ts'

/** A variable a step's script sees: its value, or where its value comes from, which no runbook holds. */
export type Variable = { name: string; value: string } | SecretVariable
export interface SecretVariable { name: string; secret: SecretReference }

const MOST = 50
const LONGEST = 4000
/** Shells refuse to set these, some by ending at once. */
const readOnly: readonly string[] = ['UID', 'EUID', 'GID', 'EGID', 'PPID', 'BASHOPTS', 'SHELLOPTS', 'BASH_VERSINFO']

/**
 * Reads `env=`: `APP_ENV=prod GREETING='hello world' TOKEN=secret:env:SHOP_TOKEN`, separated by spaces. Values are taken as
 * they stand: `$` and backslashes mean nothing.
 */
export function parseEnv(text: string): Parsed<Variable[]> {
  const variables: Variable[] = []
  const pattern = /\s*([A-Za-z_][A-Za-z0-9_]{0,99})=("[^"]*"|'[^']*'|[^\s"']*)(?=\s|$)/y
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const from = pattern.lastIndex
    const match = pattern.exec(text)
    const name = match?.[1] ?? ''
    const written = match?.[2] ?? ''
    if (!match) return notUnderstood(`Write NAME=value, with quotes around a value that has spaces; "${text.slice(from).trim().slice(0, 40)}" is not that.`)
    const value = /^["']/.test(written) ? written.slice(1, -1) : written
    const fault = faultOf(name, value, variables)
    if (fault !== null) return notUnderstood(fault)
    const secret = parseReference(value)
    variables.push(secret === null ? { name, value } : { name, secret })
  }
  return variables.length > 0 ? understood(variables) : notUnderstood('Write NAME=value.')
}

function faultOf(name: string, value: string, others: Variable[]): string | null {
  if (others.some((other) => other.name === name)) return `${name} is given twice.`
  if (others.length === MOST) return `Give at most ${MOST} variables.`
  if (readOnly.includes(name) || name.startsWith('holdpoint_')) return `${name} cannot be set; choose another name.`
  if (value.length > LONGEST || hasControls(value)) return `The value of ${name} must be one line of at most ${LONGEST} characters.`
  if (isReference(value) && parseReference(value) === null) return `${name}=${value.slice(0, 60)} names no secret. ${REFERENCE_HINT}`
  return null
}

/** Reads `cwd=`: an absolute directory, or one in the home of who runs the script. */
export function parseCwd(text: string): Parsed<string> {
  if (/^(?:\/|~$|~\/)/.test(text) && text.length <= 1000 && !hasControls(text)) return understood(text)
  return notUnderstood('Give a directory that begins with / or ~/: where a script starts otherwise differs from host to host.')
}

/** Reads `user=`. */
export function parseUser(text: string): Parsed<string> {
  return /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text) ? understood(text) : notUnderstood('Give the name of an account on the hosts, such as deploy.')
}

const hasControls = (text: string): boolean => /\p{Cc}/u.test(text)

/** The variables whose values are secrets. */
export const secretsIn = (variables: readonly Variable[]): SecretVariable[] => variables.filter((variable) => 'secret' in variable)
