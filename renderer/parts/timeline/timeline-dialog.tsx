import { useCallback, useMemo, useState } from 'react'
import { ROLLBACK_ROW, timelineOf } from '#domain/timeline/timeline.ts'
import type { TimelineRow } from '#domain/timeline/timeline.ts'
import { useRoom, useRun, useView, useZone } from '#renderer/parts/room/room-context.ts'
import { useSelectedId } from '#renderer/parts/room/use-selection.ts'
import { SECTIONS } from '#renderer/parts/room/tree-rows.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { RehearsalTag } from '#renderer/ui/tag.tsx'
import { TimelineChart } from './timeline-chart.tsx'
import { rowWords } from './timeline-words.ts'
import styles from './timeline-dialog.module.css'

/** The timeline over the room, while it is wanted. */
export function TimelineDialog() {
  const isShown = useView((room) => room.timeline)
  return isShown && <Open />
}

const MOST_ZOOM = 64

function Open() {
  const { view } = useRoom()
  const zone = useZone()
  const state = useRun((run) => run)
  const { now, timing, outlook, historyProblem } = useView((room) => room)
  const current = useSelectedId()
  const [selected, setSelected] = useState(current)
  const [phasesOnly, setPhasesOnly] = useState(false)
  const [zoom, setZoom] = useState(1)
  const timeline = useMemo(() => timing && timelineOf({ state, timing, outlook, now }), [state, timing, outlook, now])
  const rows = useMemo(() => (timeline?.rows ?? []).filter((row) => !phasesOnly || row.kind === 'phase'), [timeline, phasesOnly])
  const chosen = rows.find(({ id }) => id === selected) ?? rows[0]
  const close = (): void => view.getState().showTimeline(false)
  const open = useCallback((row: TimelineRow) => {
    view.getState().choose(row.about === ROLLBACK_ROW ? SECTIONS.rollback : row.about)
    view.getState().showTimeline(false)
  }, [view])
  const critical = rows.filter(({ isCritical }) => isCritical).length

  return (
    <Dialog
      title="Timeline" size="xl" onClose={close}
      description={<>{state.mode === 'rehearsal' && <RehearsalTag />} Planned, forecast and actual, in {zone}.{critical > 0 && ` ${critical} of what is left on the critical path.`}{historyProblem !== null && ` Earlier runs could not be read: ${historyProblem}`}</>}
      actions={<>
        <p className={styles.words} aria-live="polite">{chosen && rowWords(chosen, zone)}</p>
        <Button variant="quiet" aria-pressed={phasesOnly} onClick={() => setPhasesOnly(!phasesOnly)}>{phasesOnly ? 'Show the steps' : 'Phases only'}</Button>
        <Button variant="quiet" disabled={zoom === 1} aria-label="Longer stretch" onClick={() => setZoom(Math.max(1, zoom / 2))}>−</Button>
        <Button variant="quiet" disabled={zoom >= MOST_ZOOM} aria-label="Shorter stretch" onClick={() => setZoom(Math.min(MOST_ZOOM, zoom * 2))}>+</Button>
        <Button onClick={close} shortcut="Escape">Close</Button>
      </>}
    >
      {timeline?.range
        ? <TimelineChart rows={rows} marks={timeline.marks} whole={timeline.range} zoom={zoom} onZoom={(factor) => setZoom(Math.min(MOST_ZOOM, Math.max(1, zoom * factor)))} around={chosen?.actual.startAt ?? chosen?.forecast.startAt ?? chosen?.planned.startAt ?? now} zone={zone} selected={chosen?.id ?? null} onSelect={setSelected} onOpen={open} />
        : <p className={styles.none}>Nothing of this run has a time yet: the runbook plans none, and nothing has begun.</p>}
    </Dialog>
  )
}
