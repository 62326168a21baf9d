import { randomBytes } from 'node:crypto'

/** A script on its way to /bin/sh: the command line that is visible in `ps`, and what goes down its standard input. */
export interface ScriptCommand {
  command: string
  input: string
}

/**
 * Wraps a script so that it never appears as an argument and is read whole before any of it runs.
 *
 * - `sed` reads up to a random end mark, so nothing runs when the link drops halfway, and stdin need not be closed:
 *   ssh2 cannot send a signal on a channel whose stdin is closed.
 * - Then stdin is /dev/null: a command that reads it cannot eat the rest of the script.
 * - On TERM the shell lets the command in progress end, and then dies of TERM itself instead of going on.
 * - No single quote, backslash, `!` or newline within the quotes: sh, bash, zsh, csh and fish all read it alike.
 */
export function wrapScript(script: string): ScriptCommand {
  const mark = `holdpoint-${randomBytes(12).toString('hex')}`
  const wrapper = [
    `holdpoint_script=$(LC_ALL=C sed /^${mark}$/q)`,
    `case $holdpoint_script in *${mark}) ;; *) exit 255 ;; esac`,
    'exec </dev/null',
    'trap "trap - TERM; kill -TERM $$" TERM',
    `eval "unset holdpoint_script; \${holdpoint_script%${mark}}"`,
  ].join('; ')
  return { command: `exec /bin/sh -c '${wrapper}' sh`, input: `${script}\n${mark}\n` }
}
