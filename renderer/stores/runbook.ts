import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { Finding } from '#domain/finding.ts'
import { applyEdit } from '#domain/line-endings.ts'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { OpenRunbook } from '#preload/contract.ts'

/** One runbook being read or edited. The draft is kept whatever main answers, and as long as the page lives. */
export interface RunbookDesk {
  saved: OpenRunbook | null
  draft: string
  /** Of the draft. */
  findings: Finding[]
  checking: boolean
  saving: boolean
  problem: ProblemValue | null
  load(): Promise<void>
  edit: (text: string) => void
  save(): Promise<boolean>
  /** Puts the draft on top of the newest revision, after a save was refused because there is a newer one. */
  saveOverNewest(): Promise<boolean>
  discard: () => void
}
export type RunbookStore = StoreApi<RunbookDesk>

export const isEdited = ({ saved, draft }: RunbookDesk): boolean => saved !== null && saved.text !== draft

const QUIET_MS = 250

export function createRunbookStore(client: Client, runbookId: string): RunbookStore {
  let timer: ReturnType<typeof setTimeout> | undefined
  return createStore((set, get) => {
    const check = async (text: string) => {
      const reply = await client.call('check-text', { text })
      // Findings of a text that is no longer there would point at wrong lines.
      if (get().draft !== text) return
      set(reply.ok ? { findings: reply.value, checking: false } : { checking: false, problem: reply.problem })
    }
    const saveAt = async (revision: number): Promise<boolean> => {
      if (get().saving) return false
      const text = get().draft
      set({ saving: true, problem: null })
      const reply = await client.call('save-runbook', { runbookId, revision, text })
      if (!reply.ok) set({ saving: false, problem: reply.problem })
      else set((desk) => ({ saving: false, saved: reply.value, findings: desk.draft === text ? reply.value.findings : desk.findings }))
      return reply.ok
    }
    return {
      saved: null, draft: '', findings: [], checking: false, saving: false, problem: null,
      async load() {
        const reply = await client.call('open-runbook', { runbookId })
        if (!reply.ok) set({ problem: reply.problem })
        else if (!isEdited(get())) set({ saved: reply.value, draft: reply.value.text, findings: reply.value.findings, problem: null })
      },
      edit(text) {
        // The field knows only LF; the draft keeps the file's own line ends, so that an edit stays one hunk.
        const draft = applyEdit(get().draft, text)
        set({ draft, checking: true })
        clearTimeout(timer)
        timer = setTimeout(() => void check(draft), QUIET_MS)
      },
      async save() {
        const { saved } = get()
        return saved !== null && saveAt(saved.revision)
      },
      async saveOverNewest() {
        const newest = await client.call('open-runbook', { runbookId })
        if (newest.ok) return saveAt(newest.value.revision)
        set({ problem: newest.problem })
        return false
      },
      discard() {
        clearTimeout(timer)
        set(({ saved }) => ({ draft: saved?.text ?? '', findings: saved?.findings ?? [], checking: false, problem: null }))
      },
    }
  })
}
