import { check } from './check.ts'
import { handOver } from './hand-over.ts'
import { learn } from './learn.ts'
import { open, serve } from './open.ts'
import { output } from './output.ts'
import { rehearse } from './rehearse.ts'
import { report } from './report.ts'
import { resume } from './resume.ts'
import { run } from './run.ts'
import { runs } from './runs.ts'
import { takeOver } from './take-over.ts'
import type { Command } from './usage.ts'

export const commands: Command[] = [open, check, rehearse, run, resume, report, learn, output, runs, handOver, takeOver, serve]
