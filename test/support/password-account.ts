import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** An account of this machine that can be logged in to with a password, for as long as a test runs. */
export interface PasswordAccount {
  name: string
  password: string
  /** It has no password any more. */
  close(): void
}

const NAME = 'holdpoint-word'

/** Only root can make one. */
export const canHavePasswords = process.getuid?.() === 0
if (!canHavePasswords) console.warn('Not root: the tests of logins with a password are SKIPPED.')

/** The password is another one each time, so that none that works is written down anywhere. */
export function openPasswordAccount(): PasswordAccount {
  if (!readFileSync('/etc/passwd', 'utf8').includes(`\n${NAME}:`)) execFileSync('useradd', ['--system', '--shell', '/bin/sh', '-m', NAME], { stdio: 'ignore' })
  const password = `${randomBytes(9).toString('base64url')} "\\n$(x)`
  execFileSync('chpasswd', ['--crypt-method', 'SHA512'], { input: `${NAME}:${password}\n` })
  return { name: NAME, password, close: () => void execFileSync('usermod', ['-p', '*', NAME]) }
}
