import { useEffect, useState } from 'react'
import { describeForecast } from '#domain/forecast/forecast.ts'
import { EXCLUSION_WORDS, sampleKey, type DurationSample } from '#domain/forecast/history.ts'
import type { ProblemValue } from '#domain/problem.ts'
import { findRunStep } from '#domain/run/view.ts'
import type { RunHistory } from '#preload/contract.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { formatLength } from '#renderer/ui/format.ts'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { RehearsalTag } from '#renderer/ui/tag.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './lengths-dialog.module.css'

/** How long the step took in earlier runs, and which of that counts: each length can be excluded by hand and taken back. */
export function LengthsDialog() {
  const stepId = useView((view) => view.lengthsOf)
  return stepId !== null && <Open key={stepId} stepId={stepId} />
}

function Open({ stepId }: { stepId: string }) {
  const { client, runId, view, relearn } = useRoom()
  const title = useRun((state) => findRunStep(state, stepId)?.step.title ?? stepId)
  const forecast = useView((room) => {
    const known = room.forecasts?.get(stepId)
    return known === undefined ? null : describeForecast(known)
  })
  const [history, setHistory] = useState<RunHistory | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const close = (): void => view.getState().showLengths(null)

  useEffect(() => {
    let wanted = true
    void client.call('read-history', { runId }).then((reply) => {
      if (!wanted) return
      setHistory(reply.ok ? reply.value : null)
      setProblem(reply.ok ? null : reply.problem)
    })
    return () => {
      wanted = false
    }
  }, [client, runId])

  const exclude = async (sample: DurationSample, excluded: boolean): Promise<void> => {
    if (busy !== null) return
    setBusy(sampleKey(sample, stepId))
    const reply = await client.call('exclude-sample', { runId, sample: { runId: sample.runId, stepId, attempt: sample.attempt }, excluded })
    setBusy(null)
    setProblem(reply.ok ? null : reply.problem)
    if (!reply.ok) return
    setHistory(reply.value)
    relearn(reply.value)
  }

  const samples = (history?.samples[stepId] ?? []).toReversed()
  return (
    <Dialog title={`How long “${title}” took`} size="l" onClose={close} description={forecast !== null && <>Forecast: {forecast}</>} actions={<Button onClick={close} shortcut="Escape" data-autofocus>Close</Button>}>
      {problem && <ProblemNote problem={problem} />}
      {history === null && problem === null && <p role="status">Reading earlier runs…</p>}
      {history !== null && samples.length === 0 && <p>{history.runs === 0 ? 'No earlier run of this runbook has ended, so the plan is the forecast.' : `In ${history.runs === 1 ? 'the one earlier run' : `${history.runs} earlier runs`} this step did not end, so the plan is the forecast.`}</p>}
      {samples.length > 0 && (
        <table className={styles.lengths}>
          <thead><tr><th>Began</th><th>Took</th><th>Run</th><th>Counts</th><th><span className={styles.hidden}>Change</span></th></tr></thead>
          <tbody>{samples.map((sample) => <Row key={sampleKey(sample, stepId)} sample={sample} busy={busy === sampleKey(sample, stepId)} onExclude={(excluded) => void exclude(sample, excluded)} />)}</tbody>
        </table>
      )}
    </Dialog>
  )
}

function Row({ sample, busy, onExclude }: { sample: DurationSample; busy: boolean; onExclude: (excluded: boolean) => void }) {
  const zone = useZone()
  const { excluded, runId, attempt } = sample
  return (
    <tr className={excluded === null ? undefined : styles.excluded}>
      <td><Time at={sample.at} zone={zone} form="moment" /></td>
      <td>{formatLength(sample.ms)}</td>
      <td title={runId}>{runId.slice(0, 8)}{attempt > 1 && `, attempt ${attempt}`} {sample.mode === 'rehearsal' && <RehearsalTag />}</td>
      <td>{excluded === null ? 'yes' : `no: ${EXCLUSION_WORDS[excluded]}`}</td>
      <td className={styles.act}>{(excluded === null || excluded === 'by-hand') && <Button size="s" busy={busy} onClick={() => onExclude(excluded === null)}>{excluded === null ? 'Exclude' : 'Take back'}</Button>}</td>
    </tr>
  )
}
