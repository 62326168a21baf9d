import { useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { useClient } from '#renderer/client.ts'
import { go } from '#renderer/stores/route.ts'
import { announce } from '#renderer/ui/announce.ts'
import { readRunbookFile } from './read-runbook-file.ts'

/** Brings runbooks into the library: the template, or files one after the other; what could not be imported stays listed until the next try. */
export function useImport() {
  const client = useClient()
  const [busy, setBusy] = useState(false)
  const [problems, setProblems] = useState<ProblemValue[]>([])

  const importFile = async (file: File): Promise<string | ProblemValue> => {
    const read = await readRunbookFile(file)
    if (!read.ok) return read.problem
    const reply = await client.call('import-runbook', { name: read.name, text: read.text })
    return reply.ok ? reply.value.runbookId : reply.problem
  }

  const importFiles = async (files: Iterable<File>) => {
    setBusy(true)
    setProblems([])
    const imported: string[] = []
    for (const file of files) {
      const result = await importFile(file)
      if (typeof result === 'string') imported.push(result)
      else setProblems((before) => [...before, result])
    }
    setBusy(false)
    const [only] = imported
    // One is opened, and that says it.
    if (only !== undefined && imported.length === 1) go({ screen: 'runbook', id: only })
    else if (imported.length > 1) announce(`Imported ${imported.length} runbooks.`, 'ok')
  }

  /** The template as a runbook of its own, opened to be filled in. */
  const createNew = async () => {
    setBusy(true)
    setProblems([])
    const reply = await client.call('new-runbook', {})
    setBusy(false)
    if (reply.ok) go({ screen: 'runbook', id: reply.value.runbookId })
    else setProblems([reply.problem])
  }

  return { busy, problems, createNew: () => void createNew(), importFiles: (files: Iterable<File>) => void importFiles(files) }
}
