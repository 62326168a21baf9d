import { ChevronRight, Search, Unplug } from 'lucide-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { RunSummary, RunbookSummary } from '#preload/contract.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import type { Library } from '#renderer/stores/library.ts'
import { useOverlay } from '#renderer/stores/overlay.ts'
import { useRoute } from '#renderer/stores/route.ts'
import type { Route } from '#renderer/stores/route.ts'
import { Button } from '#renderer/ui/button.tsx'
import { RehearsalTag, Tag } from '#renderer/ui/tag.tsx'
import { Time } from '#renderer/ui/time.tsx'
import styles from './title-bar.module.css'

const screenNames: Record<Route['screen'], string> = { library: 'Library', settings: 'Settings', runbook: 'Library', run: 'Room', report: 'Report' }

export function TitleBar() {
  const route = useRoute((state) => state.route)
  const { library, settings } = useAppStores()
  const subject = useStore(library, (state) => subjectOf(route, state))
  const operator = useStore(settings, (state) => state.settings?.operator)
  const pageTitle = [subject?.title, screenNames[route.screen], 'Holdpoint'].filter(Boolean).join(' – ')
  useEffect(() => {
    document.title = pageTitle
  }, [pageTitle])
  return (
    <header className={styles.bar}>
      <h1 className={styles.trail}>
        <span className={subject === null ? styles.here : styles.above}>{screenNames[route.screen]}</span>
        {subject !== null && <><ChevronRight size={13} aria-hidden="true" /><span className={styles.here}>{subject.title}</span></>}
        {subject !== null && 'mode' in subject && (subject.mode === 'rehearsal' ? <RehearsalTag /> : <Tag tone="bad" title="A live run: commands go to real hosts">LIVE</Tag>)}
      </h1>
      <ConnectionNote />
      <Button variant="quiet" size="s" icon={<Search size={13} />} shortcut="$mod+k" onClick={() => useOverlay.getState().show('palette')}>Commands</Button>
      {operator !== undefined && <span className={styles.operator} title="You are recorded under this name">{operator}</span>}
    </header>
  )
}

/** The summary of the run or runbook the screen is about, as the library has it. */
function subjectOf(route: Route, { runbooks, runs }: Library): RunSummary | RunbookSummary | null {
  if (!('id' in route)) return null
  const rows: (RunSummary | RunbookSummary)[] | null = route.screen === 'runbook' ? runbooks : runs
  return rows?.find((row) => row.id === route.id) ?? null
}

function ConnectionNote() {
  const connection = useStore(useAppStores().connection, (state) => state.connection)
  return (
    <span className={styles.connection} role="status">
      {connection.state === 'connecting' && 'Connecting…'}
      {connection.state === 'lost' && <span className={styles.lost}><Unplug size={13} aria-hidden="true" />Connection lost, retrying since <Time at={connection.lostAt} /></span>}
    </span>
  )
}
