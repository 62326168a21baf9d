import { expect, test } from 'vitest'
import { startJob } from '#rehearsal/job.ts'
import type { PlannedOutcome } from '#rehearsal/script.ts'
import { createFakeClock } from '#support/fake-world.ts'

function start(planned: Partial<PlannedOutcome>) {
  const clock = createFakeClock(0)
  const cuts: string[] = []
  const job = startJob({
    outcome: { durationMs: 60_000, exitCode: 0, stdout: '', stderr: '', fault: 'none', ...planned }, script: 'true', clock,
    host: { dropLinks: () => void cuts.push('links'), reboot: () => void cuts.push('reboot'), wrongTime: () => 'never' },
  })
  return { clock, job, cuts, printed: () => job.read('stdout', 0).toString() }
}

test('the lines of a command are spread over its length, and it ends when that is over', async () => {
  const { clock, job, printed } = start({ stdout: 'one\ntwo\n', exitCode: 7 })
  await clock.advance(19_999)
  expect(printed()).toBe('')
  await clock.advance(1)
  expect(printed()).toBe('one\n')
  await clock.advance(39_999)
  expect([printed(), job.end()]).toEqual(['one\ntwo\n', null])
  await clock.advance(1)
  expect([job.end(), job.ranMs()]).toEqual([{ how: 'exit', code: 7 }, 60_000])
})

test('a link drops midway, and the command goes on to its end', async () => {
  const { clock, job, cuts } = start({ fault: 'link-drop' })
  await clock.advance(30_000)
  expect([cuts, job.end()]).toEqual([['links'], null])
  await clock.advance(30_000)
  expect(job.end()).toEqual({ how: 'exit', code: 0 })
})

test('a flood is more than the host allows, however fast the clock goes', async () => {
  const { clock, job } = start({ fault: 'output-flood' })
  await clock.advance(60_000)
  expect([job.end(), job.length('stdout') > 4 * 1024 * 1024]).toEqual([{ how: 'limit', code: 143 }, true])
})

test('what hangs ends by TERM alone, and prints nothing after its end', async () => {
  const { clock, job, printed } = start({ fault: 'hang', stdout: 'waiting\n' })
  await clock.advance(3_600_000)
  expect([printed(), job.end()]).toEqual(['waiting\n', null])
  job.terminate()
  job.strike('clock-skew')
  expect([printed(), job.end()]).toEqual(['waiting\n', { how: 'exit', code: 143 }])
})
