import { plainText } from '#domain/report/excerpt.ts'

const markup = Symbol('markup')

/** Markup made by this file's `html` tag and by nothing else: data cannot look like it, for it has no symbols. */
export interface Html {
  readonly [markup]: string
}

export type Part = Html | string | number | null | readonly Part[]

/** The one way markup is made: what stands in the template is markup, whatever is put into it is text. Attributes must be quoted. */
export function html(pieces: TemplateStringsArray, ...parts: Part[]): Html {
  return { [markup]: pieces.reduce((text, piece, index) => text + rendered(parts[index - 1] ?? null) + piece) }
}

export const textOf = (part: Html): string => part[markup]

function rendered(part: Part): string {
  if (part === null) return ''
  if (typeof part === 'number') return Number.isFinite(part) ? String(part) : ''
  if (typeof part === 'string') return escaped(part)
  if (Array.isArray(part)) return part.map((each: Part) => rendered(each)).join('')
  return (part as Partial<Html>)[markup] ?? ''
}

const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' }

const escaped = (text: string): string => plainText(text).toWellFormed().replace(/[&<>"'`]/g, (character) => names[character] ?? '')
