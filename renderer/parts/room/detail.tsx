import { findStep, gateBefore } from '#domain/run/view.ts'
import { GateDetail } from './gate-detail.tsx'
import { ItemDetail } from './item-detail.tsx'
import { OutcomePanel } from './outcome-panel.tsx'
import { PhaseDetail } from './phase-detail.tsx'
import { useRun } from './room-context.ts'
import { RunOverview } from './run-overview.tsx'
import { StepDetail } from './step-detail.tsx'
import { useSelectedId } from './use-selection.ts'

/** What is known about the selected row, and what can be done with it. */
export function Detail() {
  const id = useSelectedId()
  const kind = useRun((state) => {
    if (id === null) return state.stage === 'ended' ? 'outcome' : 'none'
    if (findStep(state.runbook, id)) return 'step'
    if (state.items[id]) return 'item'
    if (state.runbook.phases.some((phase) => gateBefore(phase.id) === id)) return 'gate'
    return state.runbook.phases.some((phase) => phase.id === id) ? 'phase' : 'none'
  })
  if (kind === 'outcome') return <OutcomePanel />
  if (id === null || kind === 'none') return <RunOverview />
  switch (kind) {
    case 'step': return <StepDetail key={id} stepId={id} />
    case 'item': return <ItemDetail id={id} />
    case 'gate': return <GateDetail gateId={id} />
    case 'phase': return <PhaseDetail phaseId={id} />
  }
}
