import type { Finding } from '#domain/finding.ts'
import type { Step } from '#domain/step.ts'
import type { StepKind } from '../kind.ts'
import { registry } from '../registry.ts'
import { checkStepAgainst } from './check.ts'
import { http } from './http.ts'
import { manual } from './manual.ts'
import { sh } from './sh.ts'
import { wait } from './wait.ts'

/** Everything a step can be. A new kind is a new file and a line here. */
export const stepKinds: Record<string, StepKind> = registry(manual, sh, http, wait)

/** What is wrong with a step's attributes and body, as its kind sees them; errors hold a live run back. */
export const checkStep = (step: Step): Finding[] => checkStepAgainst(step, stepKinds)
