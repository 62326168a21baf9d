import { Problem } from '#domain/problem.ts'
import type { Sample } from '#domain/threshold.ts'
import { hideText } from '../hide-text.ts'
import type { OpenSource } from '../kind.ts'
import type { Http, HttpReply, HttpRequest, Ports } from '../ports.ts'

/** What is shown of what a service says. */
const MOST_SHOWN = 500

/**
 * A source that reads with `read`. A Problem it throws is no data at this time, and why; `say` tells why where there are readings
 * all the same. A defect of ours goes on.
 */
export function knowingWhy({ clock, secrets }: Pick<Ports, 'clock' | 'secrets'>, read: (since: number, signal: AbortSignal, say: (why: Problem) => void) => Promise<Sample[]>): Pick<OpenSource, 'read' | 'fault'> {
  let fault: Problem | null = null
  return {
    async read(since, signal) {
      let why: Problem | null = null
      try {
        const samples = await read(since, signal, (problem) => { why = problem })
        fault = why
        return signal.aborted ? [] : samples
      } catch (thrown) {
        if (signal.aborted) return []
        if (!(thrown instanceof Problem)) throw thrown
        fault = thrown
        return [{ at: clock.now(), value: null }]
      }
    },
    fault: () => fault && new Problem(fault.code, shown(hideText(secrets.mask(), fault.message)), fault.hint),
  }
}

/** Cut only once secrets are hidden: a piece of one would not be found. */
export const shown = (message: string): string => (message.length > MOST_SHOWN ? `${message.slice(0, MOST_SHOWN)}…` : message)

/** A reply with one of the statuses, or of `also`, which say why not. Throws the Problem that there is none. */
export async function replyOf(http: Http, request: HttpRequest, expect: readonly number[], also: readonly number[] = []): Promise<HttpReply> {
  const reply = await http.fetch(request)
  if (expect.includes(reply.status) || also.includes(reply.status)) return reply
  throw new Problem('source-status', `${new URL(request.url).host} answered with status ${reply.status} instead of ${expect.join(' or ')}.`, STATUS_HINTS[reply.status] ?? 'Check the service, and the address in the runbook.')
}

const STATUS_HINTS: Record<number, string> = {
  401: 'It wants to know who asks: check auth: of the metric and its secret.',
  403: 'Who asks may not see this: check auth: of the metric and its secret.',
  404: 'Check the address in the runbook.',
}

/** The same, and refused for a reply that was cut: a number out of half a document may be another one's. */
export async function wholeReply(http: Http, request: HttpRequest, expect: readonly number[], also: readonly number[] = []): Promise<HttpReply> {
  const reply = await replyOf(http, request, expect, also)
  if (reply.truncated) throw new Problem('source-long', `${new URL(request.url).host} answered with more than ${Math.round((request.maxBytes ?? 0) / 1024)} KiB.`, 'Ask for less: a number out of half a document may be another one\'s.')
  return reply
}

/** A plain decimal number, as Go, JSON and shells write it; null for anything else, NaN and infinities included. */
export function numberOf(text: string): number | null {
  return /^[+-]?\d{1,400}(?:\.\d{1,400})?(?:e[+-]?\d{1,4})?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : null
}

/** The same; throws the Problem that it is none. */
export function needNumber(text: string, what: string): number {
  const value = numberOf(text)
  if (value !== null) return value
  throw new Problem('source-number', `${what} is ${text === '' ? 'empty' : JSON.stringify(text.slice(0, 100))}, which is no number.`, 'A number stands alone, without a unit; NaN and infinities are no data.')
}
