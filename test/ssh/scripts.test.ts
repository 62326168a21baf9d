import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execFileSync } from 'node:child_process'
import { configFor, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('scripts over a real OpenSSH server', () => {
  let sshd: Sshd
  let home: TestPool

  beforeAll(async () => {
    sshd = await startSshd()
    home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: sshd.knownHostsLine, graceMs: 1500 })
  })
  afterAll(async () => {
    await home.stop()
    await sshd.stop()
  })
  const run = (script: string, options = {}) => runOn(home.pool, 'web-1', script, options)

  it('succeeds with exit code 0 and keeps stdout and stderr apart', async () => {
    const { result, stdout, stderr } = await run('echo out; echo err >&2')
    expect({ result, out: stdout.toString(), err: stderr.toString() }).toEqual({ result: { outcome: 'succeeded', exitCode: 0 }, out: 'out\n', err: 'err\n' })
  })

  it('reports the exit code of exit, of set -e and of the last command', async () => {
    expect((await run('exit 3')).result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 3 })
    expect((await run('set -e\nfalse\necho not reached')).stdout.toString()).toBe('')
    expect((await run('set -e\n(exit 7)\necho not reached')).result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 7 })
    expect((await run('true; (exit 143)')).result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 143 })
  })

  it('tells a signal from an exit code', async () => {
    expect((await run('kill -KILL $$')).result).toEqual({ outcome: 'failed', reason: 'signal', signal: 'SIGKILL' })
    expect((await run('kill -TERM $$; echo not reached')).result).toEqual({ outcome: 'failed', reason: 'signal', signal: 'SIGTERM' })
  })

  it('keeps every byte of output, also bytes that are not UTF-8', async () => {
    const { stdout, stderr } = await run(`i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i+1)); done; printf '\\377\\376' >&2`)
    expect([...stdout]).toEqual(Array.from({ length: 256 }, (_, byte) => byte))
    expect([...stderr]).toEqual([255, 254])
  })

  it('gives commands an empty stdin, so that they cannot eat the rest of the script', async () => {
    const { stdout } = await run('cat\nread -r line || echo nothing to read\nssh_like() { cat >/dev/null; }; ssh_like\necho end')
    expect(stdout.toString()).toBe('nothing to read\nend\n')
  })

  it('sets and exports variables whose values are secrets, exactly, and shows none of them to ps', async () => {
    const token = `it's "$HOME" \`id\`\nsecond line-canary\n`
    const { stdout, stderr } = await run('printf %s "$TOKEN"; sh -c \'printf %s "$TOKEN"\'; ps -e -o args= >&2', { secrets: { TOKEN: token } })
    expect(stdout.toString()).toBe(token + token)
    expect(stderr.toString()).not.toMatch(/line-canary|TOKEN=/)
  })

  it('runs heredocs, quotes, functions, comments and scripts without a final newline as sh does', async () => {
    const script = `cat <<'END'\nit's "$HOME" \\n !\nEND\nsay() { printf '%s|' "$0" "$#" "$@"; }\nsay a 'b c' # a comment\ncase x in x) echo " yes";; esac`
    expect((await run(script)).stdout.toString()).toBe(`it's "$HOME" \\n !\nsh|2|a|b c| yes\n`)
  })

  it('counts script lines from one in messages of the shell', async () => {
    const { stderr, result } = await run('echo fine\nif then')
    expect(stderr.toString()).toMatch(/(line |: )2/)
    expect(result).toMatchObject({ outcome: 'failed', reason: 'exit' })
  })

  it('runs a script of 1 MiB whole', async () => {
    const script = `${`# ${'x'.repeat(1021)}\n`.repeat(1024)}echo the end`
    expect(script.length).toBeGreaterThan(1024 * 1024)
    expect((await run(script)).stdout.toString()).toBe('the end\n')
  })

  it('never shows the script in the process list', async () => {
    const started = Promise.withResolvers<void>()
    const ended = run('echo ready; sleep 0.3 # canary-47110815', { onStdout: () => started.resolve() })
    await started.promise
    expect(execFileSync('ps', ['-e', '-o', 'args='], { encoding: 'utf8' })).not.toContain('canary-47110815')
    expect((await ended).result.outcome).toBe('succeeded')
  })

  it('refuses a script with a NUL character before anything is sent', async () => {
    expect((await run('echo a\0b')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-script' })
  })

  it.skipIf(!execFileSync('sh', ['-c', 'command -v bash || true'], { encoding: 'utf8' }).trim())('is quoted alike for other login shells', async () => {
    const { wrapScript } = await import('#ssh/script-command.ts')
    for (const shell of ['bash', 'dash', 'zsh', 'fish', 'csh', 'ksh']) {
      if (execFileSync('sh', ['-c', `command -v ${shell} || true`], { encoding: 'utf8' }).trim() === '') continue
      const { command, input } = wrapScript(`echo "it's $0"; exit 0`)
      expect(execFileSync(shell, ['-c', command], { input, encoding: 'utf8' })).toBe(`it's sh\n`)
    }
  })

  it('passes 200 MB through without keeping it', async () => {
    let bytes = 0
    const before = process.memoryUsage().rss
    let peak = before
    const result = await home.pool.run({
      host: { name: 'web-1', address: null, user: null, port: null, jump: null },
      script: 'dd if=/dev/zero bs=65536 count=3200 2>/dev/null',
      timeoutMs: null,
      signal: new AbortController().signal,
      onOutput: (_stream, chunk) => {
        bytes += chunk.length
        if (bytes % (8 * 1024 * 1024) < chunk.length) peak = Math.max(peak, process.memoryUsage().rss)
      },
    })
    expect(result).toEqual({ outcome: 'succeeded', exitCode: 0 })
    expect(bytes).toBe(3200 * 65536)
    expect(peak - before).toBeLessThan(150 * 1024 * 1024)
  })

  it('says unknown when the output cannot be kept, and lets the command end', async () => {
    const result = await home.pool.run({
      host: { name: 'web-1', address: null, user: null, port: null, jump: null },
      script: 'echo one; echo two; exit 4',
      timeoutMs: null,
      signal: new AbortController().signal,
      onOutput: () => {
        throw new Error('the disk is full')
      },
    })
    expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-output-lost', message: 'The output of the command on web-1 could not be kept: the disk is full. It ended with exit code 4.' })
    expect((await run('true')).result.outcome).toBe('succeeded')
  })

  it('uses one connection for a host, however many runs', async () => {
    const first = (await run('echo $SSH_CONNECTION')).stdout.toString()
    const later = await Promise.all([run('echo $SSH_CONNECTION'), run('echo $SSH_CONNECTION')])
    expect(later.map((outcome) => outcome.stdout.toString())).toEqual([first, first])
    expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1)
  })

  it('replaces a dead connection on the next run', async () => {
    const first = (await run('echo $SSH_CONNECTION')).stdout.toString()
    sshd.killSessions()
    const next = await run('echo $SSH_CONNECTION')
    expect(next.result.outcome).toBe('succeeded')
    expect(next.stdout.toString()).not.toBe(first)
  })
})
