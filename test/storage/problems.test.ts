import { describe, expect, it } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { storageProblem, withProblems } from '#storage/problems.ts'
import { problemOf } from './fixture.ts'

const sqlite = (code: string) => Object.assign(new Error(`said ${code}`), { code })

describe('what SQLite says', () => {
  it.each([
    ['SQLITE_FULL', 'storage-full'], ['SQLITE_IOERR_FSYNC', 'storage-io'], ['SQLITE_IOERR_WRITE', 'storage-io'], ['SQLITE_CANTOPEN', 'storage-io'],
    ['SQLITE_READONLY_DBMOVED', 'storage-io'], ['SQLITE_CORRUPT_VTAB', 'storage-corrupt'], ['SQLITE_NOTADB', 'storage-corrupt'], ['SQLITE_BUSY_SNAPSHOT', 'storage-busy'],
  ])('(%s) becomes %s, naming the file', (said, code) => {
    const problem = storageProblem(sqlite(said), '/data/holdpoint.db')
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({ code, message: expect.stringContaining('/data/holdpoint.db') })
  })

  it('about our own mistakes stays as it is', () => {
    for (const mistake of [sqlite('SQLITE_CONSTRAINT_FOREIGNKEY'), sqlite('ENOENT'), new Problem('run-unknown', '', ''), 'text']) {
      expect(storageProblem(mistake, 'file')).toBe(mistake)
    }
  })

  it('comes out of every function of a store as a Problem', () => {
    const store = withProblems({ twice: (count: number) => count * 2, save: () => { throw sqlite('SQLITE_FULL') } }, 'file')
    expect(store.twice(4)).toBe(8)
    expect(problemOf(() => store.save()).code).toBe('storage-full')
  })
})
