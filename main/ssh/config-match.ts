import { configProblem } from './config-files.ts'
import { splitWords } from './config-words.ts'
import { matchesHostname, matchesPatternList } from './patterns.ts'

export interface MatchContext {
  /** The name as typed. */
  original: string
  localUser: string
  /** True in the second pass that `Match final` asks for. */
  final: boolean
  wantsFinal: boolean
  /** Conditions that were not looked at, in words. */
  skipped: Set<string>
}

/** Whether a Match line applies. `exec` is never run: its block is left out and a note says so. */
export function matchCriteria(rest: string, at: string, host: string, context: MatchContext, values: ReadonlyMap<string, string[]>): boolean {
  const words = criteriaWords(rest, at)
  let result = true
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const negated = word.startsWith('!')
    const name = (negated ? word.slice(1) : word).toLowerCase()
    if (name === 'all') {
      if (words.length > (i === 0 ? 1 : 2)) throw configProblem(at, 'Match all cannot be combined with other conditions', 'Mend this line.')
      continue
    }
    if (name === 'final' || name === 'canonical') {
      if (name === 'final') context.wantsFinal = true
      if (context.final === negated) result = false
      continue
    }
    const value = words[++i]
    if (value === undefined) throw configProblem(at, `Match ${name} has no value`, 'Mend this line.')
    // As ssh: what comes after a condition that does not hold is not looked at.
    if (!result) continue
    const verdict = applies(name, value, at, host, context, values)
    if (verdict === null || verdict === negated) result = false
  }
  return result
}

/** Null: not evaluated, so neither the condition nor its negation holds. */
function applies(name: string, value: string, at: string, host: string, context: MatchContext, values: ReadonlyMap<string, string[]>): boolean | null {
  switch (name) {
    case 'host': {
      const hostName = values.get('hostname')?.[0]
      return matchesHostname(hostName === undefined ? host : hostName.replace(/%h/g, host).replace(/%%/g, '%'), value)
    }
    case 'originalhost':
      return matchesHostname(context.original, value)
    case 'user':
      return matchesPatternList(values.get('user')?.[0] ?? context.localUser, value)
    case 'localuser':
      return matchesPatternList(context.localUser, value)
    case 'exec':
      context.skipped.add(`Match exec (${at}) is never run: its block is left out.`)
      return null
    case 'localnetwork':
    case 'tagged':
    case 'version':
    case 'sessiontype':
    case 'command':
      context.skipped.add(`Match ${name} (${at}) is not understood: its block is left out.`)
      return null
    default:
      throw configProblem(at, `Match does not know "${name}"`, 'Mend this line.')
  }
}

/** `host=a`, `host a` and quotes are all allowed. */
function criteriaWords(rest: string, at: string): string[] {
  try {
    return splitWords(rest.replace(/(^|\s)(!?[a-zA-Z]+)\s*=\s*/g, '$1$2 '))
  } catch {
    throw configProblem(at, 'a quote is not closed', 'Mend this line.')
  }
}
