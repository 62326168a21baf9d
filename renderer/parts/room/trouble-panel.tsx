import { useShallow } from 'zustand/shallow'
import { boundariesOf } from '#domain/run/boundaries.ts'
import { givenSecrets } from '#domain/run/given-secrets.ts'
import { handlerOf } from '#domain/run/handler.ts'
import { isResumable } from '#domain/run/resume/inherit.ts'
import type { HostState, RunState } from '#domain/run/state.ts'
import { findStep } from '#domain/run/view.ts'
import type { HostResult, Step } from '#domain/step.ts'
import { isExcluded } from '#domain/run/decide/hosts.ts'
import { describeResult } from '#domain/run/describe.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { ActionButton } from './action-button.tsx'
import { isAllowed } from './allowed.ts'
import { goOn } from './next-action.ts'
import type { Action } from './next-action.ts'
import { actionsFor } from './row-actions.ts'
import type { RowAction } from './row-actions.ts'
import { useRun, useRunParts, useZone } from './room-context.ts'
import styles from './trouble-panel.module.css'

interface Told {
  host: string
  result: HostResult
  probe: HostState['probe']
}

/** The ways on stay in sight, whatever the number of hosts. */
const MOST_TOLD = 4
const MOST_NAMED = 4

/** A failed or unknown step: what happened on which host, what to look at, and the ways on, each with what it means. */
export function TroublePanel({ stepId }: { stepId: string }) {
  const unknown = useRun((state) => state.steps[stepId]?.status === 'unknown')
  const told = useRun((state) => JSON.stringify(Object.entries(state.steps[stepId]?.hosts ?? {}).flatMap(([host, { result, probe }]) => (result && result.outcome !== 'succeeded' && !isExcluded(state, host) ? [{ host, result, probe }] : []))))
  const message = useRun((state) => state.steps[stepId]?.message ?? '')
  const all = useRun((state) => Object.keys(state.steps[stepId]?.hosts ?? {}).length)
  const succeeded = useRun(useShallow((state) => Object.entries(state.steps[stepId]?.hosts ?? {}).filter(([, host]) => host.state === 'succeeded').map(([name]) => name)))
  const actions = useRun((state) => JSON.stringify(actionsFor(state, stepId).filter((action) => action.refusal === null)))
  const canRollBack = useRun((state) => isAllowed(state, { type: 'start-rollback', reason: '…' }))
  const canBeGoneBackTo = useRunParts(['runbook', 'phases', 'steps'], (state) => boundariesOf(state).some(({ lacking }) => lacking.length === 0))
  const canGoPart = useRun((state) => state.rollback === null) && canBeGoneBackTo
  const canGoOn = useRun(isResumable)
  const trouble = JSON.parse(told) as Told[]
  const ways = JSON.parse(actions) as RowAction[]
  return (
    <section className={classNames(styles.panel, unknown && styles.unknown)} aria-label={unknown ? 'Outcome unknown' : 'Failure'}>
      <ul className={styles.hosts}>
        {trouble.slice(0, MOST_TOLD).map(({ host, result, probe }) => (
          <li key={host}>
            <StatusMark status={result.outcome} size="s" word={host} />
            <div>
              <p>{showControls(describeResult(result))}</p>
              {'hint' in result && result.hint !== '' && <p className={styles.hint}>{result.hint}</p>}
              {probe && <Probed probe={probe} />}
            </div>
            {ways.filter(excludes(host)).map((action) => <ActionButton key={host} action={{ ...action, label: 'Exclude…', key: action === ways.find(isExclusion) ? action.key : '' }} size="s" variant="quiet" />)}
          </li>
        ))}
        {trouble.length > MOST_TOLD && <li><p className={styles.hint}>And {trouble.length - MOST_TOLD} more: the table below has all {trouble.length}.</p></li>}
        {trouble.length === 0 && message !== '' && <li><div><p className={styles.message}>{message}</p></div></li>}
      </ul>
      {succeeded.length > 0 && <p className={styles.hint}>Succeeded on {succeeded.length <= MOST_NAMED ? succeeded.join(', ') : `${succeeded.length} of ${all} hosts`}. A retry leaves {succeeded.length === 1 ? 'that one' : 'those'} alone.</p>}
      <Handled stepId={stepId} />
      <Forgotten stepId={stepId} />
      {unknown && (
        <ol className={styles.guide}>
          <li>Probe, or look at the host yourself: is the command still running, and did it do its work?</li>
          <li>If it is done, mark it done and say how you know. If it never ran, retry. If it half ran, put it right first.</li>
        </ol>
      )}
      <dl className={styles.ways}>
        {[...ways.filter((action) => !isExclusion(action)), ...(canRollBack ? [rollBack] : []), ...(canGoPart ? [rollBackTo] : []), ...(canGoOn ? [goOn] : [])].map((action) => (
          <div key={JSON.stringify(action.does)}>
            <dt><ActionButton action={action} size="s" /></dt>
            <dd>{meaningOf(action)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** What `on-fail=step:ID` has run for this failure, and how that went. */
function Handled({ stepId }: { stepId: string }) {
  const title = useRun((state) => handled(state, stepId)?.title ?? null)
  const status = useRun((state) => state.steps[handled(state, stepId)?.id ?? '']?.status ?? 'planned')
  return title === null || status === 'planned' ? null : <p className={styles.handled}>Run as it failed: {title} <StatusMark status={status} size="s" /></p>
}

function handled(state: RunState, stepId: string): Step | null {
  const step = findStep(state.runbook, stepId)?.step
  return step === undefined || state.steps[stepId]?.status !== 'failed' ? null : handlerOf(state, step)
}

/** The secrets that the next try asks a person for again. */
function Forgotten({ stepId }: { stepId: string }) {
  const names = useRun((state) => {
    const step = findStep(state.runbook, stepId)?.step
    return step === undefined ? '' : givenSecrets(state, step).forgotten.map((name) => `“${name}”`).join(', ')
  })
  return names === '' ? null : <p className={styles.handled} role="status">What was given as {names} is forgotten: the next try asks for it again.</p>
}

/** What the host said of it, or that it is being asked. */
function Probed({ probe: { at, by, findings } }: { probe: NonNullable<HostState['probe']> }) {
  const zone = useZone()
  if (findings === null) return <p className={styles.hint} role="status">Asking the host what it knows…</p>
  return (
    <div className={styles.findings}>
      <p className={styles.hint}>Probed at {formatClock(at, zone, true)} by {by}:</p>
      <ul>{findings.map((finding) => <li key={finding}>{finding.split('\n').map(showControls).join('\n')}</li>)}</ul>
    </div>
  )
}

/** Beside the host it would take out of the run, not among the ways on for the whole step. */
const isExclusion = ({ does }: Action): boolean => 'ask' in does && does.ask.kind === 'exclude-host'
const excludes = (host: string) => (action: Action): boolean => isExclusion(action) && 'ask' in action.does && action.does.ask.about === host

const rollBack: Action = { label: 'Roll back…', key: 'Shift+R', does: { ask: { kind: 'start-rollback', about: '' } } }

const rollBackTo: Action = { label: 'Back to a phase…', key: 'Shift+B', does: { ask: { kind: 'roll-back-to', about: '' } } }

function meaningOf({ label, does }: Action): string {
  if ('send' in does && does.send.type === 'forget-secret') return `What was given as “${does.send.name}” may be wrong: the next try asks for it again.`
  return meanings[label] ?? ''
}

/** A line each at the width of the room, so that the host's output keeps its place below them. */
const meanings: Record<string, string> = {
  Probe: 'Asks the hosts what became of it. Sends no command again.',
  Retry: 'Runs it again on the hosts where it has not succeeded.',
  'Retry…': 'Runs it again. Only when doing it twice is safe.',
  'Retry on all': 'Runs it again on every host: it is marked safe for that.',
  'Retry on all…': 'Also where it has succeeded. Asks why.',
  'Ignore…': 'The failure stays on record, the run goes on. Asks why.',
  'Mark done…': 'You saw that it is done. Sends nothing; asks how you know.',
  'Skip…': 'Goes on without it. Asks why.',
  'Go on…': 'As a new run, also with the runbook edited.',
  'Back to a phase…': 'Takes back what was done since a phase began.',
  'Roll back…': 'Shows the steps back first. Asks why.',
}
