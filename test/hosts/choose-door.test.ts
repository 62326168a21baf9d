import { describe, expect, test, vi } from 'vitest'
import { chooseDoor } from '#hosts/choose-door.ts'
import type { DoorFacts } from '#hosts/choose-door.ts'

const facts = (change: Partial<DoorFacts> = {}): DoorFacts => ({
  forced: '',
  hasScreen: true,
  findElectron: () => null,
  isReachable: () => Promise.resolve(false),
  installElectron: () => Promise.resolve(null),
  ...change,
})

describe('the door', () => {
  test('is Electron when its binary is here, and nobody asks the network', async () => {
    const isReachable = vi.fn(() => Promise.resolve(true))
    expect(await chooseDoor(facts({ findElectron: () => '/e/electron', isReachable }))).toEqual({ door: 'electron', binary: '/e/electron', why: 'its binary is here' })
    expect(isReachable).not.toHaveBeenCalled()
  })

  test('is the browser when the binary is not here and cannot be had', async () => {
    const installElectron = vi.fn(() => Promise.resolve(null))
    expect(await chooseDoor(facts({ installElectron }))).toEqual({ door: 'browser', why: "Electron's binary is not here and the place to get it from cannot be reached" })
    expect(installElectron).not.toHaveBeenCalled()
  })

  test('is Electron once its binary has been fetched', async () => {
    let here: string | null = null
    const choice = await chooseDoor(
      facts({
        findElectron: () => here,
        isReachable: () => Promise.resolve(true),
        installElectron: () => {
          here = '/e/electron'
          return Promise.resolve(null)
        },
      }),
    )
    expect(choice).toEqual({ door: 'electron', binary: '/e/electron', why: 'its binary has been fetched' })
  })

  test('is the browser when fetching fails, and says how', async () => {
    const choice = await chooseDoor(facts({ isReachable: () => Promise.resolve(true), installElectron: () => Promise.resolve('the download stood still for 15 seconds') }))
    expect(choice).toEqual({ door: 'browser', why: "Electron's binary is not here and the download stood still for 15 seconds" })
  })

  test('is the browser when the installer says it worked and left nothing', async () => {
    expect(await chooseDoor(facts({ isReachable: () => Promise.resolve(true) }))).toMatchObject({ door: 'browser', why: expect.stringContaining('left none') })
  })

  test('is the browser without a screen, even with a binary', async () => {
    expect(await chooseDoor(facts({ hasScreen: false, findElectron: () => '/e/electron' }))).toMatchObject({ door: 'browser', why: expect.stringContaining('no screen') })
  })
})

describe('HOLDPOINT_DOOR', () => {
  test('browser wins over a binary', async () => expect(await chooseDoor(facts({ forced: 'browser', findElectron: () => '/e' }))).toMatchObject({ door: 'browser', why: 'HOLDPOINT_DOOR asks for it' }))
  test('electron wins over a missing screen', async () => expect(await chooseDoor(facts({ forced: 'electron', hasScreen: false, findElectron: () => '/e' }))).toMatchObject({ door: 'electron' }))
  test('electron without a binary is refused with what to do', async () =>
    await expect(chooseDoor(facts({ forced: 'electron' }))).rejects.toMatchObject({ code: 'electron-missing', hint: expect.stringContaining('install-electron') }))
  test('anything else is refused', async () => await expect(chooseDoor(facts({ forced: 'chrome' }))).rejects.toMatchObject({ code: 'door-unknown' }))
})
