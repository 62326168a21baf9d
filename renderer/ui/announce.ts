import { create } from 'zustand'

export interface Announcement {
  id: number
  text: string
  tone: 'info' | 'ok' | 'bad'
}

interface Announcements {
  shown: Announcement[]
  last: number
  add(text: string, tone: Announcement['tone']): void
  dismiss(id: number): void
}

/** What has been announced and not gone yet, newest last; at most four at a time. */
export const useAnnouncements = create<Announcements>()((set) => ({
  shown: [],
  last: 0,
  add: (text, tone) => set(({ shown, last }) => ({ last: last + 1, shown: [...shown, { id: last + 1, text, tone }].slice(-4) })),
  dismiss: (id) => set(({ shown }) => ({ shown: shown.filter((one) => one.id !== id) })),
}))

/** Says something once, in a toast and to screen readers. A bad one stays until it is dismissed. */
export function announce(text: string, tone: Announcement['tone'] = 'info'): void {
  useAnnouncements.getState().add(text, tone)
}
