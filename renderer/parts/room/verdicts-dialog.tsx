import { useEffect, useState } from 'react'
import { unitOf } from '#domain/run/rules.ts'
import type { ProblemValue } from '#domain/problem.ts'
import type { RuleVerdict } from '#preload/contract.ts'
import { formatValue } from '#renderer/parts/chart/scale.ts'
import { SourcesDialog } from '#renderer/parts/runbook/sources-dialog.tsx'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { formatClock } from '#renderer/ui/format.ts'
import { Loading } from '#renderer/ui/loading.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './verdicts-dialog.module.css'

/** How each rule is judged now: the rule in numbers, what is asked of its source, and the measurements that decide. */
export function VerdictsDialog() {
  const { client, runId, view } = useRoom()
  const shown = useView((room) => room.verdicts)
  // Every five seconds is as often as most sources are read.
  const turn = useView((room) => Math.floor(room.now / 5000))
  const [read, setRead] = useState<{ verdicts: RuleVerdict[] | null; problem: ProblemValue | null }>({ verdicts: null, problem: null })
  useEffect(() => {
    if (!shown) return
    let isGone = false
    void client.call('read-verdicts', { runId }).then((reply) => {
      if (isGone) return
      setRead((before) => (reply.ok ? { verdicts: reply.value, problem: null } : { ...before, problem: reply.problem }))
    })
    return () => { isGone = true }
  }, [client, runId, shown, turn])
  if (!shown) return null
  const close = () => view.getState().showVerdicts(false)
  return (
    <Dialog title="How the rules are judged" size="l" onClose={close} actions={<><Button variant="quiet" onClick={() => { close(); view.getState().showSources(true) }}>Try the sources…</Button><Button onClick={close}>Close</Button></>}>
      {read.problem && <ProblemNote problem={read.problem} />}
      {read.verdicts === null ? (read.problem ? null : <Loading title="Judging the rules" problem={null} />) : read.verdicts.length === 0 ? <p>The runbook names no threshold and no trigger that can be watched.</p> : <ul className={styles.rules}>{read.verdicts.map((one) => <Rule key={one.thresholdId} judged={one} />)}</ul>}
    </Dialog>
  )
}

/** The sources of the run's metrics, asked once for a person. */
export function RoomSources() {
  const { view } = useRoom()
  const shown = useView((room) => room.sources)
  const runbookId = useRun((state) => state.runbookId)
  const sources = useRun((state) => state.runbook.inventory.sources)
  return shown && <SourcesDialog runbookId={runbookId} sources={sources} onClose={() => view.getState().showSources(false)} />
}

const marks = { ok: 'ok', warning: 'waiting', breached: 'breached', inconclusive: 'no-data' } as const

function Rule({ judged }: { judged: RuleVerdict }) {
  const zone = useZone()
  const unit = useRun((state) => unitOf(state.runbook, judged.metric))
  const words = ({ value }: RuleVerdict['samples'][number]) => (value === null ? 'no data' : formatValue(value, unit))
  return (
    <li className={styles.rule}>
      <h3 className={styles.head}>{judged.text}{judged.isTrigger && <small>rollback trigger</small>}<StatusMark status={marks[judged.verdict]} size="s" word={judged.words} /></h3>
      <dl className={styles.facts}>
        <dt>Limit</dt><dd>{judged.limit}</dd>
        <dt>Asked</dt><dd>{judged.query}</dd>
        <dt>Decided by</dt><dd>{judged.samples.length === 0 ? 'no reading' : judged.samples.slice(-12).map((sample) => `${formatClock(sample.at, zone, true)} ${words(sample)}`).join(' · ')}</dd>
      </dl>
    </li>
  )
}
