import { watchedMetrics } from '#domain/run/health.ts'
import { askedIn } from '#domain/secrets/asked.ts'
import { isResumable } from '#domain/run/resume/inherit.ts'
import { canHandOver } from '#domain/run/hand-over.ts'
import { findRunStep } from '#domain/run/view.ts'
import { useRegisterCommands } from '#renderer/stores/commands.ts'
import type { Command } from '#renderer/stores/commands.ts'
import { here } from '#renderer/stores/here.ts'
import { go } from '#renderer/stores/route.ts'
import { faultRefusal, isAllowed, wayBack } from './allowed.ts'
import { keyAction } from './key-action.ts'
import { useRoom, useRun, useView } from './room-context.ts'
import { useActions } from './use-actions.ts'
import { useSelectedId } from './use-selection.ts'
import { blindTriggers } from '#domain/run/health.ts'
import { isExcluded } from '#domain/run/decide/hosts.ts'
import { useTree } from './use-tree.ts'

const GROUP = 'Room'

/** The room's keys and palette entries. What a key does to a row is looked up when it is pressed. */
export function RoomCommands() {
  const { run, view, stale, runId } = useRoom()
  const { perform, ask, send } = useActions()
  const { visible } = useTree()
  const selected = useSelectedId()
  const isStep = useRun((state) => selected !== null && findRunStep(state, selected) !== null)
  const paused = useRun((state) => state.paused !== null)
  const ended = useRun((state) => state.stage === 'ended')
  const back = useRun(wayBack)
  const canRollBack = useRun((state) => isAllowed(state, { type: wayBack(state), reason: '…' }))
  const canGoPart = useRun((state) => state.rollback === null && isAllowed(state, { type: 'start-rollback', reason: '…' }) && Object.values(state.phases).some(({ startedAt }) => startedAt !== null))
  const canPause = useRun((state) => isAllowed(state, state.paused ? { type: 'resume' } : { type: 'pause', reason: '' }))
  const rehearsing = useRun((state) => state.mode === 'rehearsal' && state.stage !== 'ended')
  const canCauseFaults = useRun((state) => faultRefusal(state) === null)
  const playsAlong = useView((room) => room.playsAlong)
  const canTakeOver = useRun((state) => here.getState().machine !== undefined && isAllowed(state, { type: 'take-over', reason: '…' }))
  const live = useRun((state) => state.mode === 'live')
  const canCheckHosts = useRun((state) => isAllowed(state, { type: 'check-hosts' }))
  const handsOver = useRun((state) => canHandOver(state, here.getState().machine))
  const canResume = useRun(isResumable)
  const canAbort = useRun((state) => isAllowed(state, { type: 'abort', reason: '…' }))

  const fired = useRun((state) => state.breaches.find(({ id, triggerId }) => triggerId !== null && isAllowed(state, { type: 'watch-breach', breachId: id, note: '' }))?.id ?? null)
  const blind = JSON.parse(useRun((state) => JSON.stringify(blindTriggers(state)))) as string[]
  const hosts = useRun((state) => JSON.stringify(state.runbook.inventory.hosts.map(({ name }) => [name, isExcluded(state, name)])))
  const hostCommands = (JSON.parse(hosts) as [string, boolean][]).map(([host, excluded]): Command => (excluded
    ? { id: `room-include ${host}`, title: `Take ${host} back into this run`, group: GROUP, enabled: canAbort, run: () => void send({ type: 'include-host', host, reason: '' }) }
    : { id: `room-exclude ${host}`, title: `Exclude ${host} from this run…`, group: GROUP, enabled: canAbort, run: () => ask({ kind: 'exclude-host', about: host }) }))

  const metrics = useRun((state) => JSON.stringify(watchedMetrics(state.runbook).map(({ metric, title }) => [metric, title])))
  const charts = (JSON.parse(metrics) as [string, string][]).map(([metric, title]): Command => ({ id: `room-chart ${metric}`, title: `Enlarge the chart of ${title}`, group: GROUP, run: () => view.getState().showChart(metric) }))

  const forgettable = useRun((state) => JSON.stringify(askedIn(state.runbook).filter((name) => isAllowed(state, { type: 'forget-secret', name }))))
  const secrets = (JSON.parse(forgettable) as string[]).map((name): Command => ({ id: `room-forget ${name}`, title: `Ask again for the secret ${name} at its next use`, group: GROUP, run: () => void send({ type: 'forget-secret', name }) }))

  const move = (by: number): void => {
    const place = visible.findIndex((row) => row.id === selected)
    const row = visible[Math.min(visible.length - 1, Math.max(0, place + by))]
    if (!row) return
    view.getState().choose(row.id)
    focusRow(row.id)
  }
  const press = (key: string): void => {
    const { state } = run.getState()
    const { chosen, nudge } = view.getState()
    if (!state) return
    if (stale.isStale((one) => keyAction(one, chosen, key))) return nudge(key)
    const action = keyAction(state, chosen, key)
    if (action) perform(action)
  }
  const search = (): void => {
    view.getState().show('search')
    // Asked for again while it is open, it takes the focus back.
    document.querySelector<HTMLElement>('input[type=search]')?.focus()
  }
  const rows: Command[] = [
    { id: 'room-down', title: 'Next row', group: GROUP, shortcut: 'j', run: () => move(1) },
    { id: 'room-up', title: 'Row before', group: GROUP, shortcut: 'k', run: () => move(-1) },
    { id: 'room-arrow-down', title: 'Next row (arrow)', group: GROUP, shortcut: 'ArrowDown', run: () => move(1) },
    { id: 'room-arrow-up', title: 'Row before (arrow)', group: GROUP, shortcut: 'ArrowUp', run: () => move(-1) },
    { id: 'room-current', title: 'Go to where the run is', group: GROUP, shortcut: 'g', run: () => followRun(view.getState().follow) },
    { id: 'room-output', title: 'Go to the output', group: GROUP, shortcut: 'o', run: () => document.querySelector<HTMLElement>('[data-output]')?.focus() },
    { id: 'room-hosts', title: 'Steps and hosts: the table of all of them', group: GROUP, shortcut: 'm', run: () => view.getState().show(view.getState().panel === 'hosts' ? 'detail' : 'hosts') },
    { id: 'room-search', title: 'Search in the output of all hosts', group: GROUP, shortcut: '/', run: search },
    { id: 'room-find', title: 'Search in the output of all hosts (as in a browser)', group: GROUP, shortcut: '$mod+f', run: search },
  ]
  const acts: Command[] = [
    { id: 'room-tick', title: 'Tick the selected item', group: GROUP, shortcut: 'Space', enabled: !ended, run: () => press('Space') },
    { id: 'room-enter', title: ended ? 'Open the report' : 'Run the selected step, or go at the gate', group: GROUP, shortcut: 'Enter', run: () => (ended ? go({ screen: 'report', id: runId }) : press('Enter')) },
    { id: 'room-retry', title: 'Retry the selected step', group: GROUP, shortcut: 'r', enabled: !ended, run: () => press('r') },
    { id: 'room-probe', title: 'Probe: ask the hosts what became of the selected step', group: GROUP, shortcut: 'q', enabled: !ended, run: () => press('q') },
    { id: 'room-retry-all', title: 'Retry the selected step on all its hosts', group: GROUP, shortcut: 't', enabled: !ended, run: () => press('t') },
    { id: 'room-exclude', title: 'Exclude the host that failed from this run', group: GROUP, shortcut: 'e', enabled: !ended, run: () => press('e') },
    { id: 'room-skip', title: 'Skip the selected step, ignore its failure, or waive the item', group: GROUP, shortcut: 's', enabled: !ended, run: () => press('s') },
    { id: 'room-done', title: 'Mark the selected step done, with evidence', group: GROUP, shortcut: 'd', enabled: !ended, run: () => press('d') },
    { id: 'room-fail', title: 'Report that the selected step failed', group: GROUP, shortcut: 'f', enabled: !ended, run: () => press('f') },
    { id: 'room-no-go', title: 'No-go at the selected gate', group: GROUP, shortcut: 'x', enabled: !ended, run: () => press('x') },
    { id: 'room-timeline', title: 'Show the timeline', group: GROUP, shortcut: 'l', run: () => view.getState().showTimeline(true) },
    { id: 'room-note', title: 'Add a note', group: GROUP, shortcut: 'n', run: () => ask({ kind: 'note', about: '' }) },
    { id: 'room-resume', title: 'Go on as a new run, also with the edited runbook…', group: GROUP, shortcut: 'c', enabled: canResume, run: () => view.getState().showResuming(true) },
    { id: 'room-pause', title: paused ? 'Resume the run' : 'Pause the run', group: GROUP, shortcut: 'p', enabled: canPause, run: () => void send(paused ? { type: 'resume' } : { type: 'pause', reason: '' }) },
    { id: 'room-roll-back', title: back === 'abort-forward' ? 'Stop what the rollback waits for…' : 'Roll back…', group: GROUP, shortcut: 'Shift+R', enabled: canRollBack, run: () => ask({ kind: back, about: '' }) },
    { id: 'room-roll-back-to', title: 'Roll back to before a phase…', group: GROUP, shortcut: 'Shift+B', enabled: canGoPart, run: () => ask({ kind: 'roll-back-to', about: '' }) },
    { id: 'room-watch', title: 'Hold and watch: stop the countdown of a fired trigger', group: GROUP, shortcut: 'w', enabled: fired !== null, run: () => fired !== null && ask({ kind: 'watch-breach', about: fired }) },
    ...blind.map((metric): Command => ({ id: `room-blind ${metric}`, title: `Go on without data for ${metric}…`, group: GROUP, run: () => ask({ kind: 'accept-no-data', about: metric }) })),
    { id: 'room-lengths', title: 'Show how long this step took in earlier runs', group: GROUP, shortcut: 'i', enabled: isStep, run: () => isStep && view.getState().showLengths(selected) },
    { id: 'room-sources', title: 'Try the metric sources…', group: GROUP, shortcut: 'y', run: () => view.getState().showSources(true) },
    { id: 'room-verdicts', title: 'Show how the rules are judged', group: GROUP, shortcut: 'v', run: () => view.getState().showVerdicts(true) },
    { id: 'room-baseline', title: 'Choose the time of the baseline…', group: GROUP, enabled: canAbort, run: () => ask({ kind: 'baseline', about: '' }) },
    { id: 'room-hand-over', title: 'Hand the run over to another machine…', group: GROUP, enabled: handsOver, run: () => view.getState().handOver(true) },
    { id: 'room-check-hosts', title: 'Look at the hosts: can they be reached, and do they keep their work', group: GROUP, enabled: canCheckHosts, run: () => void send({ type: 'check-hosts' }) },
    { id: 'room-leftovers', title: 'Show what hosts still keep of commands…', group: GROUP, enabled: live, run: () => view.getState().showLeftovers(true) },
    { id: 'room-take-over', title: 'Take the run over on this machine…', group: GROUP, enabled: canTakeOver, run: () => ask({ kind: 'take-over', about: '' }) },
    { id: 'room-abort', title: 'Abort the run…', group: GROUP, enabled: canAbort, run: () => ask({ kind: 'abort', about: '' }) },
  ]
  const rehearsal: Command[] = [
    { id: 'room-play-along', title: playsAlong ? 'Stop playing along' : 'Play along: ticks and go decisions are made for you', group: GROUP, shortcut: 'a', run: () => view.getState().playAlong(!playsAlong) },
    { id: 'room-faults', title: 'Cause a fault on a host…', group: GROUP, shortcut: 'h', enabled: canCauseFaults, run: () => view.getState().showFaults(true) },
  ]
  useRegisterCommands([...rows, ...acts, ...charts, ...hostCommands, ...secrets, ...(rehearsing ? rehearsal : [])])
  return null
}

/** After the row has been drawn, so that one that was folded away can be found. */
function focusRow(id: string): void {
  requestAnimationFrame(() => document.getElementById(`row-${id}`)?.focus({ preventScroll: true }))
}

function followRun(follow: () => void): void {
  follow()
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[role=treeitem][aria-current=step]')?.focus())
}
