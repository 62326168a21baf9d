import { useShallow } from 'zustand/shallow'
import { countsAhead } from '#domain/forecast/standing.ts'
import type { Standing } from '#domain/timing.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock, formatCounter, formatDate, formatLength, localZone } from '#renderer/ui/format.ts'
import { finishWords, returnWords } from './outlook-words.ts'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './clock-cluster.module.css'

/** The time in the window's zone, how much of the window is left, how long one can still go back, and when the work will be done. */
export function ClockCluster() {
  const ended = useRun((state) => state.stage === 'ended')
  return (
    <div className={styles.room}>
      <div className={styles.cluster}>
        {ended ? <Ended /> : <><Now /><WindowLeft /><NoReturn /><Finish /></>}
      </div>
    </div>
  )
}

/** After the end nothing counts any more: when it was over, and how long it took. */
function Ended() {
  const zone = useZone()
  const startedAt = useRun((state) => state.startedAt)
  const finishedAt = useRun((state) => state.finishedAt)
  if (finishedAt === null) return null
  return (
    <>
      <div className={styles.cell} title={`${formatDate(finishedAt, zone)} · ${formatClock(finishedAt, 'UTC', true)} UTC`}>
        <span className={styles.big}>{formatClock(finishedAt, zone, true)}</span>
        <span className={styles.small}>ended · {city(zone)}, {formatDate(finishedAt, zone)}</span>
      </div>
      {startedAt !== null && (
        <div className={styles.cell}>
          <span className={styles.big}>{formatLength(finishedAt - startedAt)}</span>
          <span className={styles.small}>from start to end</span>
        </div>
      )}
    </>
  )
}

/** The time where the window is, where the person is, and UTC: always all three, each said once. */
function Now() {
  const zone = useZone()
  const now = useView((view) => Math.floor(view.now / 1000) * 1000)
  const here = localZone()
  const [there, own, utc] = [zone, here, 'UTC'].map((one) => formatClock(now, one))
  const isFarAway = own !== there
  const words = [isFarAway && `you ${own}${own === utc ? ' UTC' : ''}`, !(isFarAway && own === utc) && `${utc} UTC`].filter((word) => word !== false)
  return (
    <div className={styles.cell} title={`${formatDate(now, zone)} in ${zone} · ${formatClock(now, 'UTC', true)} UTC`}>
      <span className={styles.big}>{formatClock(now, zone, true)}</span>
      <span className={styles.small}><span className={classNames(words.length > 1 && styles.city)}><span className={styles.place}>{city(zone)}</span> · </span>{words.join(' · ')}</span>
    </div>
  )
}

const city = (zone: string): string => zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone

function WindowLeft() {
  const zone = useZone()
  const left = useView((view) => view.timing?.windowLeftMs ?? null)
  const window = useView((view) => view.timing?.window ?? null)
  const notYet = useView((view) => (view.timing?.window && view.now < view.timing.window.startAt ? Math.floor((view.timing.window.startAt - view.now) / 1000) * 1000 : null))
  if (left === null || !window) return null
  const words = left < 0 ? 'over the window' : notYet !== null ? 'to window start' : 'left of window'
  return (
    <div className={styles.cell} title={`Change window ${formatClock(window.startAt, zone)} to ${formatClock(window.endAt, zone)} ${zone}`}>
      <span className={classNames(styles.big, left < 0 && styles.over)}>{formatCounter(notYet ?? Math.abs(left))}</span>
      <span className={styles.small}>{words}<span className={styles.extra}> · {formatClock(window.startAt, zone)}–{formatClock(window.endAt, zone)}</span></span>
    </div>
  )
}

/** Colour and words: under ten minutes and passed are said as well as shown. */
function NoReturn() {
  const zone = useZone()
  const words = useView(useShallow(({ outlook }) => outlook && returnWords(outlook, zone)))
  if (words === null) return null
  return (
    <div className={styles.cell} title={words.title}>
      <span className={classNames(styles.big, styles[words.standing])}>{words.clock}</span>
      <span className={styles.small}>
        {words.standing !== 'free' && <span className={styles.point}>point of </span>}no return · <b className={styles[words.standing]}>
          <span className={styles.left}>{words.when}</span><span className={styles.leftBriefly}>{words.brief}</span>
        </b>
      </span>
    </div>
  )
}

const standings: Record<Standing, string> = { within: 'in time', tight: 'tight', over: 'over', unplanned: '' }

function Finish() {
  const zone = useZone()
  const { run } = useRoom()
  const learned = useView(useShallow(({ outlook, forecasts, timing }) => {
    const { state } = run.getState()
    return outlook && forecasts && state && finishWords(outlook, countsAhead(state, forecasts), timing?.window?.endAt ?? null, zone)
  }))
  if (learned === null) return <PlannedFinish />
  return (
    <div className={styles.cell} title={learned.title}>
      <span className={classNames(styles.big, styles[learned.look])}>{learned.clock}</span>
      <span className={styles.small}>
        finish{learned.standing !== '' && <> · <b className={styles[learned.look]}><span className={styles.wide}>{learned.standing}</span><span className={styles.narrow}>{learned.brief}</span></b></>}
        <span className={styles.counts}> · {learned.counts}</span>
      </span>
    </div>
  )
}

/** Without earlier runs, or without an honest forecast from them: what has been done and what is planned. */
function PlannedFinish() {
  const zone = useZone()
  const finish = useView((view) => view.timing?.projectedFinishAt ?? null)
  const standing = useView((view) => view.timing?.standing ?? 'unplanned')
  const spare = useView((view) => Math.round(Math.abs(view.timing?.overrunMs ?? 0) / 60_000))
  const problem = useView((view) => view.historyProblem)
  if (finish === null) return null
  const basis = problem === null ? 'Planned, n=0.' : `Planned: earlier runs could not be read. ${problem}`
  return (
    <div className={styles.cell} title={`When the deployment is projected to be done, from what has been done and what is planned. ${basis}`}>
      <span className={classNames(styles.big, styles[standing])}>{formatClock(finish, zone)}</span>
      <span className={styles.small}>
        finish{standing !== 'unplanned' && <> · <b className={styles[standing]}>{standing === 'over' ? `over by ${spare} min` : <><span className={styles.wide}>{standings[standing]}, </span>{spare} min spare</>}</b></>}<span className={styles.counts}> · planned</span>
      </span>
    </div>
  )
}
