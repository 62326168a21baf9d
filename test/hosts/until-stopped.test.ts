import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const start = () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../support/stop-me.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => { said += bytes.toString() })
  const ended = new Promise<number | null>((resolve) => { child.on('close', resolve) })
  const until = async (words: string, each: () => void = () => undefined) => {
    for (let turns = 0; !said.includes(words) && turns < 400; turns += 1) {
      each()
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    expect(said).toContain(words)
  }
  return { child, ended, until, said: () => said }
}

test('Ctrl+C over running work warns first and closes on the next one', async () => {
  const { child, ended, until, said } = start()
  await until('ready')
  child.kill('SIGINT')
  await until('A step is running.')
  expect(said()).not.toContain('Closing')
  // The same key press may arrive twice; only one that comes later counts.
  await until('Closing', () => child.kill('SIGINT'))
  expect(await ended).toBe(0)
})

test('SIGTERM closes at once: whoever sends it has decided', async () => {
  const { child, ended, until, said } = start()
  await until('ready')
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(said()).not.toContain('A step is running.')
})
