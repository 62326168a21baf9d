import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SecretReference } from '#domain/secrets/reference.ts'
import { hideText } from '#kinds/hide-text.ts'
import { createSecretStore, secretFault } from '#ports/secrets.ts'
import { settled } from '#support/fake-world.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'holdpoint-secrets-'))
})
afterAll(() => rmSync(home, { recursive: true }))

const never = new AbortController().signal
const env = { SHOP: 'from the environment', SHORT: 'abc', EMPTY: '', LONG: 'x'.repeat(5000) }
const open = (ask: (name: string, signal: AbortSignal) => Promise<string | null> = () => Promise.resolve(null)) =>
  createSecretStore({ env, home, ask: ({ name }, signal) => ask(name, signal) })
const keep = (name: string, bytes: string | Buffer, mode = 0o600): SecretReference => {
  writeFileSync(join(home, name), bytes, { mode })
  chmodSync(join(home, name), mode)
  return { from: 'file', name: `~/${name}` }
}
const need = (reference: SecretReference) => open().forRun().need([reference], 'a test', never)

describe('a secret', () => {
  test('comes from a variable, or from a file without the line break at its end', async () => {
    expect(await need({ from: 'env', name: 'SHOP' })).toEqual(['from the environment'])
    expect(await need(keep('token', 'from a file\n\n'))).toEqual(['from a file\n'])
    expect(await need({ from: 'file', name: join(home, 'token') })).toEqual(['from a file\n'])
  })

  test.each<[string, () => SecretReference, string]>([
    ['a variable that is not set', () => ({ from: 'env', name: 'NOT_SET' }), 'secret-missing'], ['an empty one', () => ({ from: 'env', name: 'EMPTY' }), 'secret-missing'],
    ['one too short to be hidden', () => ({ from: 'env', name: 'SHORT' }), 'secret-unfit'], ['one too long', () => ({ from: 'env', name: 'LONG' }), 'secret-unfit'],
    ['a file that is not there', () => ({ from: 'file', name: '~/none' }), 'secret-missing'], ['a folder', () => (mkdirSync(join(home, 'folder')), { from: 'file', name: '~/folder' }), 'secret-missing'],
    ['a file others may read', () => keep('open', 'canary-value', 0o640), 'secret-exposed'], ['a file others may write', () => keep('writable', 'canary-value', 0o602), 'secret-exposed'],
    ['a file that is no text', () => keep('binary', Buffer.from([0xff, 0xfe, 0x41, 0x41])), 'secret-missing'], ['a NUL', () => keep('nul', 'canary\0value'), 'secret-unfit'], ['a huge file', () => keep('huge', 'x'.repeat(70_000)), 'secret-missing'],
  ])('is refused from %s, in words that do not hold it, also before it is needed', async (_, make, code) => {
    const reference = make()
    const thrown = await need(reference).then(() => null, (problem: unknown) => problem as Error)
    expect(thrown).toMatchObject({ code })
    expect(thrown?.message).not.toMatch(/canary|abc|xxx/)
    expect(secretFault(reference, { env, home })).toMatchObject({ code })
  })

  test('that can be had has no fault beforehand, nor has one that is asked for', () => {
    expect([secretFault({ from: 'env', name: 'SHOP' }, { env, home }), secretFault({ from: 'ask', name: 'pin' }, { env, home })]).toEqual([null, null])
  })

  test('is asked for once in a run, whoever needs it, and again where nobody gave it or it cannot be hidden', async () => {
    const asked: string[] = []
    let answer: string | null = null
    const store = open((name) => {
      asked.push(name)
      return Promise.resolve(answer)
    })
    const run = store.forRun()
    const pin: SecretReference = { from: 'ask', name: 'pin' }
    await expect(run.need([pin], 'a test', never)).rejects.toMatchObject({ code: 'secret-not-given' })
    answer = 'abc'
    await expect(run.need([pin], 'a test', never)).rejects.toMatchObject({ code: 'secret-unfit' })
    answer = 'four five six'
    const [one, other] = await Promise.all([run.need([pin], 'a test', never), run.need([pin], 'another', never)])
    expect([one, other, await run.need([pin], 'later', never)]).toEqual([[answer], [answer], [answer]])
    expect(asked).toEqual(['pin', 'pin', 'pin'])
    await store.forRun().need([pin], 'another run', never)
    expect(asked).toHaveLength(4)
  })

  test('that was given wrong is asked for again once it is forgotten, and both stay hidden; an open question stays one', async () => {
    const answers = ['the wrong one', 'the right one']
    const store = open(() => Promise.resolve(answers.shift() ?? null))
    const [run, other] = [store.forRun(), store.forRun()]
    const pin: SecretReference = { from: 'ask', name: 'pin' }
    const given = async (of = run) => (await of.need([pin], 'a test', never))[0]
    expect([await given(), await given()]).toEqual(['the wrong one', 'the wrong one'])
    other.forget('pin')
    run.forget('another')
    expect(await given()).toBe('the wrong one')
    run.forget('pin')
    expect([await given(), await given()]).toEqual(['the right one', 'the right one'])
    expect(hideText(store.mask(), 'neither the wrong one nor the right one')).toBe('neither [secret:ask:pin] nor [secret:ask:pin]')

    const questions: ((answer: string) => void)[] = []
    const slow = open(() => new Promise((answer) => questions.push(answer))).forRun()
    const waits = [slow.need([pin], 'a test', never)]
    slow.forget('pin')
    waits.push(slow.need([pin], 'a test', never))
    questions[0]?.('the only one')
    expect([await Promise.all(waits), questions.length]).toEqual([[['the only one'], ['the only one']], 1])
  })

  test('is not waited for by a step that is stopped, while another still waits', async () => {
    const questions: AbortSignal[] = []
    const run = open((_, signal) => new Promise((resolve) => {
      questions.push(signal)
      signal.addEventListener('abort', () => resolve(null))
    })).forRun()
    const stop = [new AbortController(), new AbortController()]
    const waits = stop.map(({ signal }) => run.need([{ from: 'ask', name: 'pin' }], 'a test', signal).catch((problem: unknown) => problem))
    await settled()
    stop[0]?.abort()
    expect(await waits[0]).toMatchObject({ code: 'secret-not-given' })
    expect(questions.map(({ aborted }) => aborted)).toEqual([false])
    stop[1]?.abort()
    await waits[1]
    expect(questions.map(({ aborted }) => aborted)).toEqual([true])
  })

  test('is hidden from when it was needed, in every run of this program', async () => {
    const store = open()
    const text = 'it says from the environment'
    expect(hideText(store.mask(), text)).toBe(text)
    await store.forRun().need([{ from: 'env', name: 'SHOP' }], 'a test', never)
    expect([hideText(store.mask(), text), hideText(store.forRun().mask(), text)]).toEqual(['it says [secret:env:SHOP]', 'it says [secret:env:SHOP]'])
  })

  test('that the run names is hidden from its start, where nobody has to be asked for it', () => {
    const store = open(() => Promise.reject(new Error('asked')))
    store.forRun([{ from: 'env', name: 'SHOP' }, { from: 'env', name: 'NOT_SET' }, { from: 'env', name: 'SHORT' }, { from: 'ask', name: 'pin' }])
    expect(hideText(store.mask(), 'abc from the environment')).toBe('abc [secret:env:SHOP]')
  })

  test('is not read in a rehearsal', async () => {
    expect(await open(() => Promise.reject(new Error('asked'))).forRehearsal().need([{ from: 'env', name: 'SHOP' }, { from: 'ask', name: 'pin' }, { from: 'file', name: '~/schlüssel' }], 'a test', never)).toEqual(['rehearsed env:SHOP', 'rehearsed ask:pin', 'rehearsed file:~/schl%C3%BCssel'])
  })
})
