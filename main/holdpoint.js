#!/usr/bin/env node
// The one file that any Node can read: it finds a Node that can run Holdpoint before anything else is loaded.
// better-sqlite3 kills an older Node without a word (Node-API 10), and older ones cannot run TypeScript unbuilt.
import { spawn } from 'child_process'
import { existsSync, realpathSync } from 'fs'
import module from 'module'
import { homedir } from 'os'
import { dirname, isAbsolute, join } from 'path'
import { fileURLToPath } from 'url'

const isFit = Number(process.versions.napi) >= 10 && Boolean(process.features.typescript)

if (isFit) {
  keepCompiled()
  import('./cli.ts').then(
    ({ main }) => main(process.argv.slice(2)).then((code) => process.exit(code)),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
} else {
  const local = findLocalNode()
  if (local === null) {
    console.error(`Holdpoint needs Node 22.18 or newer; this is ${process.version}. Install one from https://nodejs.org, or run \`npm ci\` in the project, which brings its own on Linux.`)
    process.exit(2)
  }
  runWith(local)
}

/**
 * Stripping types and compiling is half of a start, so the next start finds it done. The usual place of this is shared by
 * all accounts of a machine, and whoever could write there could have us run what they like: hence the account's own.
 */
function keepCompiled() {
  const { LOCALAPPDATA: local, XDG_CACHE_HOME: chosen } = process.env
  const usual = chosen && isAbsolute(chosen) ? chosen : join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache')
  // Where it cannot be written Node says so in its answer, and compiles as it would have.
  module.enableCompileCache(join((process.platform === 'win32' && local) || usual, 'holdpoint', 'compiled'))
}

/** The Node that `npm ci` put beside us, unless that is the one running now. */
function findLocalNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', '.bin', name)
  return existsSync(path) && realpathSync(path) !== realpathSync(process.execPath) ? path : null
}

function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  // At a terminal Ctrl+C reaches the child by itself; passing it on would make it a second one.
  const atTerminal = Boolean(process.stdin.isTTY)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    console.error(`Holdpoint could not start ${node}: ${error.message}`)
    process.exit(2)
  })
  child.on('close', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
