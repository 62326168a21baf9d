import type { ProblemValue } from '#domain/problem.ts'

/** As the contract has it: 1 MiB of characters. */
const MOST = 1024 * 1024

export type ReadFile = { ok: true; name: string; text: string } | { ok: false; problem: ProblemValue }

/** A dropped or chosen file as text, or why it cannot be a runbook. Its bytes are never guessed at. */
export async function readRunbookFile(file: Pick<File, 'name' | 'size' | 'arrayBuffer'>): Promise<ReadFile> {
  const refuse = (code: string, message: string, hint: string): ReadFile => ({ ok: false, problem: { code, message, hint: `${hint} Nothing was imported from it.` } })
  if (!/\.(md|markdown|txt)$/i.test(file.name)) return refuse('import-not-markdown', `${file.name} is not a Markdown file.`, 'Choose a file that ends in .md.')
  if (file.size > MOST) return refuse('import-too-large', `${file.name} is larger than 1 MB.`, 'Split it, or take out what is not part of the runbook.')
  try {
    // ignoreBOM keeps the mark in the text, so that an export gives back the same bytes.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer())
    return { ok: true, name: file.name, text }
  } catch (cause) {
    return cause instanceof TypeError
      ? refuse('import-not-utf8', `${file.name} is not UTF-8 text.`, 'Save it as UTF-8, then import it again.')
      : refuse('import-unreadable', `${file.name} could not be read.`, 'See whether it still exists and may be read.')
  }
}
