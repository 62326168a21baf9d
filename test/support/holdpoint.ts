import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** The command line's entry, for `process.execPath`. */
export const HOLDPOINT = join(import.meta.dirname, '../../main/holdpoint.js')

export interface Ended { code: number | null; stdout: string; stderr: string }

/** `holdpoint ARGS` as a process of its own, whose home is this folder and whose data is in `data` below it. */
export const holdpointIn = (folder: string) => (...args: string[]): Promise<Ended> => {
  const child = spawn(process.execPath, [HOLDPOINT, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder, HOLDPOINT_HOME: join(folder, 'data'), NO_COLOR: '1' },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (bytes: Buffer) => { stdout += bytes.toString() })
  child.stderr.on('data', (bytes: Buffer) => { stderr += bytes.toString() })
  return new Promise((resolve) => { child.on('close', (code) => resolve({ code, stdout, stderr })) })
}
