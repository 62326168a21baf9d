import { BookOpen, FileText, RadioTower, Settings } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { useStore } from 'zustand'
import type { RunSummary } from '#preload/contract.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { hashOf, useRoute } from '#renderer/stores/route.ts'
import type { Route } from '#renderer/stores/route.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { Mark } from './mark.tsx'
import styles from './rail.module.css'

/** The run the rail leads to: the one looked at last, else the newest that has not ended. */
export function railRunId(lastRunId: string | null, runs: RunSummary[] | null): string | null {
  return lastRunId ?? runs?.find((run) => !run.status.startsWith('ended-'))?.id ?? null
}

export function Rail() {
  const { route, lastRunId } = useRoute()
  const runId = railRunId(lastRunId, useStore(useAppStores().library, (library) => library.runs))
  return (
    <nav className={styles.rail} aria-label="Main">
      <Mark />
      <RailLink icon={BookOpen} label="Library" route={{ screen: 'library' }} active={route.screen === 'library' || route.screen === 'runbook'} />
      <RailLink icon={RadioTower} label="Room" route={runId === null ? null : { screen: 'run', id: runId }} active={route.screen === 'run'} />
      <RailLink icon={FileText} label="Report" route={runId === null ? null : { screen: 'report', id: runId }} active={route.screen === 'report'} />
      <span className={styles.gap} />
      <RailLink icon={Settings} label="Settings" route={{ screen: 'settings' }} active={route.screen === 'settings'} />
    </nav>
  )
}

interface RailLinkProps {
  icon: LucideIcon
  label: string
  /** Null: there is nothing to go to yet. */
  route: Route | null
  active: boolean
}

function RailLink({ icon: Icon, label, route, active }: RailLinkProps) {
  const inside = <><Icon size={17} strokeWidth={1.75} aria-hidden="true" /><span>{label}</span></>
  if (route === null) return <span className={classNames(styles.link, styles.empty)} aria-disabled="true" title="No run has been opened yet">{inside}</span>
  return <a href={hashOf(route)} className={classNames(styles.link, active && styles.active)} aria-current={active ? 'page' : undefined}>{inside}</a>
}
