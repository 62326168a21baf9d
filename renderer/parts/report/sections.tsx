import type { IncidentReport, NoteReport, ReportModel, TimelineEntry } from '#domain/report/model.ts'
import type { GateReport, ItemGroupReport } from '#domain/report/work-model.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { Duration, Time } from '#renderer/ui/time.tsx'
import styles from './sections.module.css'

interface Zoned {
  zone: string
}

export function Incidents({ incidents, zone }: { incidents: IncidentReport[] } & Zoned) {
  return (
    <ul className={styles.rows}>
      {incidents.map((incident) => (
        <li key={`${incident.openedAt} ${incident.rule}`} className={styles.row}>
          <Time at={incident.openedAt} zone={zone} form="seconds" />
          <StatusMark status={incident.override ? 'overridden' : 'breached'} word={incident.kind === 'trigger' ? 'Rollback trigger' : undefined} size="s" className={styles.mark} />
          <div className={styles.words}>
            <p>{incident.rule}{incident.stepTitle !== null && <span className={styles.dim}> during “{incident.stepTitle}”</span>}</p>
            {incident.override && <p className={styles.dim}>Ignored by {incident.override.by}: {incident.override.reason}</p>}
          </div>
          <span className={styles.dim}>{incident.closedAt === null ? 'still open' : <Duration ms={incident.closedAt - incident.openedAt} />}</span>
        </li>
      ))}
    </ul>
  )
}

export function Gates({ gates, zone }: { gates: GateReport[] } & Zoned) {
  return (
    <ul className={styles.rows}>
      {gates.flatMap((gate) => gate.decisions.map((decision) => (
        <li key={`${gate.phaseNumber} ${decision.at}`} className={styles.row}>
          <Time at={decision.at} zone={zone} form="seconds" />
          <StatusMark status={decision.decision} size="s" className={styles.mark} />
          <p className={styles.words}>Before phase {gate.phaseNumber}: {gate.phaseTitle}{decision.reason !== '' && <span className={styles.dim}> – {decision.reason}</span>}</p>
          <span className={styles.dim}>{decision.by}</span>
        </li>
      )))}
    </ul>
  )
}

export function Checklists({ groups, zone }: { groups: ItemGroupReport[] } & Zoned) {
  return (
    <div className={styles.groups}>
      {groups.map((group) => (
        <div key={group.title}>
          <h4 className={styles.group}>{group.title}</h4>
          <ul>
            {group.items.map((item) => (
              <li key={item.text} className={styles.item}>
                <StatusMark status={item.state} shapeOnly size="s" />
                <span className={styles.words}>{item.text}{item.note !== '' && <span className={styles.dim}> – {item.note}</span>}</span>
                <span className={styles.dim}>{item.at === null ? (item.optional ? 'optional' : 'open') : <>{item.by} <Time at={item.at} zone={zone} /></>}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

export function Notes({ notes, zone }: { notes: NoteReport[] } & Zoned) {
  return (
    <ul className={styles.rows}>
      {notes.map((note) => (
        <li key={`${note.at} ${note.text}`} className={styles.row}>
          <Time at={note.at} zone={zone} form="seconds" />
          <p className={styles.words}>{note.text}{note.about !== null && <span className={styles.dim}> about “{note.about}”</span>}</p>
          <span className={styles.dim}>{note.by}</span>
        </li>
      ))}
    </ul>
  )
}

export function Timeline({ timeline, zone }: { timeline: TimelineEntry[] } & Zoned) {
  return (
    <ol className={styles.timeline}>
      {timeline.map((entry) => (
        <li key={entry.seq} className={classNames(styles.entry, styles[entry.tone])}>
          <Time at={entry.at} zone={zone} form="seconds" />
          <span className={styles.words}>{entry.words}</span>
          <span className={styles.dim}>{entry.by}</span>
        </li>
      ))}
    </ol>
  )
}

/** What makes the record checkable by others. */
export function Chain({ report }: { report: ReportModel }) {
  return (
    <p className={styles.chain}>
      {report.chain.events} events, each bound to the one before it. The last one’s hash: <code>{report.chain.head}</code><br />
      Run {report.runId}, runbook revision {report.revision}, made by Holdpoint {report.version} on <Time at={report.generatedAt} zone={report.zone} form="moment" /> ({report.zone}).
    </p>
  )
}
