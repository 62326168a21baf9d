import { useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { useClient } from '#renderer/client.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { go } from '#renderer/stores/route.ts'
import { announce } from '#renderer/ui/announce.ts'
import type { Pace } from './pace.ts'

/** Makes a rehearsal of a runbook, starts it and goes to its room. */
export function useRehearse(pace: Pace) {
  const client = useClient()
  const { library } = useAppStores()
  const [busyId, setBusyId] = useState<string | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)

  const rehearse = async (runbookId: string) => {
    if (busyId !== null) return
    setBusyId(runbookId)
    setProblem(null)
    const result = await library.getState().createRun({ runbookId, mode: 'rehearsal', ...pace })
    if ('problem' in result) {
      setBusyId(null)
      return setProblem(result.problem)
    }
    const started = await client.call('send-command', { runId: result.runId, command: { type: 'start-run' } })
    setBusyId(null)
    // The rehearsal is there either way; its room offers the start again.
    if (!started.ok) announce(`The rehearsal was made, but not started. ${started.problem.message}`, 'bad')
    go({ screen: 'run', id: result.runId })
  }
  return { busyId, problem, rehearse: (runbookId: string) => void rehearse(runbookId) }
}
