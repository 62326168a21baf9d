import { tryInTime } from '#api/sources.ts'
import { formatDuration } from '#domain/duration.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { SourceTrial } from '#domain/source-trial.ts'
import { createApp } from '../app.ts'
import { createAsker } from './asker.ts'
import { answerAt, NO_ANSWER } from './prompts.ts'
import { harmless, paint } from './terminal.ts'

/** Asks every metric source of the runbook once, over the real network. Without a terminal nobody can trust a new host key. */
export async function trySources(runbook: Runbook, dataPath: string | undefined): Promise<SourceTrial[]> {
  const asker = process.stdin.isTTY ? createAsker({ input: process.stdin, output: process.stderr }) : null
  const app = await createApp({
    door: 'cli', dataPath, recover: false,
    answerPrompt: asker ? answerAt(asker) : (prompt) => Promise.resolve(NO_ANSWER[prompt.kind]),
  })
  try {
    return await Promise.all(runbook.inventory.sources.map((source) => tryInTime(app.deps, source)))
  } finally {
    asker?.close()
    await app.close()
  }
}

/** `error rate = 2.4 (0.1 s)`, and below it why there is no value and what was asked. */
export function trialLine({ metric, query, value, tookMs, fault }: SourceTrial): string {
  const said = value === null ? 'no data' : String(value)
  const shown = process.stdout.isTTY ? paint(value === null ? 'red' : 'green', said) : said
  return `${harmless(metric)} = ${shown} (${formatDuration(tookMs)})${[fault, query].filter((line) => line !== '').map((line) => `\n    ${harmless(line)}`).join('')}`
}
