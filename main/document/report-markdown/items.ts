import type { ItemReport } from '#domain/report/work-model.ts'
import type { Times } from '#domain/report/times.ts'
import { inline } from './escape.ts'

/** Checklist results as a task list; a waived item is not a ticked one. `open`: the word for those that are, when nobody has to do them. */
export function itemList(items: ItemReport[], times: Times, open = 'open'): string {
  if (items.length === 0) return '*None.*'
  return items.map((item) => `- [${item.state === 'ticked' ? 'x' : ' '}] ${inline(item.text)} — ${item.state === 'open' && open !== 'open' ? open : resultOf(item, times)}`).join('\n')
}

export function resultOf(item: ItemReport, times: Times): string {
  const note = item.note === '' ? '' : `: ${inline(item.note)}`
  if (item.state === 'open') return item.optional ? 'open (optional)' : '**open**'
  return `${item.state === 'waived' ? '**waived**' : 'ticked'} by ${inline(item.by)} at ${times.exact(item.at)}${note}`
}
