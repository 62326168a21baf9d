import { expect, test } from 'vitest'
import { openCommand, openInDefaultBrowser } from '#hosts/default-browser.ts'

const url = 'http://127.0.0.1:1/#token=a-b_c&d'

test('each system has its way to open a link, and the link stays one argument', () => {
  expect(openCommand('linux', { DISPLAY: ':0' }, url)).toEqual(['xdg-open', [url]])
  expect(openCommand('linux', { WAYLAND_DISPLAY: 'wayland-0' }, url)).toEqual(['xdg-open', [url]])
  expect(openCommand('darwin', {}, url)).toEqual(['open', [url]])
  expect(openCommand('win32', {}, url)).toEqual(['rundll32', ['url.dll,FileProtocolHandler', url]])
})

test('without a screen nothing is opened', () => expect(openCommand('linux', { DISPLAY: '' }, url)).toBeNull())

test('a machine without a browser is no error', async () => {
  const path = process.env['PATH']
  process.env['PATH'] = '/nowhere'
  try {
    openInDefaultBrowser(url, 'linux', { DISPLAY: ':0' })
    // The failure to start is told in a later turn; unhandled, it would fail this file.
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.env['PATH'] = path
  }
})
