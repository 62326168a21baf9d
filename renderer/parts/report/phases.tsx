import type { PhaseReport, StepReport } from '#domain/report/work-model.ts'
import { formatLength } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { Time } from '#renderer/ui/time.tsx'
import styles from './phases.module.css'

const MINUTE = 60_000
const dash = '–'

/** Planned against actual, phase by phase. */
export function Phases({ phases, zone }: { phases: PhaseReport[]; zone: string }) {
  return <StepTable zone={zone} groups={phases.map((phase) => ({ title: `Phase ${phase.number}: ${phase.title}`, phase, steps: phase.steps }))} />
}

export function RollbackSteps({ steps, zone }: { steps: StepReport[]; zone: string }) {
  return <StepTable zone={zone} groups={[{ title: 'Rollback', phase: null, steps }]} />
}

interface Group {
  title: string
  phase: PhaseReport | null
  steps: StepReport[]
}

function StepTable({ groups, zone }: { groups: Group[]; zone: string }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr><th>Step</th><th>Status</th><th>Planned</th><th>Actual</th><th>Took</th><th>Against plan</th><th>By</th></tr>
      </thead>
      {groups.map(({ title, phase, steps }) => (
        <tbody key={title}>
          {phase && (
            <tr className={styles.phase}>
              <th scope="rowgroup" colSpan={2}>{title}</th>
              <td><Span span={phase.planned} zone={zone} /></td>
              <td><Span span={phase.actual} zone={zone} /></td>
              <td colSpan={3} />
            </tr>
          )}
          {steps.map((step, index) => <StepLine key={`${index} ${step.title}`} step={step} zone={zone} />)}
        </tbody>
      ))}
    </table>
  )
}

const Moment = ({ at, zone }: { at: number | null; zone: string }) => (at === null ? dash : <Time at={at} zone={zone} />)

const Span = ({ span, zone }: { span: PhaseReport['planned']; zone: string }) =>
  span.startAt === null ? dash : <><Moment at={span.startAt} zone={zone} /> – {span.endAt === null ? 'not ended' : <Moment at={span.endAt} zone={zone} />}</>

function StepLine({ step, zone }: { step: StepReport; zone: string }) {
  const trouble = step.hosts.filter((host) => host.state === 'failed' || host.state === 'unknown')
  // A failure's message is made of what its hosts say, who say it themselves below.
  const repeats = trouble.some(({ host }) => step.message.includes(`${host}: `))
  return (
    <tr>
      <td className={styles.step}>
        {step.title}
        {step.message !== '' && !repeats && <p className={styles.message}>{step.message}</p>}
        {trouble.map((host) => <p key={host.host} className={styles.message}><code>{host.host}</code> {host.result}</p>)}
      </td>
      <td><StatusMark status={step.status} size="s" /></td>
      <td><Moment at={step.planned.startAt} zone={zone} /></td>
      <td><Moment at={step.actual.startAt} zone={zone} /></td>
      <td>{step.durationMs === null ? dash : formatLength(step.durationMs)}</td>
      <td className={step.lateMs > MINUTE ? styles.late : styles.onTime}>{Math.abs(step.lateMs) < MINUTE || step.actual.endAt === null ? dash : step.lateMs > 0 ? `${formatLength(step.lateMs)} late` : `${formatLength(-step.lateMs)} early`}</td>
      <td>{step.by ?? dash}{step.attempts.length > 1 ? ` (${step.attempts.length} tries)` : ''}</td>
    </tr>
  )
}
