import { CircleHelp, Eye, Flag, Hand, TriangleAlert } from 'lucide-react'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { useShallow } from 'zustand/shallow'
import { openMonitoring } from '#domain/run/follow-up.ts'
import { findRunStep, runningSteps } from '#domain/run/view.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatCounter } from '#renderer/ui/format.ts'
import { ActionButton } from './action-button.tsx'
import { nextAction } from './next-action.ts'
import type { Action, NextAction } from './next-action.ts'
import { NextHostDoubts } from './host-doubts.tsx'
import { ReturnWarning } from './return-warning.tsx'
import { refusalFor } from './row-actions.ts'
import { useRoom, useRun, useView } from './room-context.ts'
import { WindowWarning } from './window-warning.tsx'
import styles from './next-panel.module.css'

const looks: Record<NextAction['tone'], { word: string; icon: ReactNode }> = {
  act: { word: 'Next', icon: <Hand size={16} /> },
  watch: { word: 'In progress', icon: <Eye size={16} /> },
  bad: { word: 'Needs a decision', icon: <TriangleAlert size={16} /> },
  unknown: { word: 'Outcome unknown', icon: <CircleHelp size={16} /> },
  done: { word: 'Ended', icon: <Flag size={16} /> },
}

/** The one thing to do next, or what is being waited for. */
export function NextPanel() {
  const { tone, focusId, title, detail, owner } = useRun(useShallow((state) => summary(nextAction(state))))
  const primary = useStableAction('primary')
  const second = useStableAction('second')
  const look = looks[tone]
  return (
    <section className={classNames(styles.panel, styles[tone])} aria-label={look.word}>
      <span className={styles.icon} aria-hidden="true">{look.icon}</span>
      <div className={styles.words}>
        <p className={styles.kicker}>{look.word}{owner !== null && <> · <b>{owner}</b></>}<Nudge /></p>
        <h2 className={styles.title}>{title}</h2>
        {detail !== '' && <p className={styles.detail}>{detail}</p>}
        {tone !== 'done' && <AlsoRunning focusId={focusId} />}
      </div>
      {tone === 'watch' && focusId !== null && <Elapsed id={focusId} />}
      <MonitoringLeft />
      {second && <ActionButton action={second} size="l" variant="quiet" unlessStale={(state) => nextAction(state).second} />}
      {primary && <Primary action={primary} tone={tone} />}
      <WindowWarning />
      <ReturnWarning />
      <NextHostDoubts />
    </section>
  )
}

function Primary({ action, tone }: { action: Action; tone: NextAction['tone'] }) {
  const refusal = useRun((state) => refusalFor(state, action))
  return <ActionButton action={action} size="l" variant={tone === 'bad' && 'ask' in action.does ? 'danger' : 'primary'} refusal={refusal} unlessStale={(state) => nextAction(state).primary} />
}

const NUDGE_MS = 2_500

/** Said when a press came too soon after the run moved on to be meant for what is here now. */
function Nudge() {
  const { view } = useRoom()
  const nudged = useView((room) => room.nudged)
  useEffect(() => {
    if (!nudged) return
    const timer = setTimeout(() => view.getState().calm(), NUDGE_MS)
    return () => clearTimeout(timer)
  }, [nudged, view])
  return (
    <span role="status">
      {nudged && <span key={nudged.times} className={styles.nudge}>The run has just moved on. Press {nudged.key} again if you mean this.</span>}
    </span>
  )
}

function useElapsed(id: string): number | null {
  return useView((view) => {
    const from = view.timing?.steps[id]?.actual.startAt ?? null
    return from === null ? null : Math.max(0, Math.floor((view.now - from) / 1000) * 1000)
  })
}

function Elapsed({ id }: { id: string }) {
  const length = useElapsed(id)
  const planned = useView((view) => {
    const span = view.timing?.steps[id]?.planned
    return span?.startAt && span.endAt ? span.endAt - span.startAt : null
  })
  if (length === null) return null
  return (
    <div className={classNames(styles.elapsed, planned !== null && length > planned && styles.late)}>
      <span>{formatCounter(length)}</span>
      {planned !== null && <small>{length > planned ? `${formatCounter(length - planned)} over ${formatCounter(planned)} planned` : `of ${formatCounter(planned)} planned`}</small>}
    </div>
  )
}

/** Steps that run side by side with the one the panel is about. */
function AlsoRunning({ focusId }: { focusId: string | null }) {
  const { view } = useRoom()
  const others = useRun(useShallow((state) => runningSteps(state).map(({ step }) => step.id).filter((id) => id !== focusId)))
  if (others.length === 0) return null
  return (
    <div className={styles.also}>
      <span id="also-in-progress">Also in progress</span>
      <ul aria-labelledby="also-in-progress">{others.map((id) => <li key={id}><button type="button" onClick={() => view.getState().choose(id)}><RunningStep id={id} /></button></li>)}</ul>
    </div>
  )
}

function RunningStep({ id }: { id: string }) {
  const title = useRun((state) => findRunStep(state, id)?.step.title ?? id)
  const length = useElapsed(id)
  return <>{title}{length !== null && <b>{formatCounter(length)}</b>}</>
}

function MonitoringLeft() {
  const endsAt = useRun((state) => openMonitoring(state)?.endsAt ?? null)
  const left = useView((view) => (endsAt === null ? null : Math.max(0, endsAt - view.now)))
  if (left === null) return null
  return <div className={styles.elapsed}><span>{formatCounter(left)}</span><small>of monitoring left</small></div>
}

const summary = ({ tone, focusId, title, detail, owner }: NextAction) => ({ tone, focusId, title, detail, owner })

/** Actions are made anew on each event: the text of one decides whether it is another. */
function useStableAction(which: 'primary' | 'second'): Action | null {
  const text = useRun((state) => JSON.stringify(nextAction(state)[which]))
  return JSON.parse(text) as Action | null
}
