import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configFor, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

/** A zombie that nobody has collected yet is not running. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

describe.skipIf(sshdMissing)('stopping a command on a real OpenSSH server', () => {
  let sshd: Sshd
  let home: TestPool

  beforeAll(async () => {
    sshd = await startSshd()
    home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: sshd.knownHostsLine, graceMs: 700 })
  })
  afterAll(async () => {
    await home.stop()
    await sshd.stop()
  })

  /** Starts a script that prints the pid of its long child, and stops it when that is known. */
  const stopOnce = async (script: string) => {
    const stop = new AbortController()
    const outcome = await runOn(home.pool, 'web-1', script, {
      signal: stop.signal,
      onStdout: (text) => {
        if (text.includes('\n')) stop.abort()
      },
    })
    return { ...outcome, childPid: Number(outcome.stdout.toString().trim().split('\n')[0]) }
  }

  it('ends the whole command, and only then says it is aborted', async () => {
    // The pid is printed by the child itself: a shell that has only forked may still hold the signal handler of its parent.
    const { result, childPid } = await stopOnce(`sh -c 'echo $$; exec sleep 1000' & wait; echo not reached`)
    expect(result).toMatchObject({ outcome: 'failed', reason: 'aborted', message: expect.stringContaining('SIGTERM') })
    expect(isRunning(childPid)).toBe(false)
  })

  it('waits for a foreground command that ends in its own way, and does not go on to the next', async () => {
    const { result, stdout, childPid } = await stopOnce(`sh -c 'trap "echo cleaned; exit 0" TERM; echo $$; while :; do sleep 0.05; done'\necho not reached`)
    expect(stdout.toString()).toBe(`${childPid}\ncleaned\n`)
    expect(result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
  })

  it('kills a command that ignores TERM', async () => {
    const { result, childPid } = await stopOnce(`sh -c 'trap "" TERM; echo $$; while :; do sleep 0.05; done' 2>/dev/null`)
    expect(result).toMatchObject({ outcome: 'failed', reason: 'aborted', message: expect.stringContaining('SIGKILL') })
    expect(isRunning(childPid)).toBe(false)
  })

  it('says timeout when the end was seen', async () => {
    const { result } = await runOn(home.pool, 'web-1', 'sleep 1000', { timeoutMs: 150 })
    expect(result).toEqual({ outcome: 'failed', reason: 'timeout', message: 'It was stopped after 150 ms and ended by SIGTERM on web-1.' })
  })

  it('says unknown when something the command started lives on', async () => {
    // A shell in a session of its own is out of reach of the signal, and it keeps the output open.
    const { result, childPid } = await stopOnce(`trap '' TERM; setsid sh -c 'echo $$; exec sleep 1000'`)
    expect(isRunning(childPid)).toBe(true)
    process.kill(childPid, 'SIGKILL')
    expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-abort-unproven', message: expect.stringContaining('still running') })
  })

  it('says aborted for a run that was stopped before it began', async () => {
    const { result } = await runOn(home.pool, 'web-1', 'echo never', { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
  })

  it('says unknown when the session is killed in the middle of a step', async () => {
    const { result, stdout } = await runOn(home.pool, 'web-1', 'echo begun; sleep 1000', {
      onStdout: () => sshd.killSessions(),
    })
    expect(stdout.toString()).toBe('begun\n')
    expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost' })
  })
})
