import type { RunEvent } from '#domain/run/events.ts'

/** A small fact to store. */
export const note = (text: string, at = 1): RunEvent => ({ type: 'note-added', noteId: text, about: null, text, at, by: 'dana' })
