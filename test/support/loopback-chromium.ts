import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** False where there is no Chromium; says so, and the tests that need it are counted as skipped. */
export function hasChromium(): boolean {
  const there = existsSync(path)
  if (!there) console.warn(`\n*** ${path} is missing: tests in a real browser are SKIPPED. Install chromium, or set CHROMIUM to its path. ***\n`)
  return there
}

export const launchChromium = (): Promise<Browser> =>
  // The sandbox cannot be had as root; an ordinary user keeps it.
  chromium.launch({ executablePath: path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
