import { useState } from 'react'
import type { MetricSource } from '#domain/inventory.ts'
import type { ProblemValue } from '#domain/problem.ts'
import type { SourceTrial } from '#domain/source-trial.ts'
import { useClient } from '#renderer/client.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { formatLength } from '#renderer/ui/format.ts'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import styles from './sources-dialog.module.css'

interface SourcesDialogProps {
  runbookId: string
  sources: readonly Pick<MetricSource, 'metric' | 'kind'>[]
  onClose: () => void
}

type Answer = { trial: SourceTrial } | { problem: ProblemValue } | 'asking'

/** Asks the runbook's metric sources once each, over the real network: what was asked, what came back, and how long it took. */
export function SourcesDialog({ runbookId, sources, onClose }: SourcesDialogProps) {
  const client = useClient()
  const [answers, setAnswers] = useState<Readonly<Record<string, Answer>>>({})
  const ask = async (metric: string): Promise<void> => {
    if (answers[metric] === 'asking') return
    const put = (answer: Answer): void => setAnswers((known) => ({ ...known, [metric]: answer }))
    put('asking')
    const reply = await client.call('try-source', { runbookId, metric })
    put(reply.ok ? { trial: reply.value } : { problem: reply.problem })
  }
  const askAll = (): void => {
    for (const { metric } of sources) void ask(metric)
  }
  const isAsking = Object.values(answers).includes('asking')
  return (
    <Dialog
      title="Try the metric sources" size="l" onClose={onClose} onSubmit={askAll}
      description="Each is asked once, for real: the runbook’s newest revision says how. Nothing of it is recorded."
      actions={<>
        <Button onClick={onClose} shortcut="Escape">Close</Button>
        {sources.length > 0 && <Button type="submit" variant="primary" busy={isAsking} data-autofocus>Ask all</Button>}
      </>}
    >
      {sources.length === 0 && <p>The runbook names no metric source. Add one under <code>metrics:</code> in its front matter.</p>}
      {sources.length > 0 && (
        <ul className={styles.sources} aria-label="Metric sources">
          {sources.map(({ metric, kind }) => (
            <li key={metric}>
              <h3 className={styles.metric}>{metric}<small>{kind}</small></h3>
              <Said answer={answers[metric]} />
              <Button size="s" busy={answers[metric] === 'asking'} aria-label={`Ask for ${metric}`} onClick={() => void ask(metric)}>Ask</Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}

function Said({ answer }: { answer: Answer | undefined }) {
  if (answer === undefined) return <p className={styles.dim}>not asked yet</p>
  if (answer === 'asking') return <p className={styles.dim} role="status">asking…</p>
  if ('problem' in answer) return <ProblemNote problem={answer.problem} />
  const { value, query, tookMs, fault } = answer.trial
  return (
    <div className={styles.said} role="status">
      <p>{value === null ? <StatusMark status="no-data" size="s" word="no data" /> : <b className={styles.value}>{value}</b>} <span className={styles.dim}>after {formatLength(tookMs)}</span></p>
      {fault !== '' && <p>{showControls(fault)}</p>}
      {query !== '' && <pre className={styles.query}>{showControls(query)}</pre>}
    </div>
  )
}
