import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, Platform } from 'electron-builder'
import type { Configuration } from 'electron-builder'

const project = import.meta.dirname
const electron = join(project, 'node_modules', 'electron')

export interface PackageOptions {
  /** `dir`, `tar.gz`, `AppImage`, `dmg`, `nsis`… for the platform this runs on. */
  target: string
  /** Default: release/. */
  output?: string
  print?: (line: string) => void
}

/**
 * Packs dist/ as electron-builder.yml says. Without Electron's binary it packs around an empty stand-in: everything of
 * ours is there to be looked into, but it does not start, and it says so when it is tried.
 */
export async function packageApp({ target, output, print = console.log }: PackageOptions): Promise<void> {
  const isReal = existsSync(join(electron, 'path.txt')) && existsSync(join(electron, 'dist', 'version'))
  const standIn = isReal ? null : makeStandIn()
  if (standIn !== null) print("Electron's binary is not here: packing around a stand-in. The result does not start. Run `npx install-electron` first for one that does.")
  // The fuses are bits in Electron's binary; a stand-in has none to set.
  const config: Configuration = {
    electronDist: standIn ?? join(electron, 'dist'),
    ...(standIn === null ? {} : { electronFuses: null }),
    ...(output === undefined ? {} : { directories: { output } }),
  }
  try {
    await build({ projectDir: project, targets: Platform.current().createTarget([target]), config, publish: 'never' })
  } finally {
    if (standIn !== null) rmSync(standIn, { recursive: true, force: true })
  }
}

/** The files electron-builder looks for in a Linux build of Electron. */
function makeStandIn(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-stand-in-'))
  for (const name of ['locales', 'resources']) mkdirSync(join(folder, name))
  const { version } = JSON.parse(readFileSync(join(electron, 'package.json'), 'utf8')) as { version: string }
  writeFileSync(join(folder, 'version'), version)
  for (const name of ['LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, name), 'A stand-in for Electron.\n')
  const binary = join(folder, 'electron')
  writeFileSync(binary, '#!/bin/sh\necho "This is a stand-in for Electron: package Holdpoint where Electron can be downloaded." >&2\nexit 1\n')
  chmodSync(binary, 0o755)
  return folder
}

if (import.meta.main) await packageApp({ target: process.argv[2] ?? 'dir' })
