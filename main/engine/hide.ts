import type { SecretMask } from '#domain/secrets/mask.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import type { HostResult } from '#domain/step.ts'
import { hideText } from '#kinds/hide-text.ts'

/** What people and hosts say in a command; everything else in it names things, and must stay as it is. */
const SAID = ['note', 'reason', 'evidence', 'text', 'message', 'why', 'value'] as const

/** The command without secrets in what is said with it, so that none gets into the record. */
export function hideInCommand(mask: SecretMask, command: RunCommand): RunCommand {
  const hidden: Record<string, unknown> = { ...command }
  for (const name of SAID) if (typeof hidden[name] === 'string') hidden[name] = hideText(mask, hidden[name])
  if (command.type === 'report-host-finished' || command.type === 'report-probed') hidden['result'] = command.result && hideInResult(mask, command.result)
  if (command.type === 'report-probed') hidden['findings'] = command.findings.map((finding) => hideText(mask, finding))
  return hidden as unknown as RunCommand
}

function hideInResult(mask: SecretMask, result: HostResult): Record<string, unknown> {
  const hidden: Record<string, unknown> = { ...result }
  for (const name of ['note', 'message', 'hint']) if (typeof hidden[name] === 'string') hidden[name] = hideText(mask, hidden[name])
  return hidden
}
