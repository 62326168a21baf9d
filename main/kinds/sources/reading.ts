import { Problem } from '#domain/problem.ts'
import type { Http, HttpReply, HttpRequest } from '../ports.ts'

/** A reply with one of the statuses, or null: no answer is no data, which is shown as such. A defect of ours goes on. */
export async function replyOf(http: Http, request: HttpRequest, expect: readonly number[]): Promise<HttpReply | null> {
  try {
    const reply = await http.fetch(request)
    return expect.includes(reply.status) ? reply : null
  } catch (thrown) {
    if (thrown instanceof Problem || request.signal?.aborted === true) return null
    throw thrown
  }
}

/** The same, and null for a reply that was cut: a number out of half a document may be another one's. */
export async function wholeReply(http: Http, request: HttpRequest, expect: readonly number[]): Promise<HttpReply | null> {
  const reply = await replyOf(http, request, expect)
  return reply?.truncated === true ? null : reply
}

/** A plain decimal number, as Go, JSON and shells write it; null for anything else, NaN and infinities included. */
export function numberOf(text: string): number | null {
  return /^[+-]?\d{1,400}(?:\.\d{1,400})?(?:e[+-]?\d{1,4})?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : null
}
