import { expect, test, vi } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { createClient } from '#preload/client.ts'
import { createRunbookStore, isEdited } from '#renderer/stores/runbook.ts'
import { brokenFindings } from '#support/fake-runbook.ts'
import { createFakeBridge } from '#support/fake-bridge.ts'

async function openDesk() {
  const bridge = createFakeBridge({ fresh: true })
  const store = createRunbookStore(createClient(bridge), 'example')
  await store.getState().load()
  return { bridge, store }
}

test('a refused save keeps the draft and says why', async () => {
  const { bridge, store } = await openDesk()
  bridge.answer('save-runbook', () => {
    throw new Problem('runbook-changed', 'Someone saved a newer revision.', 'Look at it first.')
  })
  store.getState().edit('# mine')
  expect(await store.getState().save()).toBe(false)
  expect(store.getState()).toMatchObject({ draft: '# mine', saving: false, problem: { code: 'runbook-changed' } })
  expect(isEdited(store.getState())).toBe(true)
})

test('saving over the newest revision asks for it first', async () => {
  const { bridge, store } = await openDesk()
  const opened = await bridge.call('save-runbook', { runbookId: 'example', revision: 3, text: '# theirs' })
  expect(opened.ok).toBe(true)
  store.getState().edit('# mine')
  expect(await store.getState().saveOverNewest()).toBe(true)
  expect(bridge.calls.at(-1)).toEqual({ name: 'save-runbook', input: { runbookId: 'example', revision: 4, text: '# mine' } })
  expect(isEdited(store.getState())).toBe(false)
})

test('a reload does not overwrite an unsaved draft', async () => {
  const { store } = await openDesk()
  store.getState().edit('# mine')
  await store.getState().load()
  expect(store.getState().draft).toBe('# mine')
})

test('findings that come back for an older text are dropped', async () => {
  const { bridge, store } = await openDesk()
  const before = store.getState().findings
  let release = () => {}
  bridge.answer('check-text', ({ text }) => (text === 'one' ? new Promise((resolve) => (release = () => resolve(brokenFindings))) : []))
  store.getState().edit('one')
  await vi.waitFor(() => expect(bridge.calls.at(-1)).toEqual({ name: 'check-text', input: { text: 'one' } }))
  store.getState().edit('two')
  release()
  expect(store.getState().findings).toBe(before)
  await vi.waitFor(() => expect(store.getState()).toMatchObject({ checking: false, findings: [] }))
})

test('an edit of a file with CRLF line ends changes only what was typed', async () => {
  const { bridge, store } = await openDesk()
  await bridge.call('save-runbook', { runbookId: 'example', revision: 3, text: '# one\r\ntwo\r\nthree\r\n' })
  await store.getState().load()
  store.getState().edit('# one\n2\nthree\n')
  expect(store.getState().draft).toBe('# one\r\n2\r\nthree\r\n')
})
