import { z } from 'zod'
import { parseDuration } from '#domain/duration.ts'

/** An http or https address without a name and password in it. */
export const WebAddress = z.string().max(4000).superRefine((text, context) => {
  const fault = addressFault(text)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
})

/** `200` or `200,204`: the status codes that are as they should be. */
export const Statuses = z.union([z.string(), z.number()]).transform((text, context) => {
  const codes = String(text).split(',').map((part) => part.trim())
  if (codes.every((code) => /^[1-5]\d\d$/.test(code))) return codes.map(Number)
  context.addIssue({ code: 'custom', message: 'Give status codes, such as 200 or 200,204.' })
  return z.NEVER
})

/** `10s`, at most ten minutes; in ms. */
export const ReplyTime = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== null && ms > 0 && ms <= 600_000) return ms
  context.addIssue({ code: 'custom', message: 'Give a length such as 500ms or 10s, at most 10m.' })
  return z.NEVER
})

/** Why this is not an address that may be asked, or null when it is. */
export function addressFault(text: string): string | null {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return 'Give an address that begins with http:// or https://.'
  if (url.username !== '' || url.password !== '') return 'Leave the name and password out of the address: a runbook is read by many.'
  return null
}
