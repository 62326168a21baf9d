import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { isMissing } from './needs.ts'

const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** False where there is no Chromium. */
export const hasChromium = (): boolean => !isMissing(path, existsSync(path), 'apt install chromium, or set CHROMIUM to its path')

export const launchChromium = (): Promise<Browser> =>
  // The sandbox cannot be had as root; an ordinary user keeps it.
  chromium.launch({ executablePath: path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
