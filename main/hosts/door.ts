import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { chooseDoor } from './choose-door.ts'
import type { DoorChoice } from './choose-door.ts'
import { hasScreen, openInDefaultBrowser } from './default-browser.ts'
import { downloadHost, findElectron, installElectron, isReachable } from './electron-binary.ts'

const projectPath = join(import.meta.dirname, '..', '..')
const reachWithinMs = 2500
const stallMs = 15_000
/** A start this short that ends badly means that Electron cannot run here (no libraries, no sandbox, root). */
const startWithinMs = 5000

const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** Opens the app: in Electron when its binary is here or can be had, otherwise in the browser. Says which and why. */
export async function openDoor(options: { args: string[] }): Promise<number> {
  const choice = await choose()
  if (choice.door === 'browser') return openBrowserDoor(choice.why)
  print(`Holdpoint opens in Electron: ${choice.why}.`)
  const startedAt = performance.now()
  const ended = await runElectron(choice.binary, options.args)
  const neverStarted = ended !== 0 && performance.now() - startedAt < startWithinMs
  if (!neverStarted || process.env['HOLDPOINT_DOOR'] === 'electron') return ended === 0 ? 0 : 1
  return openBrowserDoor(`Electron could not start here (${typeof ended === 'number' ? `exit code ${ended}` : ended})`)
}

/** The browser host alone, for a wallboard or a machine without a screen. */
export async function serve(options: { port?: number }): Promise<number> {
  const { runBrowser } = await import('#main/browser.ts')
  return runBrowser({ port: options.port, print })
}

async function openBrowserDoor(why: string): Promise<number> {
  print(`Holdpoint opens in the browser: ${why}.`)
  const { runBrowser } = await import('#main/browser.ts')
  return runBrowser({ print, openBrowser: openInDefaultBrowser })
}

async function choose(): Promise<DoorChoice> {
  const { env } = process
  return chooseDoor({
    forced: env['HOLDPOINT_DOOR'] ?? '',
    hasScreen: hasScreen(process.platform, env),
    findElectron: () => findElectron(projectPath, env),
    isReachable: () => isReachable(downloadHost(env), reachWithinMs),
    installElectron: async () => {
      const line = progressLine()
      line.show('Getting Electron, once…')
      const failure = await installElectron({ projectPath, env, stallMs, onProgress: (bytes) => line.show(`Getting Electron, once: ${Math.round(bytes / 1e6)} MB…`) })
      line.end(failure === null ? 'Getting Electron, once: done.' : 'Getting Electron did not work.')
      return failure
    },
  })
}

/** Rewrites one line on a terminal; in a log only the first and the last are worth their lines. */
function progressLine(): { show(text: string): void; end(text: string): void } {
  const { stdout } = process
  let shown = ''
  return {
    show(text) {
      if (text === shown || (shown !== '' && !stdout.isTTY)) return
      shown = text
      stdout.write(stdout.isTTY ? `\r\x1b[2K${text}` : `${text}\n`)
    },
    end: (text) => void stdout.write(stdout.isTTY && shown !== '' ? `\r\x1b[2K${text}\n` : `${text}\n`),
  }
}

/** Its exit code, or in words why it has none. */
function runElectron(binary: string, args: string[]): Promise<number | string> {
  const env = { ...process.env }
  // Set by editors built on Electron for their own children; it would turn Electron into plain Node.
  delete env['ELECTRON_RUN_AS_NODE']
  const child = spawn(binary, [projectPath, ...args], { stdio: 'inherit', env })
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  return new Promise((resolve) => {
    const finish = (ended: number | string): void => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(ended)
    }
    child.once('error', (error) => finish(error.message))
    child.once('close', (code, signal) => finish(code ?? `ended by ${signal}`))
  })
}
