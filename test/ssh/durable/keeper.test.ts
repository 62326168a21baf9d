import { describe, expect, test } from 'vitest'
import { createKeeper } from '#ssh/durable/keeper.ts'
import { until } from '#support/fake-world.ts'
import { createMemoryJob } from '#support/shell-job.ts'

describe('output on its way to storage', () => {
  test('is kept whole and in order, in few pieces, whatever the sizes it comes in', async () => {
    const { job, keeper, puts } = begun()
    const all = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 251))
    for (let at = 0, size = 1; at < all.length; at += size, size = (size * 31) % 70_001) keeper.add('stdout', all.subarray(at, at + size))
    keeper.add('stderr', Buffer.from('problem'))
    expect([keeper.next('stdout'), keeper.next('stderr')]).toEqual([all.length, 7])
    while (puts.length > 0 || job.stdout().length < all.length) {
      await until(() => puts.length > 0 || job.stdout().length === all.length, 'more to be packed')
      puts.shift()?.()
    }
    await keeper.finish()
    expect(job.stdout().equals(all)).toBe(true)
    expect(job.stderr().toString()).toBe('problem')
    expect(keeper.next('stdout')).toBe(all.length)
  })

  test('that comes faster than it is kept holds its host up, until there is room again', async () => {
    const { keeper, puts, full } = begun()
    for (let packet = 0; packet < 6 * 32; packet++) keeper.add('stdout', Buffer.alloc(32 * 1024, 'x'))
    expect(full).toEqual([true])
    while (full.length === 1) {
      await until(() => puts.length > 0, 'more to be packed')
      puts.shift()?.()
      await Promise.resolve()
    }
    expect(full).toEqual([true, false])
    const over = keeper.stop()
    for (const put of puts) put()
    await over
  })

  test('that cannot be kept is said once and counted nowhere; the end then fails too', async () => {
    const { job, keeper, trouble } = begun()
    job.keepMuch = () => Promise.reject(new Error('the disk is full'))
    keeper.add('stdout', Buffer.alloc(300_000, 'x'))
    await until(() => trouble.length > 0, 'the trouble')
    await expect(keeper.finish()).rejects.toThrow('the disk is full')
    expect(trouble).toEqual(['the disk is full'])
    expect(job.stdout().length).toBe(0)
  })

  test('is given up only once nothing of it is under way', async () => {
    const { job, keeper, puts } = begun()
    keeper.add('stdout', Buffer.alloc(300_000, 'x'))
    let isStopped = false
    const stopping = keeper.stop().then(() => { isStopped = true })
    keeper.add('stdout', Buffer.alloc(300_000, 'y'))
    await new Promise((resolve) => { setImmediate(resolve) })
    expect(isStopped).toBe(false)
    for (const put of puts) put()
    await stopping
    expect(job.stdout().toString()).toBe('x'.repeat(300_000))
  })
})

function begun() {
  const job = createMemoryJob()
  job.begin({ bootId: 'boot', hostKey: 'key', helper: 'helper', commandSha256: '' })
  const puts: (() => void)[] = []
  const full: boolean[] = []
  const trouble: string[] = []
  job.keepMuch = (stream, offset, bytes) => new Promise((resolve) => { puts.push(() => resolve(job.keep(stream, offset, bytes, false))) })
  const keeper = createKeeper({ job, onFull: (isFull) => void full.push(isFull), onTrouble: (thrown) => void trouble.push(thrown instanceof Error ? thrown.message : String(thrown)) })
  return { job, keeper, puts, full, trouble }
}
