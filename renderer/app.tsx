import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Client } from '#preload/client.ts'
import { ClientContext } from './client.ts'
import { GlobalCommands } from './parts/shell/global-commands.tsx'
import { HelpSheet } from './parts/shell/help-sheet.tsx'
import { Palette } from './parts/shell/palette.tsx'
import { Prompts } from './parts/shell/prompts.tsx'
import { Rail } from './parts/shell/rail.tsx'
import { TitleBar } from './parts/shell/title-bar.tsx'
import { LibraryScreen } from './screens/library.tsx'
import { ReportScreen } from './screens/report.tsx'
import { RoomScreen } from './screens/room.tsx'
import { RunbookScreen } from './screens/library-runbook.tsx'
import { SettingsScreen } from './screens/settings.tsx'
import { AppStoresContext, createAppStores, useAppStores } from './stores/app-stores.ts'
import { startKeymap } from './stores/keymap.ts'
import { startRouting, useRoute } from './stores/route.ts'
import { Toasts } from './ui/toasts.tsx'
import styles from './app.module.css'

/** The whole page over one client; a test gives it a client over a fake bridge. */
export function App({ client }: { client: Client }) {
  const [stores] = useState(() => createAppStores(client))
  useEffect(() => {
    const stops = [startRouting(), startKeymap(), stores.connection.getState().start(), stores.prompts.getState().start(), stores.library.getState().start()]
    void stores.settings.getState().load()
    return () => {
      for (const stop of stops) stop()
    }
  }, [stores])
  return (
    <ClientContext value={client}>
      <AppStoresContext value={stores}>
        <Shell />
      </AppStoresContext>
    </ClientContext>
  )
}

function Shell() {
  useTheme()
  return (
    <div className={styles.shell}>
      <Rail />
      <TitleBar />
      <main className={styles.main}><Screen /></main>
      <GlobalCommands />
      <Palette />
      <HelpSheet />
      <Prompts />
      <Toasts />
    </div>
  )
}

function Screen() {
  const route = useRoute((state) => state.route)
  switch (route.screen) {
    case 'library': return <LibraryScreen />
    case 'settings': return <SettingsScreen />
    case 'runbook': return <RunbookScreen key={route.id} runbookId={route.id} />
    case 'run': return <RoomScreen key={route.id} runId={route.id} />
    case 'report': return <ReportScreen key={route.id} runId={route.id} />
  }
}

/** Dark until the settings are known, so that a dark room stays dark. */
function useTheme(): void {
  const theme = useStore(useAppStores().settings, (state) => state.settings?.theme ?? 'dark')
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }, [theme])
}
