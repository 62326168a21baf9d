import { useStore } from 'zustand'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { useRegisterCommands } from '#renderer/stores/commands.ts'
import type { Command } from '#renderer/stores/commands.ts'
import { useOverlay } from '#renderer/stores/overlay.ts'
import { go, useRoute } from '#renderer/stores/route.ts'
import { announce } from '#renderer/ui/announce.ts'
import { railRunId } from './rail.tsx'

const themes = { dark: 'Dark theme', light: 'Light theme', system: 'Theme of the system' } as const

/** What can be done from everywhere. Chords only where a plain letter could mean something in the room. */
export function GlobalCommands() {
  const { library, settings } = useAppStores()
  const runs = useStore(library, (state) => state.runs)
  const theme = useStore(settings, (state) => state.settings?.theme)
  const runId = railRunId(useRoute((state) => state.lastRunId), runs)
  const show = (open: 'palette' | 'help') => useOverlay.getState().show(open)

  const setTheme = async (next: keyof typeof themes) => {
    const problem = await settings.getState().save({ theme: next })
    if (problem) announce(`The theme was not saved. ${problem.message}`, 'bad')
  }

  useRegisterCommands([
    { id: 'go-library', title: 'Library', group: 'Go to', shortcut: 'Alt+Digit1', run: () => go({ screen: 'library' }) },
    { id: 'go-room', title: 'Room of the last run', group: 'Go to', shortcut: 'Alt+Digit2', enabled: runId !== null, run: () => runId !== null && go({ screen: 'run', id: runId }) },
    { id: 'go-report', title: 'Report of the last run', group: 'Go to', shortcut: 'Alt+Digit3', enabled: runId !== null, run: () => runId !== null && go({ screen: 'report', id: runId }) },
    { id: 'go-settings', title: 'Settings', group: 'Go to', shortcut: 'Alt+Digit4', run: () => go({ screen: 'settings' }) },
    { id: 'palette', title: 'Find a command', group: 'Holdpoint', shortcut: '$mod+k', run: () => show('palette') },
    { id: 'help', title: 'Keyboard help', group: 'Holdpoint', shortcut: '[Shift]+?', run: () => show('help') },
    ...(Object.keys(themes) as (keyof typeof themes)[]).map((name): Command => (
      { id: `theme-${name}`, title: themes[name], group: 'Holdpoint', enabled: name !== theme, run: () => void setTheme(name) }
    )),
  ])
  return null
}
