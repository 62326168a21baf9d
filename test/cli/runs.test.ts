import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openStorage } from '#storage/storage.ts'
import { holdpointIn } from '#support/holdpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-runs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('holdpoint runs says of a run that is only watched until when', async () => {
  const storage = openStorage(join(folder, 'data'))
  storage.runbooks.create({ id: 'shop', name: 'shop.md', text: '# Shop', example: false, at: 1 })
  for (const id of ['watched', 'over']) storage.runs.create({ id, runbookId: 'shop', revision: 1, mode: 'live', title: 'Shop 4.2', operator: 'mira', at: Date.UTC(2026, 11, 5, 21) })
  storage.runs.setStatus('watched', 'monitoring', null, Date.UTC(2026, 11, 6, 22, 24))
  storage.runs.setStatus('over', 'ended-succeeded', Date.UTC(2026, 11, 5, 23))
  storage.close()
  const { stdout } = await holdpointIn(folder)('runs')
  expect(stdout.trimEnd().split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    'over 2026-12-05T21:00:00.000Z live ended-succeeded Shop 4.2', 'watched 2026-12-05T21:00:00.000Z live monitoring until 2026-12-06T22:24Z Shop 4.2',
  ])
})
