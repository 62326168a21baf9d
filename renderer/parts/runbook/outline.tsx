import { Clock, Globe, Hand, SquareTerminal } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatDuration } from '#domain/duration.ts'
import type { Phase, Runbook, SourceRange } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import { formatLength } from '#renderer/ui/format.ts'
import { Tag } from '#renderer/ui/tag.tsx'
import styles from './outline.module.css'

interface OutlineProps {
  runbook: Runbook
  onGo: (range: SourceRange) => void
}

/** What the program understood of the text, in the order it will happen. Each line leads to its place in the text. */
export function Outline({ runbook, onGo }: OutlineProps) {
  const { overview, checklists, rollback, thresholds, messages, monitoring, followUps } = runbook
  return (
    <div className={styles.outline}>
      <dl className={styles.facts}>
        <dt>Type</dt><dd>{overview.deploymentType ?? '–'}</dd>
        <dt>Environment</dt><dd>{overview.environment ?? '–'}</dd>
        <dt>Version</dt><dd>{overview.version ?? '–'}</dd>
        <dt>Window</dt><dd>{overview.windowText ?? '–'}</dd>
      </dl>
      {checklists.length > 0 && (
        <Part title="Pre-deployment checklist" aside={`${checklists.reduce((sum, group) => sum + group.items.length, 0)} items`}>
          {checklists.map((group) => <Line key={group.id} range={group.items[0]?.range ?? null} onGo={onGo} aside={String(group.items.length)}>{group.title}</Line>)}
        </Part>
      )}
      {runbook.phases.map((phase) => (
        <Part key={phase.id} title={`Phase ${phase.number}: ${phase.title}`} aside={plannedWords(phase)} gate>
          {phase.steps.map((step) => <StepLine key={step.id} step={step} onGo={onGo} />)}
        </Part>
      ))}
      {rollback.steps.length > 0 && (
        <Part title="Rollback" aside={`${rollback.triggers.length} triggers`}>
          {rollback.triggers.map((trigger) => <Line key={trigger.id} range={trigger.range} onGo={onGo} aside={trigger.threshold ? 'watched' : 'by hand'}>{trigger.text}</Line>)}
          {rollback.steps.map((step) => <StepLine key={step.id} step={step} onGo={onGo} />)}
        </Part>
      )}
      {(thresholds.length > 0 || monitoring) && (
        <Part title="Monitoring" aside={monitoring?.text ?? ''}>
          {thresholds.map((threshold) => <Line key={threshold.id} range={threshold.range} onGo={onGo} aside="watched">{threshold.text}</Line>)}
        </Part>
      )}
      {messages.length > 0 && (
        <Part title="Communication" aside={`${messages.length} messages`}>
          {messages.map((message) => <Line key={message.id} range={message.range} onGo={onGo}>{message.text}</Line>)}
        </Part>
      )}
      {followUps.length > 0 && (
        <Part title="Follow-up actions" aside={`${followUps.length} after the release`}>
          {followUps.map(({ id, text, range, watchMs }) => <Line key={id} range={range} onGo={onGo} aside={watchMs === undefined ? 'by hand' : `watched for ${formatDuration(watchMs)}`}>{text}</Line>)}
        </Part>
      )}
    </div>
  )
}

const two = (value: number): string => String(value).padStart(2, '0')
const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
const plannedWords = ({ planned }: Phase): string => (planned ? `${clock(planned.startMinute)} – ${clock(planned.endMinute)}` : 'no times')

function Part({ title, aside, gate = false, children }: { title: string; aside: string; gate?: boolean; children: ReactNode }) {
  return (
    <section className={styles.part}>
      <header className={styles.head}>
        <h3 className={styles.title} title={title}>{title}</h3>
        {gate && <Tag title="A go/no-go opens this phase">gate</Tag>}
        <span className={styles.aside}>{aside}</span>
      </header>
      <ul>{children}</ul>
    </section>
  )
}

interface LineProps {
  icon?: ReactNode
  range: SourceRange | null
  onGo: (range: SourceRange) => void
  aside?: string
  children: ReactNode
}

function Line({ icon, range, onGo, aside, children }: LineProps) {
  return (
    <li>
      <button type="button" className={styles.line} disabled={range === null} title={[typeof children === 'string' ? children : '', range ? `line ${range.line}` : ''].filter(Boolean).join(' · ')} onClick={() => range && onGo(range)}>
        <span className={styles.icon}>{icon}</span>
        <span className={styles.words} dir="auto">{children}</span>
        {aside !== undefined && <span className={styles.aside}>{aside}</span>}
      </button>
    </li>
  )
}

const kinds: Record<string, { icon: LucideIcon; word: string }> = {
  sh: { icon: SquareTerminal, word: 'Command over SSH' },
  http: { icon: Globe, word: 'HTTP check' },
  wait: { icon: Clock, word: 'Wait' },
  manual: { icon: Hand, word: 'By hand' },
}

function StepLine({ step, onGo }: { step: Step; onGo: (range: SourceRange) => void }) {
  const kind = kinds[step.kind] ?? { icon: SquareTerminal, word: step.kind }
  const where = step.hosts.length > 2 ? `${step.hosts.length} hosts` : step.hosts.join(', ')
  const length = step.plannedMs === null ? '' : formatLength(step.plannedMs)
  return (
    <Line range={step.range} onGo={onGo} icon={<kind.icon size={13} aria-label={kind.word} />} aside={[step.owner === null ? '' : `@${step.owner}`, where, length].filter(Boolean).join('  ·  ')}>
      {step.title}
    </Line>
  )
}
