import { Problem } from '#domain/problem.ts'

export type DoorChoice = { door: 'electron'; binary: string; why: string } | { door: 'browser'; why: string }

export interface DoorFacts {
  /** HOLDPOINT_DOOR; '' when it is not set. */
  forced: string
  /** False on a Linux machine with neither X nor Wayland. */
  hasScreen: boolean
  /** Electron's executable if it is here already. */
  findElectron: () => string | null
  isReachable: () => Promise<boolean>
  /** Null when it worked, otherwise why it did not. */
  installElectron: () => Promise<string | null>
}

/** Which door to open, and why in half a sentence. Asks the network only when it must. */
export async function chooseDoor(facts: DoorFacts): Promise<DoorChoice> {
  const { forced } = facts
  if (forced !== '' && forced !== 'electron' && forced !== 'browser') {
    throw new Problem('door-unknown', `HOLDPOINT_DOOR is "${forced}".`, 'Nothing was started. Set it to electron or browser, or leave it out.')
  }
  if (forced === 'browser') return { door: 'browser', why: 'HOLDPOINT_DOOR asks for it' }
  if (forced === '' && !facts.hasScreen) return { door: 'browser', why: 'there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)' }

  const found = facts.findElectron()
  if (found !== null) return { door: 'electron', binary: found, why: 'its binary is here' }
  const reason = await tryToGet(facts)
  const installed = reason === null ? facts.findElectron() : null
  if (installed !== null) return { door: 'electron', binary: installed, why: 'its binary has been fetched' }

  const why = `Electron's binary is not here and ${reason ?? 'its installer left none'}`
  if (forced === '') return { door: 'browser', why }
  throw new Problem('electron-missing', `HOLDPOINT_DOOR asks for Electron, but ${why}.`, 'Nothing was started. Leave HOLDPOINT_DOOR out to use the browser, or run `npx install-electron` where there is a network.')
}

async function tryToGet(facts: DoorFacts): Promise<string | null> {
  if (!(await facts.isReachable())) return 'the place to get it from cannot be reached'
  return facts.installElectron()
}
