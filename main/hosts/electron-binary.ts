import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Electron's executable if it is on this machine already, else null. As node_modules/electron/index.js finds it, without its download. */
export function findElectron(projectPath: string, env: Environment): string | null {
  const folder = join(projectPath, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : null
  const dist = env['ELECTRON_OVERRIDE_DIST_PATH']
  if (dist === undefined && name === null) return null
  const binary = join(dist ?? join(folder, 'dist'), name ?? (process.platform === 'win32' ? 'electron.exe' : 'electron'))
  return existsSync(binary) ? binary : null
}

/** Where @electron/get downloads from. */
export function downloadHost(env: Environment): { host: string; port: number } {
  const mirror = env['ELECTRON_MIRROR'] ?? env['npm_config_electron_mirror'] ?? env['NPM_CONFIG_ELECTRON_MIRROR'] ?? ''
  const url = URL.canParse(mirror) ? new URL(mirror) : new URL('https://github.com')
  return { host: url.hostname, port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443) }
}

/** Whether a TCP connection comes about within `withinMs`, the name's lookup included. Never throws. */
export async function isReachable(target: { host: string; port: number }, withinMs: number): Promise<boolean> {
  const late = AbortSignal.timeout(withinMs)
  const given = new Promise<null>((resolve) => late.addEventListener('abort', () => resolve(null)))
  const found = await Promise.race([lookup(target.host).catch(() => null), given])
  if (found === null || late.aborted) return false
  return new Promise((resolve) => {
    const socket = connect({ host: found.address, port: target.port, signal: late })
    const finish = (reached: boolean): void => {
      socket.destroy()
      resolve(reached)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

export interface InstallOptions {
  projectPath: string
  env: Environment
  /** Given up when nothing has grown for this long. */
  stallMs: number
  onProgress: (bytes: number) => void
}

/**
 * Runs Electron's own installer, which checks the download against the checksums in the package. Resolves with null when
 * the binary is there, otherwise with why it is not.
 */
export async function installElectron({ projectPath, env, stallMs, onProgress }: InstallOptions): Promise<string | null> {
  const folder = join(projectPath, 'node_modules', 'electron')
  // Its own temporary folder, so that the download's growth can be seen and is gone afterwards.
  const temporary = mkdtempSync(join(tmpdir(), 'holdpoint-electron-'))
  const child = spawn(process.execPath, [join(folder, 'install.js')], {
    env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(0, 4000)))
  let seen = 0
  let grewAt = performance.now()
  let stalled = false
  const watch = setInterval(() => {
    const bytes = sizeOf(temporary) + sizeOf(join(folder, 'dist'))
    if (bytes !== seen) {
      seen = bytes
      grewAt = performance.now()
      onProgress(bytes)
    } else if (performance.now() - grewAt > stallMs) {
      stalled = true
      child.kill('SIGKILL')
    }
  }, 250)
  try {
    const status = await new Promise<number | string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => resolve(code ?? String(signal)))
    })
    if (stalled) return `the download stood still for ${Math.round(stallMs / 1000)} seconds`
    return status === 0 ? null : `its installer failed: ${errors.split('\n')[0] || `exit ${status}`}`
  } finally {
    clearInterval(watch)
    rmSync(temporary, { recursive: true, force: true })
  }
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0
  let bytes = 0
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    // Files come and go while the installer works; one that is gone by now counts nothing.
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}
