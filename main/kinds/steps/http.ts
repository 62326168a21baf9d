import { z } from 'zod'
import { formatDuration } from '#domain/duration.ts'
import { LOCAL_FLOW } from '#domain/flow/attributes.ts'
import { Problem } from '#domain/problem.ts'
import type { HostResult, Step } from '#domain/step.ts'
import { authHeaders, AuthSetting, describeAuth } from '../auth.ts'
import type { StepKind } from '../kind.ts'
import type { HttpReply } from '../ports.ts'
import { addressFault, Statuses } from '../request.ts'
import { flowFaults, flowShape } from './flow.ts'

const Expectation = z.object({ expect: Statuses.default([200]), contains: z.string().min(1).max(4000).optional(), auth: AuthSetting.optional() })
type Expectation = z.output<typeof Expectation>

type Method = 'GET' | 'HEAD' | 'POST'
const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST']
const USUAL_TIMEOUT_MS = 10_000
const SHOWN_CHARACTERS = 4000

/** One HTTP request, from this machine, whose reply must be as expected. The body is `https://…` or `POST https://…`; `auth=` lets it in. */
export const http: StepKind = {
  kind: 'http',
  label: 'HTTP check',
  needsHosts: false,
  attributes: z.strictObject({ ...Expectation.shape, ...flowShape(LOCAL_FLOW) }),
  check(step) {
    const { method, url, rest } = requestOf(step)
    const wrong = (message: string, hint: string) => [{ code: 'http-request-invalid', message, hint }]
    if (url === '') return wrong(`The step "${step.title}" has no address to ask.`, 'Write the address between the fences, such as GET https://shop.example/health.')
    if (method === null) return wrong(`The step "${step.title}" uses a method other than ${METHODS.join(', ')}.`, 'Use one of these, or run the request from a host with a sh step.')
    if (rest !== '') return wrong(`The step "${step.title}" has more than one request between its fences.`, 'Write one line, METHOD and address; make a step for each request.')
    const fault = addressFault(url)
    if (fault !== null) return wrong(`The step "${step.title}" cannot ask "${url}".`, fault)
    if (method === 'HEAD' && step.attributes['contains'] !== undefined) return wrong(`The step "${step.title}" looks for text in the reply to HEAD, which has none.`, 'Use GET, or leave contains= out.')
    return flowFaults(step, LOCAL_FLOW)
  },
  async run({ step, ports, onOutput, signal }) {
    const say = (stream: 'stdout' | 'stderr', text: string) => onOutput(stream, new TextEncoder().encode(`${text}\n`))
    const { method, url } = requestOf(step)
    const expectation = expectationOf(step)
    const [fault] = http.check(step)
    if (fault || method === null || !expectation) {
      return { outcome: 'failed', reason: 'refused', code: fault?.code ?? 'http-request-invalid', message: fault?.message ?? 'The attributes of the check do not make sense.', hint: 'Nothing was sent. Mend the step in the runbook, then retry.' }
    }
    const timeoutMs = step.timeoutMs ?? USUAL_TIMEOUT_MS
    say('stdout', `${method} ${url}${describeAuth(expectation.auth)}`)
    try {
      const headers = expectation.auth && (await authHeaders(expectation.auth, `the step "${step.title}"`, ports.secrets, signal))
      const reply = await ports.http.fetch({ url, method, timeoutMs, signal, ...(headers && { headers }) })
      say('stdout', `${reply.status} in ${formatDuration(reply.durationMs)}\n${excerpt(reply)}`)
      const disappointments = disappointmentsOf(reply, expectation)
      for (const line of disappointments) say('stderr', line)
      return disappointments.length === 0 ? { outcome: 'succeeded', exitCode: 0 } : { outcome: 'failed', reason: 'exit', exitCode: 1 }
    } catch (thrown) {
      const result = withoutReply(thrown, method, url, signal)
      say('stderr', 'message' in result ? result.message : 'There was no reply.')
      return result
    }
  },
}

/** Method (null when it is none of ours) and address; `rest` is what should not be there. */
function requestOf(step: Step): { method: Method | null; url: string; rest: string } {
  const words = step.body.trim().split(/\s+/)
  const first = words[0] ?? ''
  const isMethod = /^[A-Za-z]+$/.test(first) && words.length > 1
  const method = isMethod ? METHODS.find((known) => known === first.toUpperCase()) ?? null : 'GET'
  const [url = '', ...rest] = isMethod ? words.slice(1) : words
  return { method, url, rest: rest.join(' ') }
}

function expectationOf({ attributes: { expect, contains, auth } }: Step): Expectation | null {
  const parsed = Expectation.safeParse({ ...(expect !== undefined && { expect }), ...(contains !== undefined && { contains }), ...(auth !== undefined && { auth }) })
  return parsed.success ? parsed.data : null
}

function disappointmentsOf(reply: HttpReply, { expect, contains }: Expectation): string[] {
  const lines = []
  if (!expect.includes(reply.status)) lines.push(`Expected status ${expect.join(' or ')}, got ${reply.status}.`)
  if (contains !== undefined && !reply.body.includes(contains)) {
    lines.push(`Expected the reply to contain "${contains}"; ${reply.truncated ? 'it is not in the part that was read, and the reply was too long to read whole' : 'it does not'}.`)
  }
  return lines
}

/** GET and HEAD change nothing, so no reply is a failure; a POST may have been acted on unless it provably was not sent. */
function withoutReply(thrown: unknown, method: Method, url: string, signal: AbortSignal): HostResult {
  if (!(thrown instanceof Problem) && !signal.aborted) throw thrown
  const code = thrown instanceof Problem ? thrown.code : 'http-aborted'
  const message = thrown instanceof Problem ? thrown.message : `The request to ${url} was stopped.`
  const hint = thrown instanceof Problem ? thrown.hint : 'Retry or skip the step.'
  const isUnsent = code.startsWith('secret-') || ['http-refused', 'http-unreachable', 'http-name', 'http-tls', 'http-invalid-url', 'http-forbidden'].includes(code)
  if (method === 'POST' && !isUnsent) {
    return { outcome: 'unknown', code, message: `${message} The request may have been acted on.`, hint: `Check at ${new URL(url).host} whether it was, then retry, or resolve the step with what you saw.` }
  }
  if (signal.aborted) return { outcome: 'failed', reason: 'aborted', message }
  if (code === 'http-timeout') return { outcome: 'failed', reason: 'timeout', message }
  return { outcome: 'failed', reason: 'refused', code, message, hint }
}

function excerpt({ body, truncated }: HttpReply): string {
  return body.length > SHOWN_CHARACTERS || truncated ? `${body.slice(0, SHOWN_CHARACTERS)}\n(only the beginning is kept)` : body
}
