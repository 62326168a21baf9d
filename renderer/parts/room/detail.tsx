import { findStep, gateBefore } from '#domain/run/view.ts'
import { GateDetail } from './gate-detail.tsx'
import { HostMatrix } from './host-matrix.tsx'
import { ItemDetail } from './item-detail.tsx'
import { OutcomePanel } from './outcome-panel.tsx'
import { PhaseDetail } from './phase-detail.tsx'
import { useRun, useView } from './room-context.ts'
import { RunOverview } from './run-overview.tsx'
import { SearchPanel } from './search-panel.tsx'
import { StepDetail } from './step-detail.tsx'
import { useSelectedId } from './use-selection.ts'

/** The middle of the room: the selected row, or what was opened over it. */
export function Middle() {
  const panel = useView((view) => view.panel)
  switch (panel) {
    case 'search': return <SearchPanel />
    case 'hosts': return <HostMatrix />
    case 'detail': return <Detail />
  }
}

/** What is known about the selected row, and what can be done with it. */
function Detail() {
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
