import type { Fate, ResumedStep } from '#domain/run/resume/plan.ts'
import type { ResumeOutline } from '#preload/contract.ts'
import { EditedLines } from '#renderer/parts/runbook/edited-lines.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { Tag } from '#renderer/ui/tag.tsx'
import type { Verdicts } from './resume-dialog.tsx'
import styles from './resume-dialog.module.css'

interface ResumeStepsProps {
  outline: ResumeOutline
  verdicts: Verdicts
  onDecide: (id: string, verdict: 'keep' | 'again') => void
}

const fates: Record<Fate, string> = { 'kept': 'done, stays so', 'runs': 'runs', 'held': 'holds until you decide', 'left-out': 'left out', 'undecided': 'decide' }

/** Each step with how it stood, what becomes of it, and the lines that were edited. */
export function ResumeSteps({ outline, verdicts, onDecide }: ResumeStepsProps) {
  return (
    <ul className={styles.steps} aria-label="Steps">
      {outline.steps.map((step) => <Step key={step.id} step={step} verdict={verdicts[step.id] ?? null} onDecide={(verdict) => onDecide(step.id, verdict)} />)}
      {outline.removed.map(({ id, title, was }) => (
        <li key={id} className={styles.gone}>
          <StatusMark status={was} size="s" />
          <span>{title}</span>
          <span className={styles.fate}>no longer in the runbook</span>
        </li>
      ))}
    </ul>
  )
}

function Step({ step, verdict, onDecide }: { step: ResumedStep; verdict: 'keep' | 'again' | null; onDecide: (verdict: 'keep' | 'again') => void }) {
  const { id, title, change, was, fate, repeats, lines } = step
  return (
    <li>
      <StatusMark status={was ?? 'planned'} size="s" />
      <span>{title} {change !== 'same' && <Tag tone="warn">{change === 'added' ? 'new' : 'edited'}</Tag>}</span>
      {fate === 'undecided' || verdict !== null
        ? (
          <span className={styles.decide} role="radiogroup" aria-label={`${title} succeeded and was edited`}>
            {(['keep', 'again'] as const).map((choice) => (
              <label key={choice}><input type="radio" name={`resume-${id}`} checked={verdict === choice} onChange={() => onDecide(choice)} />{choice === 'keep' ? 'counts as done' : 'run again'}</label>
            ))}
          </span>
        )
        : <span className={classNames(styles.fate, fate !== 'kept' && styles.open)}>{fates[fate]}{repeats ? ' a second time' : ''}</span>}
      {lines.length > 0 && (
        <EditedLines className={styles.lines} label={`What was edited in ${title}`} lines={lines.map(({ kind, text }) => ({ kind, text: `${kind === 'added' ? '+' : kind === 'removed' ? '-' : ' '} ${text}` }))} />
      )}
    </li>
  )
}
