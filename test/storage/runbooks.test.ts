import { describe, expect, it } from 'vitest'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders, problemOf } from './fixture.ts'

const folder = createFolders()

describe('runbooks', () => {
  it('keep every revision, byte for byte', () => {
    const { runbooks, close } = opened()
    const text = '# Shop\r\n\ttabs, \u2028 and \ufeff\0 no newline at the end'
    expect(runbooks.create({ id: 'a', name: 'Shop', text, example: true, at: 5 })).toEqual({ id: 'a', name: 'Shop', text, example: true, revision: 1, createdAt: 5, updatedAt: 5 })
    expect(runbooks.save({ id: 'a', expectedRevision: 1, text: 'second', at: 7 })).toMatchObject({ revision: 2, text: 'second', updatedAt: 7 })
    expect([runbooks.readRevision('a', 1), runbooks.readRevision('a', 2)]).toEqual([{ text, at: 5 }, { text: 'second', at: 7 }])
    close()
  })

  it('do not take an edit of an older revision', () => {
    const { runbooks, close } = opened()
    runbooks.create({ id: 'a', name: 'Shop', text: 'one', example: false, at: 1 })
    runbooks.save({ id: 'a', expectedRevision: 1, text: 'two', at: 2 })
    const problem = problemOf(() => runbooks.save({ id: 'a', expectedRevision: 1, text: 'mine', at: 3 }))
    expect([problem.code, problem.hint]).toEqual(['runbook-changed', expect.stringContaining('not saved')])
    expect(runbooks.read('a').text).toBe('two')
    close()
  })

  it('make no revision of a save that changes nothing', () => {
    const { runbooks, close } = opened()
    runbooks.create({ id: 'a', name: 'Shop', text: 'one', example: false, at: 1 })
    expect(runbooks.save({ id: 'a', expectedRevision: 1, text: 'one', at: 2 })).toMatchObject({ revision: 1, updatedAt: 1 })
    close()
  })

  it('are listed with the newest change first', () => {
    const { runbooks, close } = opened()
    for (const [index, id] of ['a', 'b', 'c'].entries()) runbooks.create({ id, name: id, text: '', example: false, at: index })
    runbooks.save({ id: 'a', expectedRevision: 1, text: 'x', at: 9 })
    expect(runbooks.list().map(({ id, revision }) => [id, revision])).toEqual([['a', 2], ['c', 1], ['b', 1]])
    close()
  })

  it('leave the library when removed, and keep what runs were made from', () => {
    const storage = openStorage(folder())
    addRun(storage)
    storage.runbooks.remove('shop', 9)
    expect(storage.runbooks.list()).toEqual([])
    expect(problemOf(() => storage.runbooks.read('shop')).code).toBe('runbook-unknown')
    expect(problemOf(() => storage.runbooks.save({ id: 'shop', expectedRevision: 1, text: '', at: 10 })).code).toBe('runbook-unknown')
    expect(problemOf(() => storage.runbooks.remove('shop', 11)).code).toBe('runbook-unknown')
    expect(storage.runbooks.readRevision('shop', 1).text).toBe('# Shop')
    expect(storage.runbooks.exists('shop')).toBe(true)
    expect(problemOf(() => storage.runbooks.create({ id: 'shop', name: '', text: '', example: false, at: 1 })).code).toBe('runbook-exists')
    storage.close()
  })
})

describe('runs', () => {
  it('are listed by when they were made, also where a rehearsal plays next week', () => {
    const storage = openStorage(folder())
    storage.runbooks.create({ id: 'book', name: 'book.md', text: '', example: false, at: 1 })
    const make = (id: string, at: number) => storage.runs.create({ id, runbookId: 'book', revision: 1, mode: 'rehearsal', title: 'x', operator: 'dana', at })
    make('played-next-week', 9_000_000)
    make('made-later', 5)
    expect(storage.runs.list().map(({ id }) => id)).toEqual(['made-later', 'played-next-week'])
    storage.close()
  })

  it('are listed with the newest first, in the state last set', () => {
    const storage = openStorage(folder())
    addRun(storage, 'one')
    addRun(storage, 'two')
    storage.runs.setStatus('one', 'ended-succeeded', 77)
    expect(storage.runs.list().map(({ id, status, finishedAt }) => [id, status, finishedAt])).toEqual([['two', 'planned', null], ['one', 'ended-succeeded', 77]])
    expect(storage.runs.read('one')).toEqual({ id: 'one', runbookId: 'shop', revision: 1, mode: 'rehearsal', title: 'Shop', operator: 'dana', status: 'ended-succeeded', createdAt: 1, finishedAt: 77, monitoringEndsAt: null })
    storage.runs.setStatus('one', 'monitoring', null, 99.6)
    expect(storage.runs.read('one')).toMatchObject({ status: 'monitoring', finishedAt: null, monitoringEndsAt: 100 })
    storage.close()
  })

  it('need a runbook revision that is there, and an id of their own', () => {
    const storage = openStorage(folder())
    addRun(storage)
    const run = { runbookId: 'shop', revision: 1, mode: 'live' as const, title: '', operator: '', at: 1 }
    expect(() => storage.runs.create({ ...run, id: 'b', revision: 2 })).toThrow('FOREIGN KEY')
    expect(problemOf(() => storage.runs.create({ ...run, id: 'run-1' })).code).toBe('run-exists')
    expect(problemOf(() => storage.runs.read('b')).code).toBe('run-unknown')
    expect(problemOf(() => storage.runs.setStatus('b', 'running', null)).code).toBe('run-unknown')
    storage.close()
  })
})

describe('settings', () => {
  it('are kept as they are, over a restart', () => {
    const path = folder()
    const first = openStorage(path)
    expect(first.settings.get('theme')).toBeNull()
    first.settings.set('theme', { dark: [true, 1, 'ä'] })
    first.settings.set('theme', { dark: [false] })
    first.close()
    const second = openStorage(path)
    expect(second.settings.get('theme')).toEqual({ dark: [false] })
    second.close()
  })
})

function opened() {
  const storage = openStorage(folder())
  return { runbooks: storage.runbooks, close: () => storage.close() }
}
