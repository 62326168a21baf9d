import { z } from 'zod'
import { formatDuration } from '#domain/duration.ts'
import { Problem } from '#domain/problem.ts'
import type { Sample } from '#domain/threshold.ts'
import type { SourceKind } from '../kind.ts'
import type { Http } from '../ports.ts'
import { ReplyTime, WebAddress } from '../request.ts'
import { AuthSetting, describeAuth, openAuth } from '../auth.ts'
import { knowingWhy, numberOf, wholeReply } from './reading.ts'
import { settingsOf } from './settings.ts'

const Settings = z.strictObject({
  url: WebAddress,
  query: z.string().trim().min(1, 'Give a PromQL query.').max(4000),
  /** `instant`: the value now, also of a query whose answer is no series; nothing is filled in for a time without a reading. */
  ask: z.enum(['range', 'instant'], 'ask: is range or instant.').default('range'),
  timeout: ReplyTime.default(5000),
  auth: AuthSetting.optional(),
})
type Settings = z.output<typeof Settings>

/** Times in seconds, values as text. */
const Point = z.tuple([z.number(), z.string()])
/** https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries */
const RangeReply = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ values: z.array(Point) })),
  }),
})

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const InstantReply = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: Point })) }),
    z.object({ resultType: z.literal('scalar'), result: Point }),
  ]),
})

/** Prometheus refuses more than 11,000 points a series. */
const MOST_POINTS = 10_000
const MOST_BYTES = 8 * 1024 * 1024
/** The newest value may be this many intervals old before the reading counts as no data. */
const LATE_INTERVALS = 2

/**
 * A PromQL range query from the last reading to now, or an instant query now. The query's result must be in the template's units: percent as
 * 0-100, times in ms (`100 * …`, `1000 * …`). Of several series the highest value counts, so the worst instance shows.
 * NaN and infinities are no data.
 */
export const prometheus: SourceKind = {
  kind: 'prometheus',
  label: 'Prometheus',
  settings: Settings,
  describe(source) {
    const { url, query, ask, auth } = settingsOf(Settings, source)
    return `the highest of ${query}${ask === 'instant' ? ', asked for its value now,' : ''} at ${url}, every ${formatDuration(source.everyMs)}${describeAuth(auth)}`
  },
  open(source, ports) {
    const { http, clock } = ports
    const settings = settingsOf(Settings, source)
    const headersNow = openAuth(settings.auth, source.metric, settings.timeout, ports)
    return knowingWhy(ports, async (since, signal, say) => {
      const headers = await headersNow(signal)
      if (signal.aborted) return []
      const now = clock.now()
      const { everyMs } = source
      if (settings.ask === 'instant') {
        const value = await askNow(http, settings, headers, now, signal)
        if (value === undefined) say(new Problem('source-empty', 'Prometheus has no series for the query now.', 'Try the query there: its labels may fit nothing, or its target may not be scraped any more.'))
        else if (value === null) say(NOT_A_NUMBER())
        return [{ at: now, value: value ?? null }]
      }
      // Times on a fixed grid: asked again, Prometheus gives the same values for the same times.
      const last = Math.floor(now / everyMs) * everyMs
      const first = Math.max(Math.floor(since / everyMs) * everyMs + everyMs, last - MOST_POINTS * everyMs)
      if (first > last) return []
      const points = await ask(http, settings, headers, { first, last, everyMs }, signal)
      const fresh = points.filter((point) => point.at > since && point.at <= now)
      const newest = fresh.at(-1) ?? null
      const isLate = newest === null || newest.at < now - LATE_INTERVALS * everyMs
      if (newest?.value === null) say(NOT_A_NUMBER())
      else if (isLate) say(new Problem('source-empty', newest === null ? 'Prometheus has no series for the query in this time.' : 'Prometheus has nothing newer for the query.', 'Try the query there: its labels may fit nothing, or its target may not be scraped any more.'))
      return isLate ? [...fresh, { at: now, value: null }] : fresh
    })
  },
}

const NOT_A_NUMBER = (): Problem => new Problem('source-number', 'The newest value of the query is NaN or infinite.', 'A division by a rate of nothing gives NaN: there may have been no requests.')

/** The highest value now; null when none is a number, undefined without any. Throws the Problem that there was no usable answer. */
async function askNow(http: Http, settings: Settings, headers: Record<string, string>, now: number, signal: AbortSignal): Promise<number | null | undefined> {
  const { data } = await replyTo(InstantReply, http, settings, headers, 'query', { time: String(now / 1000) }, signal)
  const values = (data.resultType === 'scalar' ? [data.result] : data.result.map(({ value }) => value)).map(([, text]) => numberOf(text))
  const numbers = values.filter((value) => value !== null)
  return numbers.length > 0 ? numbers.reduce((highest, value) => Math.max(highest, value)) : values[0]
}

/** The points in order of time. Throws the Problem that there was no usable answer. */
async function ask(http: Http, settings: Settings, headers: Record<string, string>, range: { first: number; last: number; everyMs: number }, signal: AbortSignal): Promise<Sample[]> {
  const { data } = await replyTo(RangeReply, http, settings, headers, 'query_range', { start: String(range.first / 1000), end: String(range.last / 1000), step: String(range.everyMs / 1000) }, signal)
  return pointsOf(data.result)
}

async function replyTo<T>(shape: z.ZodType<T>, http: Http, { url, query, timeout }: Settings, headers: Record<string, string>, call: string, about: Record<string, string>, signal: AbortSignal): Promise<T> {
  const address = new URL(url)
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/api/v1/${call}`
  address.search = new URLSearchParams({ query, ...about }).toString()
  address.hash = ''
  // What it says of a query it cannot read is in the body of a 400 or a 422.
  const reply = await wholeReply(http, { url: address.href, timeoutMs: timeout, maxBytes: MOST_BYTES, headers, signal }, [200], [400, 422])
  const document = parseJson(reply.body)
  const refused = Refusal.safeParse(document)
  if (refused.success) throw new Problem('source-query', `Prometheus does not take the query: ${refused.data.error}`, 'Try it in its own page, then mend query: of the metric.')
  const parsed = shape.safeParse(document)
  if (!parsed.success) throw new Problem('source-shape', `${address.host} did not answer as Prometheus does.`, 'Check the address in the runbook: it is that of the server, without /api.')
  return parsed.data
}

const Refusal = z.object({ status: z.literal('error'), error: z.string() })

function pointsOf(series: z.output<typeof RangeReply>['data']['result']): Sample[] {
  const highest = new Map<number, number | null>()
  for (const { values } of series) {
    for (const [seconds, text] of values) {
      const at = Math.round(seconds * 1000)
      const value = numberOf(text)
      const known = highest.get(at) ?? null
      highest.set(at, known === null ? value : Math.max(known, value ?? known))
    }
  }
  return [...highest].map(([at, value]) => ({ at, value })).toSorted((one, other) => one.at - other.at)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A page of HTML, for instance: the schema refuses it like any other wrong shape.
    return null
  }
}
