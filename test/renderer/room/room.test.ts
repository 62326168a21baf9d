import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { hasChromium, openDevPages } from '#support/dev-page.ts'
import type { DevPages } from '#support/dev-page.ts'
import type { FakeBridge } from '#support/fake-bridge.ts'
import type { ScenarioName } from '#support/room-scenarios.ts'

declare const fake: FakeBridge
const commandsOf = (page: Page): Promise<unknown[]> =>
  page.evaluate(() => fake.calls.filter((call) => call.name === 'send-command').map((call) => (call.input as { command: unknown }).command))
const selected = (page: Page) => page.locator('[role=treeitem][aria-selected=true]')

describe.skipIf(!hasChromium)('the room, by keyboard alone', () => {
  let pages: DevPages
  beforeAll(async () => {
    pages = await openDevPages()
  })
  afterEach(() => pages.leave())
  afterAll(() => pages.close())
  const open = async (scenario: ScenarioName) => {
    const opened = await pages.open(`/?scenario=${scenario}#/run/run-1`)
    await opened.page.getByRole('tree').waitFor()
    return opened
  }

  test('Enter starts the run, Space ticks what is next, and the selection follows', async () => {
    const { page, complaints } = await open('planned')
    await page.keyboard.press('Enter')
    await selected(page).getByText('All tests passing').waitFor()
    await page.keyboard.press('Space')
    await selected(page).getByText('Code reviewed and approved').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'start-run' }, { type: 'tick', id: 'code-0', note: '' }])
    expect(complaints).toEqual([])
  })

  test('a key pressed twice at once does its work once, and nothing is refused', async () => {
    const { page } = await open('gate')
    await page.evaluate(() => {
      for (let times = 0; times < 3; times += 1) document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true }))
    })
    await page.getByLabel('In progress').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'decide-gate', gateId: 'gate-before-phase-2', decision: 'go', reason: '' }])
    expect(await page.getByRole('button', { name: 'Dismiss' }).count()).toBe(0)
  })

  test.each([['failed', 900], ['unknown', 900], ['failed', 720]] as const)('a failure, however much it says, leaves the end of the output in sight: %s, %i pixels high', async (scenario, height) => {
    const { page } = await open(scenario)
    await page.setViewportSize({ width: 1440, height })
    const last = page.getByRole('log', { name: 'Output' }).getByText('unpacked layer 40/40').last()
    await last.waitFor()
    await page.keyboard.press('o')
    const bottom = await last.evaluate((line) => line.getBoundingClientRect().bottom)
    expect([scenario, height, bottom < height]).toEqual([scenario, height, true])
    expect(await page.getByRole('heading', { name: 'Deploy new version', exact: true }).evaluate((title) => title.getBoundingClientRect().top > 0)).toBe(true)
    await page.getByRole('button', { name: 'Go on…' }).focus()
    const wayOn = await page.getByRole('button', { name: 'Go on…' }).boundingBox()
    expect(wayOn !== null && wayOn.y + wayOn.height < height).toBe(true)
  })

  test('e takes the host that failed out of the run, with the reason typed, and the table says so', async () => {
    const { page, complaints } = await open('failed')
    await page.keyboard.press('e')
    await page.keyboard.type('its disk is dying')
    await page.keyboard.press('Enter')
    await page.getByText(/excluded .* by .*: its disk is dying/).waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'exclude-host', host: 'web-2', reason: 'its disk is dying' }])
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByText(/excluded .* by .*: its disk is dying/).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('i shows how long a step took in earlier runs, and one that is excluded counts in the forecast at once no more', async () => {
    const { page, complaints } = await open('running')
    await page.getByRole('button', { name: 'n=4' }).waitFor()
    await page.keyboard.press('i')
    const dialog = page.getByRole('dialog', { name: /^How long/ })
    await dialog.getByRole('button', { name: 'Exclude' }).first().press('Enter')
    await dialog.getByText('no: excluded by hand').waitFor()
    await dialog.getByText('n=3').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'n=3' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('y asks each metric source once, and says what was asked and what came back', async () => {
    const { page, complaints } = await open('running')
    await page.keyboard.press('y')
    await page.keyboard.press('Enter')
    const sources = page.getByRole('list', { name: 'Metric sources' })
    await sources.getByText('sum(rate(http_errors[1m]))').waitFor()
    await sources.getByText('3.1').waitFor()
    await sources.getByText('It did not answer in time.').waitFor()
    expect(complaints).toEqual([])
  })

  test('of steps side by side each is named with its time, and chosen from the panel', async () => {
    const { page, complaints } = await open('lanes')
    await page.getByLabel('In progress', { exact: true }).getByRole('heading', { name: 'Stop application services' }).waitFor()
    await page.getByRole('list', { name: 'Also in progress' }).getByRole('button', { name: /^Deploy new version/ }).click()
    await selected(page).getByText('Deploy new version').waitFor()
    expect(complaints).toEqual([])
  })

  test('h shows the faults of a rehearsal: a host by the arrows, a fault by Enter, and the record says so', async () => {
    const { page, complaints } = await open('running')
    await page.keyboard.press('h')
    await page.getByRole('radio', { name: 'web-2' }).and(page.locator(':checked')).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('list', { name: 'Faults for web-3' }).waitFor()
    for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('web-3: fault caused by hand: host reboot').waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await commandsOf(page)).toEqual([{ type: 'cause-fault', host: 'web-3', fault: 'reboot' }])
    expect(complaints).toEqual([])
  })

  test('a live run shows no faults, whatever is pressed', async () => {
    const { page } = await open('failed')
    await page.keyboard.press('h')
    await page.keyboard.press('n')
    await page.getByRole('dialog', { name: 'Add a note' }).waitFor()
    expect(await page.getByText('Cause a fault').count()).toBe(0)
    expect(await page.getByRole('button', { name: /Faults/ }).count()).toBe(0)
  })

  test('q asks the hosts of a step nobody knows the outcome of, says that they are being asked, and what they said stays in sight', async () => {
    const { page, complaints } = await open('unknown')
    await page.keyboard.press('q')
    await page.getByText('Asking the host what it knows…').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'probe-step', stepId: 'deploy' }])
    const probed = await open('probed')
    await probed.page.getByLabel('Outcome unknown').getByText('Neither the command nor what watched over it is alive.').waitFor()
    expect([...complaints, ...probed.complaints]).toEqual([])
  })

  test('c goes on as a new run: what was edited is shown, a step that succeeded and was edited is decided, and the new room opens', async () => {
    const { page, complaints } = await open('failed')
    await page.keyboard.press('c')
    const dialog = page.getByRole('dialog', { name: 'Go on as a new run' })
    await dialog.getByText('+ systemctl stop shop shop-worker').waitFor()
    await dialog.getByText('no longer in the runbook').waitFor()
    expect(await dialog.getByRole('button', { name: 'Open the new room' }).isDisabled()).toBe(true)
    await dialog.getByRole('radio', { name: 'counts as done' }).check()
    await dialog.getByLabel('Begin at').selectOption('deploy')
    await dialog.getByLabel('Why is that right?').fill('the disk is free')
    await dialog.getByRole('button', { name: 'Open the new room' }).click()
    await page.waitForURL(/#\/run\/run-.*-resumed$/)
    expect(await page.evaluate(() => fake.calls.find((call) => call.name === 'resume-run')?.input)).toEqual({ runId: 'run-1', revision: 4, from: 'deploy', reason: 'the disk is free', keep: ['stop'], again: [] })
    expect(complaints).toEqual([])
  })

  test('s ignores a failure and t runs the step again everywhere, each for a reason', async () => {
    for (const [key, command] of [['s', { type: 'ignore-failure', stepId: 'deploy', reason: 'spares' }], ['t', { type: 'retry-step', stepId: 'deploy', hosts: 'all', reason: 'spares' }]] as const) {
      const { page } = await open('failed')
      await page.keyboard.press(key)
      await page.keyboard.type('spares')
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await commandsOf(page)).toEqual([command])
      await pages.leave()
    }
  })

  test('the selection stays where a person moved it until g goes back to where the run is', async () => {
    const { page } = await open('running')
    await selected(page).getByText('Deploy new version').waitFor()
    await page.keyboard.press('j')
    await selected(page).getByText('Start application services').waitFor()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('k')
    await selected(page).getByText('Stop application services').waitFor()
    await page.keyboard.press('g')
    await selected(page).getByText('Deploy new version').waitFor()
    expect(await selected(page).evaluate((row) => row === document.activeElement)).toBe(true)
  })

  test('doing what the run waits for takes the selection on, also after moving there by hand', async () => {
    const { page } = await open('preparation')
    await page.keyboard.press('k')
    await page.keyboard.press('j')
    await selected(page).getByText('Changelog updated').waitFor()
    await page.keyboard.press('Space')
    await selected(page).getByText('Database backup completed').waitFor()
  })

  test('the point of no return, the finish and what a rollback costs are in sight before it is begun', async () => {
    const { page, complaints } = await open('running')
    await page.getByText(/no return · in 5\d min/).waitFor()
    await page.getByText('Forecast 12 min, p90 13 min 52 s, n=4').waitFor()
    await page.keyboard.press('Shift+R')
    await page.getByRole('dialog').getByText(/Expected to take 21 min, p90 2[12] min.* \(planned, n=0\)\./).waitFor()
    await page.getByRole('dialog').getByText('Fits the window').waitFor()
    expect(complaints).toEqual([])
  })

  test.each(['late', 'passed', 'running', 'planned', 'early'] as const)('a step that would pass the point of no return is warned about where one says go, and the clocks never run out of the bar: %s', async (scenario) => {
    const { page } = await open(scenario)
    await page.getByText('no return ·').waitFor()
    if (scenario === 'late') await page.getByLabel('Next').getByText('Would pass the point of no return').waitFor()
    if (scenario === 'passed') await page.getByLabel('Next').getByText('has passed').waitFor()
    for (const zone of ['', 'America/New_York']) {
      // Somebody in neither the window's zone nor UTC has three times to read.
      if (zone !== '') await moveTo(page, zone)
      for (const width of [1440, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        const clocks = page.getByTitle('Point of no return').locator('..')
        expect([scenario, zone, width, await clocks.evaluate((cells) => cells.scrollWidth <= cells.clientWidth)]).toEqual([scenario, zone, width, true])
      }
    }
    await page.getByText(/you \d\d:\d\d · \d\d:\d\d UTC/).waitFor()
    // Its time zone would stay with it.
    await page.close()
  })

  test('names longer than their place push nothing out of it, and forty hosts are counted', async () => {
    const { page, complaints } = await open('wide')
    const title = page.getByRole('table').getByRole('button', { name: 'Enable maintenance mode' })
    await title.waitFor()
    expect(await title.evaluate((button) => button.closest('td')!.clientWidth > 120 && button.closest('table')!.scrollWidth <= button.closest('table')!.parentElement!.clientWidth)).toBe(true)
    await page.keyboard.press('Shift+R')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('40 hosts').first().waitFor()
    expect(await dialog.evaluate((element) => element.querySelector('ol')!.getBoundingClientRect().height)).toBeLessThan(200)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    const panel = page.getByLabel('In progress')
    await panel.getByText(/Stop_every_service/).waitFor()
    expect(await panel.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true)
    expect(complaints).toEqual([])
  })

  test('a go before the change window opens is warned about', async () => {
    const { page, complaints } = await open('early')
    await page.getByLabel('Next').getByText(/The change window opens at .* \(Europe\/Berlin\), in 1[12] min/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText(/The change window opens at/).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('the way back is in sight in a narrow window and at twice the size', async () => {
    const { page } = await open('breach')
    for (const [width, height] of [[1180, 760], [960, 600], [720, 450]] as const) {
      await page.setViewportSize({ width, height })
      const box = await page.getByRole('button', { name: 'Roll back', exact: false }).first().boundingBox()
      expect([width, box !== null && box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height]).toEqual([width, true])
    }
  })

  test('r retries a failed step; s asks for a reason and sends nothing without one', async () => {
    const { page } = await open('failed')
    await page.keyboard.press('s')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Ignore this failure?').waitFor()
    await page.keyboard.press('Enter')
    expect(await commandsOf(page)).toEqual([])
    await page.keyboard.type('web-3 is rebuilt tomorrow')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('r')
    await page.getByLabel('In progress').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'retry-step', stepId: 'deploy' }])
  })

  test('a failed step that was given a secret can have it forgotten, there and in the palette, and then says that the next try asks for it again', async () => {
    const { page } = await open('secret-given')
    const panel = page.getByRole('region', { name: 'Failure' })
    expect(await panel.innerText()).toContain('What was given as “shop-token” may be wrong: the next try asks for it again.')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('secret shop-token')
    await page.getByRole('option', { name: 'Ask again for the secret shop-token at its next use' }).waitFor()
    await page.keyboard.press('Escape')
    await panel.getByRole('button', { name: 'Forget shop-token' }).press('Enter')
    await panel.getByText('What was given as “shop-token” is forgotten: the next try asks for it again.').waitFor()
    expect(await panel.getByRole('button', { name: 'Forget shop-token' }).count()).toBe(0)
    expect(await commandsOf(page)).toEqual([{ type: 'forget-secret', name: 'shop-token' }])
  })

  test('a failed step says what happened on each host and what to do, in the words of the result', async () => {
    const { page } = await open('failed')
    const panel = page.getByRole('region', { name: 'Failure' })
    expect(await panel.innerText()).toContain('failed with exit code 3')
    expect(await panel.innerText()).toContain('Ask whoever runs web-3 whether it was rebuilt.')
    expect(await panel.getByRole('button').allInnerTexts()).toEqual(['Exclude', 'Exclude', 'Retry', 'Retry on all', 'Mark done', 'Ignore', 'Roll back', 'Back to a phase', 'Go on'].map((label): unknown => expect.stringContaining(label)))
  })

  test('a step with an unknown outcome is never run again without being asked about', async () => {
    const { page } = await open('unknown')
    await page.keyboard.press('r')
    await page.getByRole('dialog').getByText('Run it again?').waitFor()
    expect(await commandsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('d')
    await page.keyboard.type('shopctl version says 4.2.0')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await commandsOf(page)).toEqual([{ type: 'resolve-step', stepId: 'deploy', evidence: 'shopctl version says 4.2.0' }])
  })

  test('Shift+R shows the steps back and what becomes of running work, and wants a reason', async () => {
    const { page } = await open('breach')
    await page.keyboard.press('Shift+R')
    const dialog = page.getByRole('dialog')
    const text = await dialog.innerText()
    const order = ['“Deploy new version” is running: it is asked to stop, or waited for', 'Undo: Stop application services', 'Undo: Enable maintenance mode', 'Deploy previous version', 'Restart services', 'Then 2 validation items', 'Expected to take', 'the window ends'].map((words) => text.indexOf(words))
    expect(order).toEqual(order.toSorted((one, other) => one - other))
    expect(order).not.toContain(-1)
    await page.keyboard.type('error rate')
    await page.keyboard.press('Enter')
    await page.getByText('Rolling back').first().waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'start-rollback', reason: 'error rate' }])
  })

  test('Ctrl+Enter lets running work end before the rollback, and Shift+R then stops it after all', async () => {
    const { page, complaints } = await open('breach')
    await page.keyboard.press('Shift+R')
    await page.keyboard.type('error rate')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Waiting for “Deploy new version” to end').waitFor()
    await page.keyboard.press('Shift+R')
    await page.keyboard.type('it hangs')
    await page.keyboard.press('Enter')
    await page.getByText('Stopping “Deploy new version”').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'start-rollback', reason: 'error rate', running: 'wait' }, { type: 'abort-forward', reason: 'it hangs' }])
    expect(complaints).toEqual([])
  })

  test('Shift+B goes back to before a phase: those that cannot be are said to be so, and what would be taken back is shown first', async () => {
    const { page, complaints } = await open('undoable')
    await page.keyboard.press('Shift+B')
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('Phase 2: Application Deployment').isChecked()).toBe(true)
    expect(await dialog.getByLabel('Phase 1: Preparation').isDisabled()).toBe(true)
    expect(await dialog.getByText('No undo: “Check disk space and service health”').count()).toBe(1)
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual(expect.arrayContaining([expect.stringContaining('Undo: Deploy new version'), expect.stringContaining('Undo: Enable maintenance mode')]))
    await dialog.getByText(/^Expected to take .*, p90 /).waitFor()
    await dialog.getByText(/^Fits the window: done by /).waitFor()
    await page.keyboard.type('wrong build')
    await page.keyboard.press('Enter')
    await page.getByText('Stopping “Deploy new version”').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'roll-back-to', phaseId: 'phase-2', reason: 'wrong build' }])
    expect(complaints).toEqual([])
  })

  test('a rollback that failed says what is left to do by hand, and on which hosts', async () => {
    const { page } = await open('rollback-failed')
    const left = page.getByRole('region', { name: 'Left to do by hand' })
    expect(await left.getByRole('listitem').allInnerTexts()).toEqual(expect.arrayContaining([expect.stringMatching(/Failed\s+Undo: Enable maintenance mode on lb-1/), expect.stringMatching(/Not begun\s+Deploy previous version on web-1, web-2, web-3/)]))
  })

  test('a breach shows its rule, its readings and both answers, and the strip says it in words', async () => {
    const { page } = await open('breach')
    const alarm = page.getByRole('group', { name: 'Breach: Error rate > 2% for 1m' })
    expect((await alarm.innerText()).replaceAll('\u00a0', ' ')).toContain('2.20 % → 2.60 % → 2.90 % → 3.10 %')
    expect(await page.getByRole('list', { name: 'Thresholds' }).innerText()).toMatch(/BREACHED[\s\S]*ok/)
  })

  test('two rules breached on one metric are one panel, the rollback trigger first', async () => {
    const { page } = await open('breach')
    await page.evaluate(() => {
      const journal = fake.journals['run-1']!
      const trigger = journal.state().runbook.rollback.triggers[0]!
      const evidence = { rule: trigger.text, stepId: null, samples: [] }
      for (const stored of journal.take({ type: 'report-breach', thresholdId: null, triggerId: trigger.id, metric: 'error rate', evidence }, Date.now(), 'holdpoint')) fake.emit('run', { kind: 'event', stored })
    })
    await page.getByText('Rollback trigger fired').waitFor()
    const panels = page.getByRole('group', { name: /^Breach:/ })
    expect(await panels.count()).toBe(1)
    expect(await panels.getByRole('listitem').allInnerTexts()).toEqual([expect.stringContaining('trigger'), expect.stringContaining('alert')])
  })

  test('a key that changed its meaning under the finger does nothing but say so; pressed again it acts', async () => {
    const { page } = await open('running')
    await page.evaluate(async () => {
      const journal = fake.journals['run-1']!
      for (const host of ['web-2', 'web-3']) {
        const result = { outcome: 'failed', reason: 'exit', exitCode: 1 } as const
        for (const stored of journal.take({ type: 'report-host-finished', stepId: 'deploy', attempt: 1, host, result }, Date.now(), 'holdpoint')) fake.emit('run', { kind: 'event', stored })
      }
      while (!document.querySelector('[aria-label="Failure"]')) await new Promise((resolve) => { requestAnimationFrame(resolve) })
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', code: 'KeyR', bubbles: true }))
    })
    const nudge = page.getByRole('status').getByText('The run has just moved on. Press r again if you mean this.')
    await nudge.waitFor()
    expect(await commandsOf(page)).toEqual([])
    await nudge.waitFor({ state: 'detached' })
    await page.keyboard.press('r')
    await page.getByLabel('In progress').waitFor()
    expect(await commandsOf(page)).toEqual([{ type: 'retry-step', stepId: 'deploy' }])
  })

  test('a plays along in a rehearsal, from the first tick on; a live run has no such thing', async () => {
    const rehearsal = await open('preparation')
    await rehearsal.page.getByRole('switch', { name: /Play along/ }).waitFor()
    await rehearsal.page.keyboard.press('a')
    await rehearsal.page.getByText('Ticked “Changelog updated”').waitFor()
    await pages.leave()
    const live = await open('gate')
    await live.page.keyboard.press('a')
    await live.page.keyboard.press('?')
    await live.page.getByRole('dialog').waitFor()
    expect(await live.page.getByText('Play along').count()).toBe(0)
  })

  test('n adds a note, p pauses and p again resumes', async () => {
    const { page } = await open('running')
    await page.keyboard.press('n')
    await page.keyboard.type('web-2 looks slow')
    await page.keyboard.press('Enter')
    await page.getByText('Note: web-2 looks slow').first().waitFor()
    await page.keyboard.press('p')
    await page.getByText('Paused by mira').waitFor()
    await page.keyboard.press('p')
    await page.getByLabel('In progress').waitFor()
    expect((await commandsOf(page)).map((command) => (command as { type: string }).type)).toEqual(['add-note', 'pause', 'resume'])
  })

  test('Enter at a gate goes, and a refusal is said and changes nothing', async () => {
    const { page } = await open('gate')
    await page.evaluate(() => fake.answer('send-command', () => {
      throw Object.assign(new Error('Nobody may go now.'), { code: 'gate-items-open' })
    }))
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Nobody may go now.').waitFor()
    expect(await page.getByRole('region', { name: 'Next' }).innerText()).toContain('Go or no-go')
  })

  test('o goes to the output, which shows escapes as text', async () => {
    const { page } = await open('running')
    await page.evaluate(() => fake.emit('output', { bytes: 9999, skipped: false, chunks: [{ seq: 999, stream: 'stdout', at: Date.now(), host: 'web-1', attempt: 1, goesOn: false, text: '\u001b]0;pwned\u0007<img src=x>\u001b[31mred\u001b[0m\n' }] }))
    const log = page.getByRole('log')
    await log.getByText('␛]0;pwned␇<img src=x>').waitFor()
    await page.keyboard.press('o')
    expect(await log.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await log.locator('img').count()).toBe(0)
  })

  test('a run that is only watched says until when, and not that it is running', async () => {
    const { page, complaints } = await open('follow-up')
    await page.getByText(/^Monitoring until \d+ \w{3} \d\d:\d\d$/).waitFor()
    expect([await page.getByText('Running', { exact: true }).count(), complaints]).toEqual([0, []])
  })

  test('a runbook of 500 steps is drawn only where it is looked at, and keys and screen readers find all of it', async () => {
    const { page, complaints } = await open('long')
    const tree = page.getByRole('tree')
    const isInSight = () => selected(page).evaluate((row) => {
      const [at, around] = [row.getBoundingClientRect(), row.closest('[role=tree]')!.getBoundingClientRect()]
      return at.top >= around.top && at.bottom <= around.bottom && row === document.activeElement
    })
    const placed = async () => Object.fromEntries(await Promise.all(['aria-level', 'aria-posinset', 'aria-setsize'].map(async (name) => [name.replace('aria-', ''), Number(await selected(page).getAttribute(name))] as const)))
    expect(await tree.getAttribute('aria-label')).toMatch(/^Runbook, 2\d parts$/)
    await page.evaluate(() => document.querySelector<HTMLElement>('[role=treeitem][aria-selected=true]')?.focus())
    const title = await selected(page).innerText()
    const number = Number(/Step (\d+)/.exec(title)?.[1])
    expect(await placed()).toEqual({ level: 2, posinset: number - 100, setsize: 50 })
    expect(await page.getByRole('treeitem').count()).toBeLessThan(90)
    await page.keyboard.press('j')
    await selected(page).getByText(`Step ${number + 1}`).waitFor()
    await page.keyboard.press('End')
    await selected(page).getByText('Post-deployment').waitFor()
    expect(await isInSight()).toBe(true)
    await page.keyboard.press('ArrowUp')
    expect(await isInSight()).toBe(true)
    await page.keyboard.press('Home')
    await selected(page).getByText('Pre-deployment checklist').waitFor()
    expect([await isInSight(), await placed()]).toEqual([true, { level: 1, posinset: 1, setsize: expect.any(Number) as number }])
    await page.keyboard.press('g')
    await selected(page).getByText(`Step ${number}`).waitFor()
    // Scrolled away from, the row that has the focus is still there.
    await tree.evaluate((element) => element.scrollTo(0, 0))
    await page.getByText('Pre-deployment checklist').waitFor()
    expect(await selected(page).count()).toBe(1)
    expect(complaints).toEqual([])
  })

  test('nothing in the runbook repaints while only time passes', async () => {
    const { page } = await open('gate')
    const changed = await page.evaluate(async () => {
      const seen: string[] = []
      const tree = document.querySelector('[role=tree]')
      if (!tree) throw new Error('no tree')
      const observer = new MutationObserver((records) => seen.push(...records.map((record) => (record.target.parentElement ?? document.body).textContent ?? '')))
      // A row's forecast moves when the minute does: that is news. Anything else is not.
      const minute = (): number => Math.floor(Date.now() / 60_000)
      while (Date.now() % 60_000 > 55_000) await new Promise((resolve) => { requestAnimationFrame(resolve) })
      const clock = () => document.querySelector('main header')?.textContent
      const tick = async () => {
        const before = clock()
        while (clock() === before) await new Promise((resolve) => { requestAnimationFrame(resolve) })
      }
      // Whoever waited for the new minute has not seen it on the page before the next tick.
      await tick()
      const from = minute()
      observer.observe(tree, { subtree: true, childList: true, characterData: true, attributes: true })
      for (let ticks = 0; ticks < 3; ticks += 1) await tick()
      observer.disconnect()
      return from === minute() ? seen : []
    })
    expect(changed).toEqual([])
  })
})

/** The page as somebody far away sees it. */
async function moveTo(page: Page, timezoneId: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setTimezoneOverride', { timezoneId })
  await page.reload()
  await page.getByText('no return ·').waitFor()
}
