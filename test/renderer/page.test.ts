import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { FakeBridge } from '#support/fake-bridge.ts'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'

declare const fake: FakeBridge
const callsOf = (page: Page, name: string): Promise<unknown[]> => page.evaluate((wanted) => fake.calls.filter((call) => call.name === wanted).map((call) => call.input), name)

describe.skipIf(!hasChromium)('the page', () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())

  test('a first start shows the example, and one press starts a rehearsal of it and opens its room', async () => {
    const { page, complaints } = await pages.open('/?fresh')
    await page.getByRole('button', { name: 'Rehearse Checkout 4.2: wallet payments' }).click()
    await page.waitForURL(/#\/run\//)
    expect(await callsOf(page, 'create-run')).toEqual([{ runbookId: 'example', mode: 'rehearsal', speed: 60, automatic: true }])
    expect(await page.evaluate(() => fake.calls.filter((call) => call.name === 'send-command').map((call) => (call.input as { command: unknown }).command))).toEqual([{ type: 'start-run' }])
    await page.getByText('REHEARSAL').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('a live run is refused while the runbook has errors, with their places', async () => {
    const { page } = await pages.open()
    await page.evaluate(() => fake.answer('open-runbook', async () => {
      const opened = await fake.call('check-text', { text: '' })
      if (!opened.ok) throw new Error('the fake answers')
      return { id: 'example', name: 'a.md', revision: 1, text: '', runbook: fake.journals['run-live']!.state().runbook, findings: [{ severity: 'error', code: 'host-unknown', message: 'No such host.', hint: 'Name it.', line: 74, column: 8 }] }
    }))
    await page.keyboard.press('l')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('This runbook cannot run live: one error').waitFor()
    expect(await dialog.innerText()).toContain('74:8')
    expect(await dialog.getByRole('button', { name: 'Open live room' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await callsOf(page, 'create-run')).toEqual([])
  })

  test('letters typed into the palette are words, not commands, and Esc gives the focus back', async () => {
    const { page } = await pages.open()
    const row = page.getByRole('link', { name: 'Search index move to shards' })
    await row.focus()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Commands' }).waitFor()
    await page.keyboard.type('light')
    await page.getByRole('option', { name: 'Light theme' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await row.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Commands' }).fill('light')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'light')
    expect(await callsOf(page, 'create-run')).toEqual([])
  })

  test('the settings say by which SSH a host is reached, and what of its configuration is not done', async () => {
    const { page } = await pages.open('/#/settings')
    await page.getByRole('row', { name: /^web-2 .*by the system's ssh/ }).waitFor()
    await page.getByText('ForwardAgent is not applied').waitFor()
    expect(await page.getByText("by the system's ssh").count()).toBe(1)
  })

  test('an unknown host key is asked about over any screen; Esc refuses it', async () => {
    const { page } = await pages.open('/#/settings')
    await page.getByText('No telemetry, no account').waitFor()
    await page.evaluate(() => fake.ask({ id: 'p1', kind: 'host-key', host: 'web-2', address: '10.4.1.12:22', keyType: 'ssh-ed25519', fingerprint: 'SHA256:abc', askedAt: 0 }))
    await page.getByRole('dialog').getByText('SHA256:abc').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await callsOf(page, 'answer-prompt')).toEqual([{ promptId: 'p1', answer: { accept: false } }])
  })

  test('the outline says which follow-up action the run does itself, and which is left to people', async () => {
    const { page } = await pages.open()
    await page.evaluate(() => {
      fake.answer('open-runbook', () => {
        const { runbook } = fake.journals['run-live']!.state()
        const [first, ...others] = runbook.followUps
        return { id: 'example', name: 'a.md', revision: 1, text: '', runbook: { ...runbook, followUps: [{ ...first!, text: 'Monitor for 24 hours', watchMs: 86_400_000 }, ...others] }, findings: [] }
      })
      location.hash = '/runbook/example'
    })
    await page.getByRole('button').filter({ hasText: 'Monitor for 24 hours' }).getByText('watched for 1 d').waitFor()
    await page.getByRole('button').filter({ hasText: 'Update documentation' }).getByText('by hand').waitFor()
  })

  test('a refused save says why and keeps every character', async () => {
    const { page } = await pages.open('/#/runbook/example')
    const text = page.getByRole('textbox', { name: "The runbook's text" })
    await text.fill('# Mine')
    await page.evaluate(() => fake.answer('save-runbook', () => {
      throw new Error('The disk is full.')
    }))
    await page.keyboard.press('Control+s')
    await page.getByRole('alert').getByText('The disk is full.').waitFor()
    expect(await text.inputValue()).toBe('# Mine')
  })

  test('a lost connection is said, with since when, and goes when it is back', async () => {
    const { page } = await pages.open()
    await page.evaluate(() => fake.setConnected(false))
    await page.getByText(/Connection lost, retrying since \d\d:\d\d/).waitFor()
    await page.evaluate(() => fake.setConnected(true))
    await page.getByText('Connection lost').waitFor({ state: 'detached' })
  })

  test('what cannot be opened says why and is no dead end', async () => {
    for (const [path, tries] of [['/#/run/none', 0], ['/#/report/none', 1], ['/#/runbook/gone', 1]] as const) {
      const { page } = await pages.open()
      await page.evaluate(() => fake.answer('open-runbook', () => {
        throw new Error('There is no such runbook.')
      }))
      await page.evaluate((hash) => { location.hash = hash }, path.slice(1))
      await page.getByRole('main').getByRole('alert').getByText(/no such runbook|no run/).waitFor()
      expect([path, await page.getByRole('button', { name: 'Try again' }).count()]).toEqual([path, tries])
      await page.getByRole('link', { name: 'Go to the library' }).click()
      await page.getByRole('heading', { name: 'Runbooks' }).waitFor()
      await pages.leave()
    }
  })

  test('a report is shown and comes down as a file', async () => {
    const { page, complaints } = await pages.open('/#/report/run-back')
    await page.getByRole('button', { name: 'Learn' }).waitFor()
    await page.keyboard.press('l')
    const learning = page.getByRole('dialog', { name: 'What the runbook could learn' })
    await learning.getByRole('checkbox', { name: /^Plan 3 min 30 s/ }).and(learning.locator(':focus')).waitFor()
    await page.keyboard.press('Space')
    await learning.getByRole('button', { name: 'Take 1' }).click()
    await page.getByText('The runbook is at revision 4.').waitFor()
    await page.getByText('Error rate 4.1% after the start').first().waitFor()
    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download as Markdown' }).click()
    expect((await coming).suggestedFilename()).toBe('run-back.md')
    expect(complaints).toEqual([])
  })
})
