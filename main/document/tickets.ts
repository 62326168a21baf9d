import type { Ticket } from '#domain/runbook.ts'
import { claimItems } from './items.ts'
import type { Reading } from './reading.ts'
import type { Section } from './sections.ts'

/** Tickets as `**#SHOP-412:** what it is about`; a line without a colon is its own key when it is one word. */
export function readTickets(section: Section, reading: Reading): Ticket[] {
  return claimItems(section, reading).map(({ words }) => {
    const [, key = '', text = ''] = /^\[?([^\s:\]]{1,60})\]?(?::\s*|\s+[–—-]\s+|$)(.*)$/s.exec(words.text) ?? ['', '', words.text]
    return { id: reading.ids.make('ticket', key, key === '' ? text : ''), key, text: text || key, range: words.range }
  })
}
