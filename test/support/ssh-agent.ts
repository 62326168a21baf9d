import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface TestAgent {
  socket: string
  add(keyFile: string): void
  stop(): Promise<void>
}

/** A real ssh-agent of the test's own. */
export async function startAgent(socket: string): Promise<TestAgent> {
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  while (!existsSync(socket)) {
    if (child.exitCode !== null) throw new Error('ssh-agent ended')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return {
    socket,
    add: (keyFile) => {
      execFileSync('ssh-add', ['-q', keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    },
    stop: () =>
      new Promise((resolve) => {
        child.on('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}
