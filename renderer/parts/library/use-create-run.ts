import { useState } from 'react'
import type { CallInput } from '#preload/contract.ts'
import type { ProblemValue } from '#domain/problem.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { go } from '#renderer/stores/route.ts'

/** Makes a run on real hosts and goes to its room; a refusal is kept to be shown. */
export function useCreateRun(onCreated: () => void) {
  const { library } = useAppStores()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ProblemValue | null>(null)

  const create = async (input: CallInput<'create-run'>) => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    const result = await library.getState().createRun(input)
    setBusy(false)
    if ('problem' in result) return setProblem(result.problem)
    onCreated()
    go({ screen: 'run', id: result.runId })
  }
  return { busy, problem, create: (input: CallInput<'create-run'>) => void create(input) }
}
