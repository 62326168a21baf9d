import { create } from 'zustand'

export interface Announcement {
  id: number
  text: string
  tone: 'info' | 'ok' | 'bad'
  /** What it is about: a newer one about the same takes its place. */
  about: string | null
}

interface Announcements {
  shown: Announcement[]
  last: number
  add(text: string, tone: Announcement['tone'], about: string | null): void
  dismiss(id: number): void
  /** Takes away what has been overtaken. */
  retract(about: string): void
}

const MOST = 2

/** What has been announced and not gone yet, newest last; at most two at a time. The same words twice are shown once. */
export const useAnnouncements = create<Announcements>()((set) => ({
  shown: [],
  last: 0,
  add: (text, tone, about) => set(({ shown, last }) => ({
    last: last + 1,
    shown: [...shown.filter((one) => one.text !== text && (about === null || one.about !== about)), { id: last + 1, text, tone, about }].slice(-MOST),
  })),
  dismiss: (id) => set(({ shown }) => ({ shown: shown.filter((one) => one.id !== id) })),
  retract: (about) => set(({ shown }) => (shown.some((one) => one.about === about) ? { shown: shown.filter((one) => one.about !== about) } : {})),
}))

/**
 * Says something once, in a toast and to screen readers: a failure, a refusal, or what is to be seen nowhere else. A bad
 * one stays until it is dismissed or overtaken.
 */
export function announce(text: string, tone: Announcement['tone'] = 'info', about: string | null = null): void {
  useAnnouncements.getState().add(text, tone, about)
}
