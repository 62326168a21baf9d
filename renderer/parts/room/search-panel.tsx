import { X } from 'lucide-react'
import { memo, useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { findStep } from '#domain/run/view.ts'
import { LOCAL_HOST } from '#domain/step.ts'
import type { SearchHit } from '#preload/contract.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import type { SearchRoom } from '#renderer/stores/search.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Select, TextInput } from '#renderer/ui/field.tsx'
import { formatBytes } from '#renderer/ui/format.ts'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { useRoom, useRun } from './room-context.ts'
import { useSelectedId } from './use-selection.ts'
import styles from './search-panel.module.css'

/** Typing on does not begin a search with every letter. */
const PAUSE_MS = 200

/** Looks for a text in what all hosts of the run have said; a hit opens that line of that host. */
export function SearchPanel() {
  const { search, view } = useRoom()
  const room = useStore(search)
  const selected = useSelectedId()
  const titleHere = useRun((state) => (selected === null ? null : (findStep(state.runbook, selected)?.step.title ?? null)))
  const panel = useRef<HTMLElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const scopes = [{ value: '', label: 'The whole run' }, ...(selected !== null && titleHere !== null ? [{ value: selected, label: `Only “${titleHere}”` }] : [])]
  const scope = scopes.some(({ value }) => value === room.stepId) ? (room.stepId ?? '') : ''

  const begin = (text: string, stepId: string): void => room.search(text, stepId === '' ? null : stepId)
  const onType = (text: string): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => begin(text, scope), PAUSE_MS)
  }
  const close = (): void => {
    room.stop()
    view.getState().show('detail')
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const stops = [...(panel.current?.querySelectorAll<HTMLElement>('input, [data-hit]') ?? [])]
    const at = stops.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'Escape') close()
    else if (event.key === 'ArrowDown') stops[Math.min(at + 1, stops.length - 1)]?.focus()
    else if (event.key === 'ArrowUp') stops[Math.max(at - 1, 0)]?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <section className={styles.panel} ref={panel} aria-label="Search in the output" onKeyDown={onKeyDown}>
      <header className={styles.head}>
        <TextInput
          type="search" aria-label="Text to look for" placeholder="Search what the hosts said" maxLength={200} autoFocus defaultValue={room.text}
          onChange={(event) => onType(event.target.value)} onFocus={(event) => event.target.select()}
          onKeyDown={(event) => event.key === 'Enter' && begin(event.currentTarget.value, scope)}
        />
        <Select aria-label="Where to look" options={scopes} value={scope} onChange={(event) => begin(room.text, event.target.value)} />
        <Button variant="quiet" icon={<X size={14} />} aria-label="Close the search" title="Close (Esc)" onClick={close} />
      </header>
      <p className={styles.says} role="status">{words(room)}</p>
      {room.problem && <ProblemNote problem={room.problem} />}
      <Hits hits={room.hits} />
    </section>
  )
}

function words({ text, hits, progress, problem }: SearchRoom): string {
  if (problem || text === '') return 'Upper and lower case are alike. ↓ goes to the hits, Enter opens one, Esc closes.'
  if (!progress) return 'Searching…'
  const count = hits.length === 1 ? '1 line' : `${hits.length.toLocaleString('en')} lines`
  if (!progress.done) return `${count} so far; ${formatBytes(progress.read)} of ${formatBytes(progress.bytes)} looked through…`
  if (progress.more) return `The first ${count}. Look for something rarer, or in one step only.`
  return `${hits.length === 0 ? 'No line' : count} in ${formatBytes(progress.read)} of output.`
}

const Hits = memo(function Hits({ hits }: { hits: SearchHit[] }) {
  const titles = useRun((state) => state.runbook)
  return (
    <ol className={styles.hits} aria-label="Lines found">
      {hits.map((hit, index) => (
        <li key={`${hit.seq} ${hit.breaks}`} className={styles.entry}>
          {hits[index - 1]?.stepId !== hit.stepId && <h3 className={styles.step}>{findStep(titles, hit.stepId)?.step.title ?? hit.stepId}</h3>}
          <Hit hit={hit} />
        </li>
      ))}
    </ol>
  )
})

const Hit = memo(function Hit({ hit }: { hit: SearchHit }) {
  const { view } = useRoom()
  const end = hit.start + hit.length
  return (
    <button type="button" data-hit className={styles.hit} onClick={() => view.getState().look({ stepId: hit.stepId, host: hit.host === LOCAL_HOST ? null : hit.host, place: { seq: hit.seq, breaks: hit.breaks } })}>
      <span className={styles.where}>
        {hit.host === LOCAL_HOST ? 'this machine' : hit.host}:{hit.line}{hit.stream === 'stderr' && <abbr title="stderr" className={styles.stderr}>!</abbr>}{hit.attempt > 1 && ` (attempt ${hit.attempt})`}
      </span>
      <span className={styles.text}>{showControls(hit.text.slice(0, hit.start))}<mark>{showControls(hit.text.slice(hit.start, end))}</mark>{showControls(hit.text.slice(end))}</span>
    </button>
  )
})
