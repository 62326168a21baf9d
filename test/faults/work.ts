/** Work whose every trace is known beforehand: what it prints, how long it takes, and how it ends. */
export interface FaultStep {
  id: string
  lines: number
  errors: number
  sleepMs: number
  exitCode: number
}

/** Numbers between 0 and 1 that follow from the seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function makeSteps(count: number, random: () => number): FaultStep[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `step-${index + 1}`,
    lines: Math.floor(random() ** 3 * 40_000),
    errors: Math.floor(random() * 30),
    sleepMs: Math.floor(random() * 700),
    exitCode: random() < 0.5 ? 0 : 1 + Math.floor(random() * 120),
  }))
}

export const HOSTS = ['app1', 'app2']

/** Each start of a command leaves its job's name in the ledger: a name that stands there twice ran twice. */
export const faultRunbook = (steps: FaultStep[], ledger: string): string => `---
hosts: [${HOSTS.join(', ')}]
groups:
  app: [${HOSTS.join(', ')}]
---

# Fault campaign

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Work

**22:00 - 22:30**

${steps.map((step, index) => `${index + 1}. ${step.id}
    \`\`\`sh {id=${step.id} hosts=app timeout=5m undo="true"}
    echo "$HOLDPOINT_JOB" >> ${ledger}
    seq 1 ${step.lines}
    seq 1 ${step.errors} >&2
    sleep ${(step.sleepMs / 1000).toFixed(3)}
    echo over
    exit ${step.exitCode}
    \`\`\``).join('\n')}

## Rollback Plan

### Rollback Steps

1. Nothing to go back to
`

const upTo = (count: number): string => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('')
export const expectedOut = (step: FaultStep): string => `${upTo(step.lines)}over\n`
export const expectedErr = (step: FaultStep): string => upTo(step.errors)
