import { Problem } from '#domain/problem.ts'
import type { Http, HttpReply } from '../ports.ts'

/** A whole reply with one of the statuses, or null: no answer is no data, which is shown as such. A defect of ours goes on. */
export async function wholeReply(http: Http, request: Parameters<Http['fetch']>[0], expect: readonly number[]): Promise<HttpReply | null> {
  try {
    const reply = await http.fetch(request)
    return expect.includes(reply.status) && !reply.truncated ? reply : null
  } catch (thrown) {
    if (thrown instanceof Problem || request.signal?.aborted === true) return null
    throw thrown
  }
}

/** A plain decimal number, as Go, JSON and shells write it; null for anything else, NaN and infinities included. */
export function numberOf(text: string): number | null {
  return /^[+-]?\d{1,400}(?:\.\d{1,400})?(?:e[+-]?\d{1,4})?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : null
}
