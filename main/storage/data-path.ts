import { mkdirSync } from 'node:fs'
import { posix, resolve, win32 } from 'node:path'
import { Problem } from '#domain/problem.ts'

/** The folder that holds everything Holdpoint keeps: HOLDPOINT_HOME, else the platform's usual place. */
export function findDataPath(env: Record<string, string | undefined>, platform: string, home: string): string {
  if (env.HOLDPOINT_HOME) return resolve(env.HOLDPOINT_HOME)
  if (platform === 'win32') return win32.join(env.APPDATA || win32.join(home, 'AppData', 'Roaming'), 'Holdpoint')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Holdpoint')
  // The XDG specification says that a relative path here is invalid and to be ignored.
  const base = env.XDG_DATA_HOME && posix.isAbsolute(env.XDG_DATA_HOME) ? env.XDG_DATA_HOME : posix.join(home, '.local', 'share')
  return posix.join(base, 'holdpoint')
}

/** Makes the folder, readable by its owner only, when it is not there yet. */
export function makeDataPath(dataPath: string): void {
  try {
    mkdirSync(dataPath, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Problem('storage-io', `The data folder ${dataPath} cannot be made: ${detail}.`, 'Nothing was changed. Set HOLDPOINT_HOME to a folder you may write to, and start again.', thrown)
  }
}
