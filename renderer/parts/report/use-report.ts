import { useCallback, useEffect, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { ReportModel } from '#domain/report/model.ts'
import type { Reply } from '#preload/bridge.ts'
import type { ReportDocument } from '#preload/contract.ts'
import { useClient } from '#renderer/client.ts'
import { announce } from '#renderer/ui/announce.ts'
import { download } from './download.ts'

export type ReportFormat = 'md' | 'html' | 'json'

/** The report of a run as it stands now, and its downloads. */
export function useReport(runId: string) {
  const client = useClient()
  const [model, setModel] = useState<ReportModel | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const [busy, setBusy] = useState<ReportFormat | 'page' | null>('page')

  const take = useCallback((reply: Reply<ReportDocument>) => {
    const read = reply.ok ? readReport(reply.value.text) : null
    setBusy(null)
    setProblem(reply.ok ? (read === null ? unreadable : null) : reply.problem)
    // What was shown before stays: an old report is better than an empty page.
    if (read !== null) setModel(read)
  }, [])

  useEffect(() => void client.call('make-report', { runId, format: 'json' }).then(take), [client, runId, take])

  const save = async (format: ReportFormat) => {
    if (busy !== null) return
    setBusy(format)
    const reply = await client.call('make-report', { runId, format })
    setBusy(null)
    setProblem(reply.ok ? null : reply.problem)
    if (!reply.ok) return
    download(reply.value)
    announce(`${reply.value.fileName} goes to your downloads.`, 'ok')
  }

  const reload = () => {
    setBusy('page')
    void client.call('make-report', { runId, format: 'json' }).then(take)
  }

  return { model, problem, busy, reload, save: (format: ReportFormat) => void save(format) }
}

const unreadable: ProblemValue = {
  code: 'report-unreadable',
  message: 'The report is in a form this page does not know.',
  hint: 'Download it as HTML or Markdown: those can be read without this page. Then reload the page.',
}

/** Main made the text; this only makes sure that page and main speak of the same form. */
export function readReport(text: string): ReportModel | null {
  try {
    const value: unknown = JSON.parse(text)
    const known = typeof value === 'object' && value !== null && 'format' in value && value.format === 'holdpoint-report/1'
    return known ? (value as ReportModel) : null
  } catch {
    // Not JSON at all: told to the reader as a form this page does not know.
    return null
  }
}
