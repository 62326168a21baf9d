import { expect, test } from 'vitest'
import { externalAddress } from '#hosts/electron/external.ts'

test.each(['https://example.com/', 'https://example.com/run?id=1#x', 'mailto:ops@example.com?subject=Release%20done'])('%s may be opened outside', (url) => expect(externalAddress(url)).toBe(url))

test.each([
  'http://example.com/',
  'file:///etc/passwd',
  'smb://host/share',
  'ssh://host',
  'javascript:alert(1)',
  'data:text/html,x',
  'app://holdpoint/',
  'vscode://x',
  'ms-msdt:/id',
  '\\\\host\\share',
  '/etc/passwd',
  '',
  'https://',
  'https://user:password@example.com/',
  'https://example.com/a\u0000b',
  'https://example.com/%0d%0aX:1',
  `https://example.com/${'x'.repeat(2000)}`,
])('%s may not', (url) => expect(externalAddress(url)).toBeNull())
