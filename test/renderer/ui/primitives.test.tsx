import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Button } from '#renderer/ui/button.tsx'
import { formatClock, formatCounter, formatLength } from '#renderer/ui/format.ts'
import { Kbd } from '#renderer/ui/kbd.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { statusLooks } from '#renderer/ui/status-look.ts'
import type { Status } from '#renderer/ui/status-look.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'

const words = (markup: string): string => markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ').trim()

test('a problem is told whole, as an alert, and as text only', () => {
  const markup = renderToStaticMarkup(<ProblemNote problem={{ code: 'ssh-host-key-changed', message: 'The key of <b>web-3</b> has changed.', hint: 'Ask its owner.' }} />)
  expect(markup).toContain('role="alert"')
  expect(markup).toContain('&lt;b&gt;web-3&lt;/b&gt;')
  expect(words(markup)).toContain('Ask its owner.')
  expect(words(markup)).toContain('ssh-host-key-changed')
})

test('a mark without its word still says it', () => {
  expect(renderToStaticMarkup(<StatusMark status="unknown" shapeOnly />)).toContain('aria-label="Unknown"')
  expect(words(renderToStaticMarkup(<StatusMark status="failed" word="Failed on web-3" />))).toBe('Failed on web-3')
})

const together: Status[][] = [
  ['planned', 'running', 'waiting', 'paused', 'failed', 'unknown', 'aborting', 'rolling-back', 'ended-succeeded'],
  ['planned', 'running', 'succeeded', 'failed', 'unknown', 'skipped'],
  ['queued', 'running', 'succeeded', 'failed', 'unknown'],
  ['open', 'ticked', 'waived'],
  ['closed', 'reached', 'go', 'no-go'],
  ['ok', 'breached', 'no-data'],
]

test.each(together.map((kind) => [kind] as const))('statuses that stand side by side differ by shape, not by colour alone: %s', (kind) => {
  expect(new Set(kind.map((status) => statusLooks[status].shape)).size).toBe(kind.length)
})

test('a busy button keeps its focus and cannot be pressed', () => {
  const markup = renderToStaticMarkup(<Button busy>Save</Button>)
  expect(markup).toContain('aria-busy="true"')
  expect(markup).not.toContain(' disabled')
})

test('shortcuts read as keys', () => {
  expect(words(renderToStaticMarkup(<Kbd keys="[Shift]+?" />))).toBe('?')
  expect(words(renderToStaticMarkup(<Kbd keys="Shift+r" />))).toBe('Shift R')
})

test('times are in the zone asked for, lengths below zero have a sign', () => {
  expect(formatClock(Date.UTC(2026, 11, 1, 21, 4, 5), 'Europe/Berlin', true)).toBe('22:04:05')
  expect(formatClock(Date.UTC(2026, 6, 1, 22, 30), 'Europe/Berlin')).toBe('00:30')
  expect([formatCounter(0), formatCounter(750_000), formatCounter(3_845_000), formatCounter(-7_000)]).toEqual(['0:00', '12:30', '1:04:05', '−0:07'])
  expect([formatLength(340), formatLength(7_000), formatLength(750_000), formatLength(3_845_000), formatLength(72 * 3_600_000)]).toEqual(['340 ms', '7 s', '12 min 30 s', '1 h 04 min', '3 days'])
})
