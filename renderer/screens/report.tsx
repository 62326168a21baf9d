import { Download, GraduationCap, RefreshCw } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { ReportModel } from '#domain/report/model.ts'
import { Phases, RollbackSteps } from '#renderer/parts/report/phases.tsx'
import { LearnDialog } from '#renderer/parts/report/learn-dialog.tsx'
import { ReportCharts } from '#renderer/parts/report/report-charts.tsx'
import { ReportHead } from '#renderer/parts/report/report-head.tsx'
import { Chain, Checklists, Gates, Incidents, Notes, Timeline } from '#renderer/parts/report/sections.tsx'
import { useReport } from '#renderer/parts/report/use-report.ts'
import type { ReportFormat } from '#renderer/parts/report/use-report.ts'
import { useRegisterCommands } from '#renderer/stores/commands.ts'
import { go } from '#renderer/stores/route.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Loading } from '#renderer/ui/loading.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './report.module.css'

const formats: { format: ReportFormat; label: string }[] = [
  { format: 'md', label: 'Markdown' },
  { format: 'html', label: 'HTML' },
  { format: 'json', label: 'JSON' },
]

/** The runbook's template filled with what happened in one run; the same model as the downloads. */
export function ReportScreen({ runId }: { runId: string }) {
  const { model, problem, busy, reload, save } = useReport(runId)
  const [learning, setLearning] = useState(false)
  const screen = useRef<HTMLDivElement>(null)
  // Read by keys at once: the page below the bar has the focus, and with it the arrows, Space and Page Down.
  useEffect(() => screen.current?.focus({ preventScroll: true }), [runId])
  const hasEnded = model !== null && model.overview.finishedAt !== null
  const group = 'Report'
  useRegisterCommands([
    ...formats.map(({ format, label }) => ({ id: `download-${format}`, title: `Download as ${label}`, group, shortcut: format[0], run: () => save(format) })),
    { id: 'reload', title: 'Make the report again', group, shortcut: 'u', run: reload },
    { id: 'learn', title: 'What the runbook could learn from this run…', group, shortcut: 'l', enabled: hasEnded, run: () => setLearning(true) },
    { id: 'to-room', title: 'Open the room of this run', group, shortcut: 'Escape', run: () => go({ screen: 'run', id: runId }) },
  ])
  return (
    <div ref={screen} className={styles.screen} role="region" aria-label="Report" tabIndex={0}>
      <div className={styles.bar}>
        <Button variant="quiet" onClick={() => go({ screen: 'run', id: runId })} shortcut="Escape">Room</Button>
        <span className={styles.gap} />
        {hasEnded && <Button variant="quiet" icon={<GraduationCap size={13} />} onClick={() => setLearning(true)} shortcut="l">Learn…</Button>}
        <Button variant="quiet" icon={<RefreshCw size={13} />} busy={busy === 'page'} onClick={reload} shortcut="u">Update</Button>
        {formats.map(({ format, label }) => (
          <Button key={format} variant={format === 'html' ? 'primary' : 'neutral'} icon={<Download size={13} />} busy={busy === format} onClick={() => save(format)} aria-label={`Download as ${label}`} shortcut={format[0]}>{label}</Button>
        ))}
      </div>
      <article className={styles.page}>
        {model && problem && <ProblemNote problem={problem} />}
        {model ? <Page report={model} /> : <Loading title="Making the report" problem={problem} retry={reload} />}
      </article>
      {learning && <LearnDialog runId={runId} rehearsal={model?.mode === 'rehearsal'} onClose={() => setLearning(false)} />}
    </div>
  )
}

function Page({ report }: { report: ReportModel }) {
  const { zone, rollback } = report
  return <>
    <ReportHead report={report} />
    {report.incidents.length > 0 && <Section title="Incidents"><Incidents incidents={report.incidents} zone={zone} /></Section>}
    {rollback.partial.map(({ at, by, reason, to, undone }) => <Section key={at} title={`Back to before ${to}`} aside={`${by}: ${reason}`}><p>{undone.length === 0 ? 'Nothing had to be taken back.' : `Taken back: ${undone.join(', ')}.`}</p></Section>)}
    {rollback.decision && (
      <Section title="Rollback" aside={`${rollback.decision.by}: ${rollback.decision.reason}`}>
        <RollbackSteps steps={rollback.steps} zone={zone} />
        <Checklists groups={[{ title: 'Rollback validation', items: rollback.validation }]} zone={zone} />
      </Section>
    )}
    {report.charts.length > 0 && <Section title="Metrics"><ReportCharts charts={report.charts} zone={zone} rehearsal={report.mode === 'rehearsal'} /></Section>}
    <Section title="Steps, planned and actual"><Phases phases={report.phases} zone={zone} /></Section>
    {report.gates.some((gate) => gate.decisions.length > 0) && <Section title="Go or no-go"><Gates gates={report.gates} zone={zone} /></Section>}
    <Section title="Checklists"><Checklists groups={[...report.checklists, { title: 'Post-deployment', items: report.postDeployment.checklist }, { title: 'Follow-up actions', items: report.postDeployment.followUps }].filter(({ items }) => items.length > 0)} zone={zone} /></Section>
    {report.notes.length > 0 && <Section title="Notes"><Notes notes={report.notes} zone={zone} /></Section>}
    <Section title="Timeline"><Timeline timeline={report.timeline} zone={zone} /></Section>
    <Chain report={report} />
  </>
}

function Section({ title, aside, children }: { title: string; aside?: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h3 className={styles.title}>{title}{aside !== undefined && <span className={styles.aside}>{aside}</span>}</h3>
      {children}
    </section>
  )
}
