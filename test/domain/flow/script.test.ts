import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeScript, prologueFailure, secretAssignments } from '#domain/flow/script.ts'
import type { Variable } from '#domain/flow/surroundings.ts'

const shells = [['/bin/sh'], ['/usr/bin/dash'], ['/usr/bin/bash'], ['/usr/bin/bash', '--posix'], ['/usr/bin/busybox', 'ash']]
let place = ''
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'holdpoint-script-'))
  mkdirSync(join(place, "it's $HOME"))
  mkdirSync(join(place, 'bin'))
  mkdirSync(join(place, 'home'))
  mkdirSync(join(place, 'no-sudo'))
  symlinkSync('/bin/cat', join(place, 'no-sudo', 'cat'))
  // Like sudo it drops the environment and every other open file, and says no in sudo's words; it notes what `ps` would show.
  writeFileSync(join(place, 'bin', 'sudo'), `#!/bin/sh
printf '%s\\n' "$@" >>'${place}/argv'
[ "$1 $2 $3 $5" = '-n -H -u --' ] || exit 64
[ "$4" = denied ] && { echo 'sudo: a password is required' >&2; exit 1; }
user=$4; shift 5
exec env -i PATH=/usr/bin:/bin HOME='${place}/home' FAKE_USER="$user" "$@"
`)
  chmodSync(join(place, 'bin', 'sudo'), 0o755)
})
afterAll(() => rmSync(place, { recursive: true }))

const ask = (name: string) => ({ from: 'ask', name }) as const

interface Settings { cwd?: string; env?: Variable[]; user?: string }
const compose = (body: string, { cwd, env, user }: Settings) => composeScript({ body }, { cwd: cwd ?? null, env: env ?? [], user: user ?? null })

