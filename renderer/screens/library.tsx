import { FilePlus2, FileUp, RadioTower } from 'lucide-react'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { ProblemValue } from '#domain/problem.ts'
import { DropZone } from '#renderer/parts/library/drop-zone.tsx'
import { LiveDialog } from '#renderer/parts/library/live-dialog.tsx'
import { usualPace } from '#renderer/parts/library/pace.ts'
import { RunList } from '#renderer/parts/library/run-list.tsx'
import { RunbookRow } from '#renderer/parts/library/runbook-row.tsx'
import { useImport } from '#renderer/parts/library/use-import.ts'
import { useRehearse } from '#renderer/parts/library/use-rehearse.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { useRegisterCommands } from '#renderer/stores/commands.ts'
import { go } from '#renderer/stores/route.ts'
import { Button } from '#renderer/ui/button.tsx'
import { localZone } from '#renderer/ui/format.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { Loading } from '#renderer/ui/loading.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './library.module.css'

export function LibraryScreen() {
  const { runbooks, runs, problem } = useStore(useAppStores().library)
  const [chosen, setChosen] = useState<string | null>(null)
  const [pace, setPace] = useState(usualPace)
  const [live, setLive] = useState<string | null>(null)
  const picker = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const importing = useImport()
  const rehearsing = useRehearse(pace)

  const place = Math.max(0, runbooks?.findIndex(({ id }) => id === chosen) ?? 0)
  const selected = runbooks?.[place]
  const move = (by: number) => {
    const next = runbooks?.[Math.min(Math.max(place + by, 0), runbooks.length - 1)]
    if (!next) return
    setChosen(next.id)
    list.current?.querySelector<HTMLElement>(`[data-runbook="${CSS.escape(next.id)}"] a`)?.focus()
  }
  const withSelected = (act: (id: string) => void) => () => selected && act(selected.id)
  const group = 'Library'
  useRegisterCommands([
    { id: 'rehearse', title: `Rehearse ${selected?.title ?? 'the runbook'}`, group, shortcut: 'r', enabled: selected !== undefined, run: withSelected(rehearsing.rehearse) },
    { id: 'run-live', title: `Run ${selected?.title ?? 'the runbook'} live`, group, shortcut: 'l', enabled: selected !== undefined, run: withSelected(setLive) },
    { id: 'open', title: `Open ${selected?.title ?? 'the runbook'}`, group, shortcut: 'o', enabled: selected !== undefined, run: withSelected((id) => go({ screen: 'runbook', id })) },
    { id: 'new', title: 'New runbook from the template', group, shortcut: 'n', run: importing.createNew },
    { id: 'import', title: 'Import a runbook', group, shortcut: 'i', run: () => picker.current?.click() },
    { id: 'next', title: 'Next runbook', group, shortcut: 'j', run: () => move(1) },
    { id: 'previous', title: 'Previous runbook', group, shortcut: 'k', run: () => move(-1) },
  ])

  const problems: ProblemValue[] = [problem, rehearsing.problem, ...importing.problems].filter((one) => one !== null)
  return (
    <DropZone onFiles={importing.importFiles}>
      <div className={styles.library}>
        <section className={styles.region} aria-labelledby="runbooks-title">
          <header className={styles.head}>
            <h2 id="runbooks-title" className={styles.title}>Runbooks</h2>
            <div className={styles.ways}>
              <Button size="s" icon={<FilePlus2 size={13} />} busy={importing.busy} shortcut="n" title="The Deployment Task template, to be filled in" onClick={importing.createNew}>New</Button>
              <Button size="s" icon={<FileUp size={13} />} busy={importing.busy} shortcut="i" onClick={() => picker.current?.click()}>Import</Button>
            </div>
            <input
              ref={picker} type="file" accept=".md,.markdown,.txt,text/markdown" multiple hidden
              onChange={(event) => {
                importing.importFiles([...(event.target.files ?? [])])
                event.target.value = ''
              }}
            />
          </header>
          {problems.map((one) => <ProblemNote key={`${one.code} ${one.message}`} problem={one} />)}
          {runbooks !== null && runbooks.length > 0 && (
            <ul ref={list} className={styles.list}>
              {runbooks.map((runbook) => (
                <RunbookRow
                  key={runbook.id}
                  runbook={runbook}
                  selected={runbook.id === selected?.id}
                  busy={rehearsing.busyId === runbook.id}
                  pace={pace}
                  onPace={setPace}
                  onSelect={() => setChosen(runbook.id)}
                  onRehearse={() => rehearsing.rehearse(runbook.id)}
                  onRunLive={() => setLive(runbook.id)}
                />
              ))}
            </ul>
          )}
          {runbooks === null && problem === null && <Loading title="Reading the library" problem={null} />}
          {runbooks?.length === 0 && (
            <EmptyState title="No runbooks" text="A runbook is a Markdown file on the Deployment Task template. Holdpoint runs it and keeps the file as it is." action={<Button variant="primary" onClick={importing.createNew}>New runbook from the template</Button>} />
          )}
          <p className={styles.foot}>Drop a .md file anywhere here to import it. A rehearsal never leaves this machine, unless you choose real hosts for it.</p>
        </section>
        <section className={styles.region} aria-labelledby="runs-title">
          <header className={styles.head}><h2 id="runs-title" className={styles.title}>Recent runs</h2>{runs !== null && runs.length > 0 && <span className={styles.zone}>times in {localZone()}</span>}</header>
          {runs !== null && runs.length > 0 && <RunList runs={runs} />}
          {runs?.length === 0 && (
            <div className={styles.list}>
              <EmptyState icon={<RadioTower size={22} strokeWidth={1.5} />} title="No runs yet" text="A run is one go through a runbook, live or as a rehearsal. Rehearse the example: it plays on this machine alone, and everything that happens is on record." />
            </div>
          )}
        </section>
      </div>
      {live !== null && <LiveDialog runbookId={live} onClose={() => setLive(null)} />}
    </DropZone>
  )
}
