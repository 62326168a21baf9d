export interface MarkedScript {
  stepId: string
  attempt: number
  script: string
}

/** A script with a first line that tells the stand-ins which step and attempt it is; to a shell it is a comment. */
export function markScript({ stepId, attempt, script }: MarkedScript): string {
  return `# holdpoint-step ${encodeURIComponent(stepId)} ${attempt}\n${script}`
}

/** Null for a script that is no step of the runbook. */
export function readMarkedScript(text: string): MarkedScript | null {
  const [line = '', stepId, attempt] = /^# holdpoint-step (\S+) (\d{1,9})\n/.exec(text) ?? []
  return stepId === undefined ? null : { stepId: decodeURIComponent(stepId), attempt: Number(attempt), script: text.slice(line.length) }
}

/** What the probe of ssh/durable/probe.ts asks to be answered with; null for any other script. */
export function probeNonce(text: string): string | null {
  return /^say\(\) \{ printf '\\nholdpoint ([0-9a-f]{16}) %s\\n'/m.exec(text)?.[1] ?? null
}
