import { Download, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { withLineFeeds } from '#domain/line-endings.ts'
import { InventoryDialog } from '#renderer/parts/library/inventory-dialog.tsx'
import { LiveDialog } from '#renderer/parts/library/live-dialog.tsx'
import { usualPace } from '#renderer/parts/library/pace.ts'
import { RehearseButton } from '#renderer/parts/library/rehearse-button.tsx'
import { RemoveDialog } from '#renderer/parts/library/remove-dialog.tsx'
import { useRehearse } from '#renderer/parts/library/use-rehearse.ts'
import { download } from '#renderer/parts/report/download.ts'
import { Findings } from '#renderer/parts/runbook/findings.tsx'
import { Outline } from '#renderer/parts/runbook/outline.tsx'
import { SaveBar } from '#renderer/parts/runbook/save-bar.tsx'
import { SourcesDialog } from '#renderer/parts/runbook/sources-dialog.tsx'
import { SourceEditor } from '#renderer/parts/runbook/source-editor.tsx'
import type { SourceEditorHandle } from '#renderer/parts/runbook/source-editor.tsx'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { useRegisterCommands } from '#renderer/stores/commands.ts'
import { go } from '#renderer/stores/route.ts'
import { isEdited } from '#renderer/stores/runbook.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Loading } from '#renderer/ui/loading.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './library-runbook.module.css'

type Sheet = 'none' | 'sources' | 'live' | 'inventory' | 'remove'

/** One runbook: what was understood of it on the left, its text on the right. */
export function RunbookScreen({ runbookId }: { runbookId: string }) {
  const store = useAppStores().runbook(runbookId)
  const desk = useStore(store)
  const editor = useRef<SourceEditorHandle>(null)
  const [pace, setPace] = useState(usualPace)
  const [sheet, setSheet] = useState<Sheet>('none')
  const rehearsing = useRehearse(pace)
  const edited = isEdited(desk)

  useEffect(() => void store.getState().load(), [store])
  useEffect(() => {
    if (!edited) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [edited])

  const inventories = desk.saved?.runbook.inventory.others ?? []
  const group = 'Runbook'
  const save = () => desk.saved && download({ fileName: desk.saved.name.endsWith('.md') ? desk.saved.name : `${desk.saved.name}.md`, mime: 'text/markdown', text: desk.saved.text })
  useRegisterCommands([
    { id: 'save', title: 'Save the text', group, shortcut: '$mod+s', run: () => void desk.save() },
    { id: 'export', title: 'Export the file, byte for byte', group, shortcut: 'e', run: () => void save() },
    { id: 'rehearse', title: 'Rehearse this runbook', group, shortcut: 'r', run: () => rehearsing.rehearse(runbookId) },
    { id: 'run-live', title: 'Run this runbook live', group, shortcut: 'l', run: () => setSheet('live') },
    ...(inventories.length > 0 ? [{ id: 'rehearse-on-hosts', title: `Rehearse this runbook on real hosts (${inventories.map(({ name }) => name).join(', ')})…`, group, shortcut: 'o', run: () => setSheet('inventory') }] : []),
    { id: 'sources', title: 'Try the metric sources…', group, shortcut: 'y', run: () => setSheet('sources') },
    { id: 'back', title: 'Back to the library', group, shortcut: 'Escape', run: () => go({ screen: 'library' }) },
  ])

  if (!desk.saved) return <Loading title="Opening the runbook" problem={desk.problem} retry={() => void desk.load()} />
  const { title } = desk.saved.runbook
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        <Button variant="quiet" icon={<Download size={14} />} shortcut="e" title={`Revision ${desk.saved.revision}, byte for byte`} onClick={() => void save()}>Export</Button>
        {desk.saved.runbook.inventory.sources.length > 0 && <Button variant="quiet" shortcut="y" onClick={() => setSheet('sources')}>Try sources…</Button>}
        <Button variant="quiet" icon={<Trash2 size={14} />} aria-label="Remove this runbook" onClick={() => setSheet('remove')} />
        <Button variant="quiet" shortcut="l" onClick={() => setSheet('live')}>Run live…</Button>
        {inventories.length > 0 && <Button variant="quiet" shortcut="o" onClick={() => setSheet('inventory')}>Rehearse on real hosts…</Button>}
        <RehearseButton title={title} pace={pace} onPace={setPace} onRehearse={() => rehearsing.rehearse(runbookId)} busy={rehearsing.busyId !== null} primary shortcut="r" />
      </header>
      {edited && <p className={styles.unsaved}>Runs and rehearsals use revision {desk.saved.revision}. Save to use what you have typed.</p>}
      {rehearsing.problem && <div className={styles.problem}><ProblemNote problem={rehearsing.problem} /></div>}
      <div className={styles.halves}>
        <div className={styles.outline}><Outline runbook={desk.saved.runbook} onGo={(range) => editor.current?.goTo(range.line, range.column)} /></div>
        <div className={styles.source}>
          <SaveBar store={store} />
          <div className={styles.editor}><SourceEditor ref={editor} text={withLineFeeds(desk.draft)} findings={desk.findings} onEdit={desk.edit} /></div>
          {desk.findings.length > 0 && <div className={styles.findings}><Findings findings={desk.findings} onGo={(finding) => editor.current?.goTo(finding.line, finding.column)} /></div>}
        </div>
      </div>
      {sheet === 'sources' && <SourcesDialog runbookId={runbookId} sources={desk.saved.runbook.inventory.sources} onClose={() => setSheet('none')} />}
      {sheet === 'live' && <LiveDialog runbookId={runbookId} onClose={() => setSheet('none')} />}
      {sheet === 'inventory' && <InventoryDialog runbookId={runbookId} inventories={inventories} onClose={() => setSheet('none')} />}
      {sheet === 'remove' && <RemoveDialog runbookId={runbookId} title={title} onClose={() => setSheet('none')} />}
    </div>
  )
}
