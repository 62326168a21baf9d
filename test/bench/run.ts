// Runs every bench in turn, each in a process of its own. Ratios only: the machine's own speed cancels out.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const wanted = process.argv[2] ?? ''
let failures = 0
for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bench.ts') && name.includes(wanted)).toSorted()) {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], { stdio: 'inherit' })
  const code = await new Promise<number | null>((resolve) => { child.on('close', resolve) })
  if (code !== 0) {
    failures += 1
    console.log(`${file} failed (${code})`)
  }
}
process.exit(failures === 0 ? 0 : 1)
