import { useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { go } from '#renderer/stores/route.ts'
import type { Pace } from './pace.ts'

/** Makes a rehearsal of a runbook and goes to its room. */
export function useRehearse(pace: Pace) {
  const { library } = useAppStores()
  const [busyId, setBusyId] = useState<string | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)

  const rehearse = async (runbookId: string) => {
    if (busyId !== null) return
    setBusyId(runbookId)
    setProblem(null)
    const result = await library.getState().createRun({ runbookId, mode: 'rehearsal', ...pace })
    setBusyId(null)
    if ('problem' in result) setProblem(result.problem)
    else go({ screen: 'run', id: result.runId })
  }
  return { busyId, problem, rehearse: (runbookId: string) => void rehearse(runbookId) }
}
