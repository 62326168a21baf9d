import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createAsker } from '#main/cli/asker.ts'
import { settled } from '#support/fake-world.ts'

function terminal() {
  const input = new PassThrough()
  const output = new PassThrough()
  let seen = ''
  output.on('data', (bytes: Buffer) => { seen += bytes.toString() })
  const asker = createAsker({ input, output })
  const type = async (text: string) => {
    input.write(text)
    await settled()
  }
  return { asker, type, seen: () => seen }
}

test('what was typed for one question never answers another that took its place', async () => {
  const { asker, type } = terminal()
  const withdrawn = new AbortController()
  const first = asker.ask('Done: look?', { signal: withdrawn.signal })
  await type('y')
  withdrawn.abort(new Error('another question'))
  await expect(first).rejects.toThrow('another question')
  const second = asker.ask('Roll back now?')
  await type('\r')
  expect(await second).toBe('')
  asker.close()
})

test('two questions at once are put one after the other, the urgent one first, and each gets its own answer', async () => {
  const { asker, type, seen } = terminal()
  const run = asker.ask('Go for phase 2?')
  const keys = [asker.ask('Is this the key of app1?', { urgent: true }), asker.ask('Is this the key of app2?', { urgent: true })]
  await settled()
  expect(seen()).not.toContain('app2')
  await type('yes\r')
  await type('no\r')
  await type('y\r')
  expect([await Promise.all(keys), await run]).toEqual([['yes', 'no'], 'y'])
  asker.close()
})

test('a secret is neither shown nor remembered, and the next question can be answered', async () => {
  const { asker, type, seen } = terminal()
  const secret = asker.ask('Passphrase:', { secret: true })
  await type('hunter2\r')
  expect(await secret).toBe('hunter2')
  const next = asker.ask('Go?')
  await settled()
  await type('\u001b[A\r')
  expect(await next).toBe('')
  expect(seen()).not.toContain('hunter2')
  asker.close()
})

test('what happens meanwhile is said above the question, and half an answer goes on where it was', async () => {
  const { asker, type, seen } = terminal()
  const answer = asker.ask('Go?')
  await type('b err')
  asker.say('22:14 app1: done')
  await type('ors\r')
  expect(await answer).toBe('b errors')
  expect(seen()).toContain('22:14 app1: done\n')
  asker.close()
})

test.each([['Ctrl+C', '\u0003'], ['Ctrl+D', '\u0004']])('%s leaves: every question ends, none can be put any more', async (_, key) => {
  const { asker, type } = terminal()
  const open = asker.ask('Go?')
  const ended = expect(open).rejects.toThrow('You left.')
  await type(key)
  await ended
  await asker.left
  await expect(asker.ask('Still there?')).rejects.toThrow('You left.')
  asker.close()
})
