import type { HostResult, Step } from '../step.ts'
import type { Flow } from './attributes.ts'
import { secretsIn, type Variable } from './surroundings.ts'

/** Exit codes of what stands before the script; a script may use them too, so `prologueFailure` reads the words as well. */
const EXIT = { secret: 95, sudo: 96, cwd: 97 } as const

/**
 * The script as a host gets it: `cwd=` and `env=` before the body, all of it under `user=` through sudo. It is one text
 * for /bin/sh and must arrive on standard input or in a file, never as an argument. Under sudo it goes on through standard
 * input, so `ps` shows neither the body nor a value; nothing runs before all of it has arrived.
 *
 * Secrets are not in it: the transport sets them for this text, each under its variable's name (`secretAssignments`), and
 * nothing runs without them.
 */
export function composeScript({ body }: Pick<Step, 'body'>, flow: Pick<Flow, 'cwd' | 'env' | 'user'>): string {
  const secrets = secretsIn(flow.env)
  const inner = [...flow.env.flatMap(assignment), ...(flow.cwd === null ? [] : [changeDirectory(flow.cwd)])]
  const script = inner.length === 0 ? body : `${inner.join('; ')}\n${body}`
  const checks = secrets.map(({ name }) => orEnd(`[ "\${${name}+set}" = set ]`, 'secret', `${name} did not arrive`))
  if (flow.user === null) return checks.length === 0 ? script : `${[...checks, ...secrets.map(({ name }) => `export ${name}`)].join('; ')}; ${script}`
  return [...checks, ...asUser(flow.user, script, secrets.map(({ name }) => name))].join('\n')
}

/** Which part of what stands before the script failed, as far as its exit code and the end of its error output say. */
export function prologueFailure(exitCode: number, stderrTail: string): keyof typeof EXIT | null {
  const parts = Object.keys(EXIT) as (keyof typeof EXIT)[]
  const lastLine = stderrTail.trimEnd().split('\n').at(-1) ?? ''
  return parts.find((part) => EXIT[part] === exitCode && lastLine.startsWith(`holdpoint: ${part}: `)) ?? null
}

/** A script that ended before its body began was never started, and the words it left say why. */
export function explainPrologue(result: HostResult, outputTail: () => string): HostResult {
  if (result.outcome !== 'failed' || result.reason !== 'exit' || !Object.values<number>(EXIT).includes(result.exitCode)) return result
  const tail = outputTail()
  const part = prologueFailure(result.exitCode, tail)
  if (part === null) return result
  const why = (tail.trimEnd().split('\n').at(-1) ?? '').slice(`holdpoint: ${part}: `.length, MOST_WORDS)
  return { outcome: 'failed', reason: 'refused', code: `step-${part}`, message: `${WHERE[part]}: ${why}.`, hint: HINTS[part] }
}

const MOST_WORDS = 1000
const HINTS: Record<keyof typeof EXIT, string> = {
  secret: 'Retry the step.',
  sudo: 'Allow it in sudoers (NOPASSWD), or take user= out of the step, then retry.',
  cwd: 'Mend cwd= or the folder, then retry.',
}
const WHERE: Record<keyof typeof EXIT, string> = { secret: 'A secret', sudo: 'sudo', cwd: 'The folder' }

/** Sets and exports the variables whose values are in no script; a line each, for /bin/sh. */
export const secretAssignments = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values).map(([name, value]) => `${name}=${quote(value)}; export ${name}\n`).join('')

const assignment = (variable: Variable): string[] => ('value' in variable ? [`export ${variable.name}=${quote(variable.value)}`] : [])

function changeDirectory(cwd: string): string {
  const place = cwd.startsWith('~') ? `"\${HOME:?}"${cwd === '~' ? '' : quote(cwd.slice(1))}` : quote(cwd)
  return orEnd(`cd ${place}`, 'cwd', `${cwd} cannot be entered`)
}

/** sudo keeps neither the environment nor other open files, so secrets are written, quoted, before the script. */
function asUser(user: string, script: string, secrets: string[]): string[] {
  const sudo = `sudo -n -H -u ${quote(user)} -- /bin/sh -c`
  const wrapper = 'holdpoint_script=$(cat) || exit 255; exec </dev/null; eval "unset holdpoint_script; $holdpoint_script"'
  const mark = markFor(script)
  const check = orEnd(`${sudo} : </dev/null`, 'sudo', `it does not let this login run scripts as ${user} without a password`)
  if (secrets.length === 0) return [check, `exec ${sudo} '${wrapper}' sh <<'${mark}'`, script, mark, '']
  const written = secrets.map((name) => `printf '%s\\n' "$${name}" | { printf '%s' "export ${name}='"; sed "s/'/'\\\\\\\\''/g"; printf '%s\\n' "'; ${name}=\\\${${name}%?}"; }`)
  return [check, `{ ${written.join('; ')}; cat <<'${mark}'`, script, mark, `} | ${sudo} '${wrapper}' sh`, '']
}

/** A line that is not in the script. */
function markFor(script: string): string {
  const lines = new Set(script.split('\n'))
  let mark = 'HOLDPOINT_END'
  for (let number = 1; lines.has(mark); number += 1) mark = `HOLDPOINT_END_${number}`
  return mark
}

const orEnd = (command: string, part: keyof typeof EXIT, why: string): string =>
  `${command} || { printf '%s\\n' ${quote(`holdpoint: ${part}: ${why}; nothing was run`)} >&2; exit ${EXIT[part]}; }`

/** A word for sh that stands for exactly this text. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
