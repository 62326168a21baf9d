import { diffLines } from '#domain/output/diff-lines.ts'
import type { DiffLine } from '#domain/output/diff-lines.ts'
import type { ProblemValue } from '#domain/problem.ts'
import type { Reply } from '#preload/bridge.ts'
import type { Client } from '#preload/client.ts'
import type { OutputChunk, OutputWindow } from '#preload/contract.ts'
import { parseAnsi, PLAIN } from '#renderer/parts/log/ansi.ts'

/** Equal lines far from any difference stand as a gap. */
export type CompareLine = DiffLine | { kind: 'gap'; lines: number }

export type Comparison =
  | { kind: 'lines'; lines: CompareLine[]; differences: number }
  /** Why it was not done, in words. */
  | { kind: 'too-large'; words: string }
  | { kind: 'problem'; problem: ProblemValue }

export interface CompareQuery {
  client: Client
  runId: string
  stepId: string
  left: string
  right: string
}

/** A page reads no more than this of either for a comparison. */
const MOST_BYTES = 1024 * 1024
const CONTEXT = 3

/** Two hosts' last attempts at a step, line by line: stdout, then stderr marked with `!`, without colours. */
export async function compareOutputs({ client, runId, stepId, left, right }: CompareQuery): Promise<Comparison> {
  const [one, other] = await Promise.all([left, right].map((host) => readWhole(client, { runId, stepId, host })))
  for (const side of [one, other]) {
    if (!side) continue
    if ('problem' in side) return { kind: 'problem', problem: side.problem }
    if (side.chunks === null) return { kind: 'too-large', words: 'One of the two is longer than a megabyte. Look at them one after the other, or search in them.' }
  }
  const lines = diffLines(linesOf(one), linesOf(other))
  if (lines === null) return { kind: 'too-large', words: 'They have too little in common to be set side by side. Look at them one after the other.' }
  return { kind: 'lines', lines: folded(lines), differences: lines.filter(({ kind }) => kind !== 'same').length }
}

type Whole = { chunks: OutputChunk[] | null } | { problem: ProblemValue }

async function readWhole(client: Client, about: { runId: string; stepId: string; host: string }): Promise<Whole> {
  const chunks: OutputChunk[] = []
  let at: number | 'start' = 'start'
  for (;;) {
    const reply: Reply<OutputWindow> = await client.call('read-output', { ...about, at, maxBytes: 512 * 1024 })
    if (!reply.ok) return { problem: reply.problem }
    if (reply.value.bytes > MOST_BYTES) return { chunks: null }
    const last = chunks.at(-1)?.seq ?? -1
    const fresh: OutputChunk[] = reply.value.chunks.filter(({ seq }) => seq > last)
    chunks.push(...fresh)
    const next: number | undefined = fresh.at(-1)?.seq
    if (!reply.value.after || next === undefined) return { chunks }
    at = next
  }
}

function linesOf(side: Whole | undefined): string[] {
  if (!side || 'problem' in side || side.chunks === null) return []
  const attempt = Math.max(0, ...side.chunks.map((chunk) => chunk.attempt))
  const said = (stream: 'stdout' | 'stderr', mark: string): string[] => {
    const text = (side.chunks ?? []).filter((chunk) => chunk.attempt === attempt && chunk.stream === stream).map((chunk) => chunk.text).join('')
    if (text === '') return []
    return text.replace(/\r?\n$/, '').split(/\r?\n/).map((line) => mark + parseAnsi(line, PLAIN).spans.map((span) => span.text).join(''))
  }
  return [...said('stdout', ''), ...said('stderr', '! ')]
}

function folded(lines: DiffLine[]): CompareLine[] {
  const near = new Uint8Array(lines.length)
  lines.forEach(({ kind }, index) => {
    if (kind !== 'same') near.fill(1, Math.max(index - CONTEXT, 0), index + CONTEXT + 1)
  })
  const shown: CompareLine[] = []
  lines.forEach((line, index) => {
    const last = shown.at(-1)
    if (near[index] === 1) shown.push(line)
    else if (last?.kind === 'gap') last.lines += 1
    else shown.push({ kind: 'gap', lines: 1 })
  })
  return shown
}
