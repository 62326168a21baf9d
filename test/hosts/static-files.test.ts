import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readStaticFiles } from '#hosts/static-files.ts'
import { createLoopbackRenderer } from '#support/loopback-renderer.ts'

test('only real files of known kinds are served, under exactly their own names', () => {
  const renderer = createLoopbackRenderer({ 'licenses.md': '# licences', 'assets/font.woff2': 'x', 'assets/run.sh': 'x', '.env': 'SECRET=1' })
  writeFileSync(join(renderer.path, 'assets', 'ICON.SVG'), '<svg/>')
  symlinkSync('/etc/passwd', join(renderer.path, 'assets', 'passwd.html'))
  symlinkSync('/etc', join(renderer.path, 'etc'))
  mkdirSync(join(renderer.path, 'empty'))
  try {
    const files = readStaticFiles(renderer.path)
    expect([...files.keys()].toSorted()).toEqual(['/', '/assets/ICON.SVG', '/assets/font.woff2', '/assets/main.css', '/assets/main.js', '/index.html'])
    expect(files.get('/')).toBe(files.get('/index.html'))
  } finally {
    renderer.remove()
  }
})

test('later changes on disk change nothing', () => {
  const renderer = createLoopbackRenderer()
  try {
    const files = readStaticFiles(renderer.path)
    writeFileSync(join(renderer.path, 'index.html'), 'changed')
    expect(files.get('/')?.body.toString()).not.toBe('changed')
  } finally {
    renderer.remove()
  }
})