/** Through standard input into a variable and `eval`, as plain steps arrive; as a file it must do the same. */
function run(shell: string[], script: string, environment: Record<string, string> = {}) {
  const [command = '', ...args] = shell
  const env = { PATH: `${join(place, 'bin')}:/usr/bin:/bin`, HOME: join(place, 'home'), ...environment }
  const evaluated = spawnSync(command, [...args, '-c', 'holdpoint_script=$(cat); exec </dev/null; eval "unset holdpoint_script; $holdpoint_script"'], { input: script, env, encoding: 'utf8' })
  const file = join(place, 'cmd')
  writeFileSync(file, script)
  const fromFile = spawnSync(command, [...args, file], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  expect([fromFile.status, fromFile.stdout]).toEqual([evaluated.status, evaluated.stdout])
  return evaluated
}

describe.each(shells.map((shell) => ({ shell, name: shell.join(' ') })))('a script under $name', ({ shell }) => {
  describe.skipIf(!existsSync(shell[0] ?? ''))(existsSync(shell[0] ?? '') ? 'is there' : 'NOT TESTED: this shell is not installed', () => {
    it('without attributes is the body, byte for byte', () => {
      expect(compose('echo "$HOME"\n', {})).toBe('echo "$HOME"\n')
      expect(run(shell, compose('exit 7', {})).status).toBe(7)
    })

    it('starts in cwd=, whatever its name', () => {
      expect(run(shell, compose('pwd', { cwd: join(place, "it's $HOME") })).stdout).toBe(`${join(place, "it's $HOME")}\n`)
      expect(run(shell, compose('pwd', { cwd: '~' })).stdout).toBe(`${join(place, 'home')}\n`)
      expect(run(shell, compose('pwd', { cwd: "~/../it's $HOME" })).stdout).toBe(`${join(place, "it's $HOME")}\n`)
    })

    it('is not run when cwd= cannot be entered', () => {
      const { status, stdout, stderr } = run(shell, compose('echo ran', { cwd: "/no/such 'place" }))
      expect([status, stdout]).toEqual([97, ''])
      expect(stderr).toContain("holdpoint: cwd: /no/such 'place cannot be entered; nothing was run\n")
      expect(prologueFailure(97, stderr)).toBe('cwd')
    })

    it.each([undefined, 'deploy'])('gets env= exactly as written (user %s)', (user) => {
      const values = ["it's", '$HOME `id` $(id) \\n "x" !', '', ' a  b ', '*', '-n', 'ü\u{1f600}', "'", "''\\''"]
      const env = values.map((value, index) => ({ name: `V${index}`, value }))
      const { stdout } = run(shell, compose(values.map((_, index) => `printf '%s\\0' "$V${index}"; sh -c 'printf "%s\\0" "$V${index}"'`).join('\n'), user === undefined ? { env } : { env, user }))
      expect(stdout.split('\0').slice(0, -1)).toEqual(values.flatMap((value) => [value, value]))
    })

    it('runs as user= through sudo, which shows neither the body nor a value', () => {
      rmSync(join(place, 'argv'), { force: true })
      const body = 'echo "$FAKE_USER in $(pwd) with $TOKEN_NAME"\ncat\nHOLDPOINT_END\nHOLDPOINT_END_1\nexit 5'
      const { status, stdout } = run(shell, compose(body, { user: 'deploy', cwd: '~', env: [{ name: 'TOKEN_NAME', value: 'canary-value' }] }))
      expect([status, stdout]).toEqual([5, `deploy in ${join(place, 'home')} with canary-value\n`])
      expect(readFileSync(join(place, 'argv'), 'utf8')).not.toMatch(/canary|FAKE_USER|exit 5/)
    })

    it('is not run when sudo says no, or is not there', () => {
      const { status, stdout, stderr } = run(shell, compose('echo ran', { user: 'denied' }))
      expect([status, stdout]).toEqual([96, ''])
      expect(stderr).toContain('sudo: a password is required\n')
      expect(prologueFailure(96, stderr)).toBe('sudo')
      const without = run(shell, compose('echo ran', { user: 'deploy' }), { PATH: join(place, 'no-sudo') })
      expect([without.status, without.stdout, prologueFailure(without.status ?? 0, without.stderr)]).toEqual([96, '', 'sudo'])
    })

    it.each([undefined, 'deploy'])('gets secrets that arrived in its environment, exactly, and shows them nowhere (user %s)', (user) => {
      rmSync(join(place, 'argv'), { force: true })
      const secret = "can'ary $HOME `id`\n\\ \"two\" lines\n\n"
      const env: Variable[] = [{ name: 'TOKEN', secret: ask('shop') }, { name: 'EMPTY', secret: ask('none') }, { name: 'PLAIN', value: 'x' }]
      const script = compose('printf "%s|%s|%s" "$TOKEN" "$EMPTY" "$PLAIN"; sh -c \'printf "|%s" "$TOKEN"\'', { env, ...(user !== undefined && { user }) })
      expect(script).not.toContain('canary')
      expect(run(shell, script, { TOKEN: secret, EMPTY: '' }).stdout).toBe(`${secret}||x|${secret}`)
      expect(run(shell, secretAssignments({ TOKEN: secret, EMPTY: '' }) + script).stdout).toBe(`${secret}||x|${secret}`)
      if (user !== undefined) expect(readFileSync(join(place, 'argv'), 'utf8')).not.toMatch(/ary|lines/)
    })

    it.each([undefined, 'deploy'])('is not run without a secret that should have arrived (user %s)', (user) => {
      const { status, stdout, stderr } = run(shell, compose('echo ran', { env: [{ name: 'TOKEN', secret: ask('shop') }], ...(user !== undefined && { user }) }))
      expect([status, stdout, prologueFailure(status ?? 0, stderr)]).toEqual([95, '', 'secret'])
    })

    it('larger than any argument or pipe arrives whole under sudo', () => {
      const { status, stdout } = run(shell, compose(`# ${'x'.repeat(100)}\n`.repeat(3000) + 'echo end; exit 3', { user: 'deploy' }))
      expect([status, stdout]).toEqual([3, 'end\n'])
    })
  })
})

describe('composeScript', () => {
  it('quotes every value so that sh reads it back as it was', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')), { minLength: 1, maxLength: 30 }), (values) => {
      const script = compose(values.map((_, index) => `printf '%s\\0' "$V${index}"`).join('\n'), { env: values.map((value, index) => ({ name: `V${index}`, value })) })
      const { stdout } = spawnSync('/bin/sh', [], { input: script, encoding: 'utf8' })
      expect(stdout.split('\0').slice(0, -1)).toEqual(values)
    }), { numRuns: 50 })
  })

  it('takes only its own words for a failure of its own', () => {
    expect([prologueFailure(97, 'holdpoint: cwd: x'), prologueFailure(1, 'holdpoint: cwd: x'), prologueFailure(97, 'holdpoint: cwd: x\nlater'), prologueFailure(97, ''), prologueFailure(96, 'holdpoint: cwd: x')]).toEqual(['cwd', null, null, null, null])
  })
})
