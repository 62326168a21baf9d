import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const project = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-npx-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(['.', 'test/hosts'])("npx in %s runs the project's own holdpoint, with an empty cache and no registry", async (place) => {
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      'npx',
      ['holdpoint', '--help'],
      { cwd: join(project, place), env: { ...process.env, HOME: folder, npm_config_cache: join(folder, place === '.' ? 'one' : 'two'), npm_config_offline: 'true' } },
      (error, out, err) => resolve({ code: error === null ? 0 : error.code, stdout: out, stderr: err }),
    )
    child.stdin?.end()
  })
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^Holdpoint turns a Markdown runbook into a live release run\./)
})
