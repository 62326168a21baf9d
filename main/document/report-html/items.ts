import type { ItemReport } from '#domain/report/work-model.ts'
import type { Times } from '#domain/report/times.ts'
import { html, type Html } from './html.ts'

export const none: Html = html`<p class="dim">None.</p>`

/** Checklist results with who and when; `more` adds a line under an item's text, `notDue` says why nobody has to do those that are open. */
export function itemList<T extends ItemReport>(items: T[], times: Times, more: (item: T) => Html | null = () => null, notDue: string | null = null): Html {
  if (items.length === 0) return none
  return html`<ul class="items">${items.map((item) => html`<li>${itemMark(item, notDue !== null)}<span>${item.text}${more(item)}</span><span>${item.state === 'open' && notDue !== null ? notDue : resultOf(item, times)}</span></li>`)}</ul>`
}

function itemMark({ state, optional }: ItemReport, isNotDue: boolean): Html {
  if (state === 'ticked') return html`<span class="status ok" title="ticked"><i>✓</i></span>`
  if (state === 'waived') return html`<span class="status warn" title="waived"><i>»</i></span>`
  return html`<span class="status ${optional || isNotDue ? 'neutral' : 'bad'}" title="open"><i>○</i></span>`
}

function resultOf({ state, optional, by, at, note }: ItemReport, times: Times): string {
  const because = note === '' ? '' : `: ${note}`
  if (state === 'open') return optional ? 'open, optional' : 'open'
  return `${state === 'waived' ? 'waived by ' : ''}${by ?? 'nobody'}, ${times.exact(at)}${because}`
}
