import { useCallback, useEffect, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { ReportModel } from '#domain/report/model.ts'
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

  const load = useCallback(async () => {
    const reply = await client.call('make-report', { runId, format: 'json' })
    setBusy(null)
    if (!reply.ok) return setProblem(reply.problem)
    const read = readReport(reply.value.text)
    setProblem(read === null ? unreadable : null)
    if (read !== null) setModel(read)
  }, [client, runId])

  useEffect(() => void load(), [load])

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
    void load()
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
  const value: unknown = JSON.parse(text)
  const known = typeof value === 'object' && value !== null && 'format' in value && value.format === 'holdpoint-report/1'
  return known ? (value as ReportModel) : null
}
