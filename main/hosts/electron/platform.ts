import type * as electron from 'electron'

/**
 * The part of Electron this door uses, handed in by main/electron.ts: tests hand in a stand-in instead, so that every
 * option and every handler can be asserted where Electron's binary is not to be had.
 */
export type Platform = Pick<typeof electron, 'app' | 'BrowserWindow' | 'dialog' | 'ipcMain' | 'Menu' | 'protocol' | 'session' | 'shell'>

export const scheme = 'app'
export const pageOrigin = 'app://holdpoint'
/** The one IPC channel, both ways. */
export const channel = 'holdpoint'
