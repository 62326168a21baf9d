import type { ProblemValue } from '#domain/problem.ts'
import { automatedRunning } from '#domain/run/view.ts'
import type { Ask } from '#renderer/stores/room-view.ts'
import { ReasonDialog } from '#renderer/ui/reason-dialog.tsx'
import { commandOf, wordsOf } from './asks.ts'
import { useRoom, useRun, useView } from './room-context.ts'
import { BoundaryChoice } from './boundary-choice.tsx'
import { RollbackPreview } from './rollback-preview.tsx'

/** The question that is open, if one is. */
export function AskDialog() {
  const ask = useView((view) => view.ask)
  // Another phase is chosen in the same question: what was typed stays.
  return ask && <Open key={ask.kind === 'roll-back-to' ? ask.kind : `${ask.kind} ${ask.about}`} ask={ask} />
}

function Open({ ask }: { ask: Ask }) {
  const { run, view } = useRoom()
  const words = useRun((state) => JSON.stringify(wordsOf(ask, state)))
  const confirm = async (reason: string): Promise<ProblemValue | null> => {
    const reply = await run.getState().send(commandOf(ask, reason))
    return reply.ok ? null : reply.problem
  }
  const goesBack = ask.kind === 'start-rollback' || ask.kind === 'roll-back-to'
  const waits = useRun((state) => goesBack && automatedRunning(state).some(({ lane }) => lane === 'forward'))
  const rollBackWaiting = async (reason: string): Promise<ProblemValue | null> => {
    const reply = await run.getState().send({ ...(ask.kind === 'roll-back-to' ? { type: ask.kind, phaseId: ask.about } : { type: 'start-rollback' }), reason, running: 'wait' })
    return reply.ok ? null : reply.problem
  }
  const { title, description, label, placeholder, confirm: word, tone, optional } = JSON.parse(words) as ReturnType<typeof wordsOf>
  return (
    <ReasonDialog
      title={title} description={description} label={label} placeholder={placeholder} confirm={waits ? 'Stop it and roll back' : word} tone={tone} optional={optional}
      onConfirm={confirm} second={waits ? { label: 'Wait for it, then roll back', onConfirm: rollBackWaiting } : undefined} onClose={() => view.getState().close()}
    >
      {ask.kind === 'start-rollback' && <RollbackPreview />}
      {ask.kind === 'roll-back-to' && <BoundaryChoice phaseId={ask.about} />}
    </ReasonDialog>
  )
}
