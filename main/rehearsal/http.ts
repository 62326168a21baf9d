import { Problem } from '#domain/problem.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import type { Clock, Http, HttpReply, HttpRequest } from '#kinds/ports.ts'
import type { RehearsalContext } from './metrics.ts'
import type { PlannedOutcome, RehearsalPlan } from './script.ts'

export interface RehearsalHttpOptions {
  runbook: Runbook
  plan: RehearsalPlan
  clock: Clock
  context: () => RehearsalContext
}

/** The host name outcomes of HTTP steps may be scripted under, besides null. */
const LOCAL = 'local'
const MAX_BYTES = 1024 * 1024

/** Answers the runbook's own checks and sends nothing anywhere; an address the runbook does not name gets 404. */
export function createRehearsalHttp({ runbook, plan, clock, context }: RehearsalHttpOptions): Http {
  return {
    async fetch(request) {
      const startedAt = clock.now()
      const step = runningStepAt(plan.steps, request.url, context())
      const outcome = step && plan.outcome(step.id, LOCAL, context().stepAttempts[step.id] ?? 1, '')
      await waitFor(request, outcome, clock)
      const { status, body } = step && outcome ? stepReply(step, outcome) : pageReply(runbook, request.url)
      return finish(status, body, request, clock.now() - startedAt)
    },
  }
}

/** The HTTP step with that address; of several, the one that started last. */
function runningStepAt(steps: Step[], url: string, { stepStarts }: RehearsalContext): Step | undefined {
  return steps
    .filter((step) => step.kind === 'http' && namesAddress(`${step.attributes['url'] ?? ''} ${step.body}`, url))
    .toSorted((first, second) => (stepStarts[second.id] ?? -Infinity) - (stepStarts[first.id] ?? -Infinity))[0]
}

function namesAddress(text: string, url: string): boolean {
  return text.split(/[\s<>"']+/).some((word) => word === url || (URL.canParse(word) && URL.parse(word)?.href === URL.parse(url)?.href))
}

async function waitFor({ url, timeoutMs, signal }: HttpRequest, outcome: PlannedOutcome | undefined, clock: Clock): Promise<void> {
  const usualMs = 80 + (url.length * 37) % 120
  const isSilent = outcome?.fault === 'hang'
  if (isSilent || usualMs > timeoutMs) {
    await clock.sleep(timeoutMs, signal)
    throw new Problem('http-timeout', `[rehearsal] ${url} did not answer in time.`, 'The rehearsal script says so. Retry or skip the step.')
  }
  await clock.sleep(usualMs, signal)
  if (outcome?.fault === 'link-drop' || outcome?.fault === 'reboot') {
    throw new Problem('http-broken', `[rehearsal] The connection to ${url} was cut before the reply had ended.`, 'The rehearsal script says so. Retry or skip the step.')
  }
  if (outcome?.fault === 'changed-host-key') {
    throw new Problem('http-tls', `[rehearsal] ${url} showed a certificate that is not trusted.`, 'The rehearsal script says so. Retry or skip the step.')
  }
}

function stepReply(step: Step, outcome: PlannedOutcome): { status: number; body: string } {
  if (outcome.fault === 'refuse-auth') return { status: 401, body: '[rehearsal] The login was refused.' }
  if (outcome.exitCode !== 0) return { status: 503, body: outcome.stdout || '[rehearsal] The service is not available.' }
  const expected = /\b[1-5]\d\d\b/.exec(step.attributes['expect'] ?? step.attributes['status'] ?? '')?.[0]
  return { status: Number(expected ?? 200), body: healthyBody(step.attributes['contains']) }
}

/** A health check of the runbook, or an address of a metric source, is up; anything else is not the runbook's. */
function pageReply(runbook: Runbook, url: string): { status: number; body: string } {
  const check = runbook.healthChecks.find(({ endpoint }) => namesAddress(endpoint, url))
  if (check) return { status: Number(/\b[1-5]\d\d\b/.exec(check.expected)?.[0] ?? 200), body: healthyBody(check.expected) }
  const isSource = runbook.inventory.sources.some(({ settings }) => Object.values(settings).some((value) => typeof value === 'string' && namesAddress(value, url)))
  if (isSource) return { status: 200, body: healthyBody(undefined) }
  return { status: 404, body: `[rehearsal] The runbook names no check at ${url}; nothing was sent.` }
}

function healthyBody(contains: string | undefined): string {
  const body = JSON.stringify({ status: 'ok', rehearsal: true })
  return contains === undefined || body.includes(contains) ? body : `${body}\n${contains}`
}

function finish(status: number, text: string, { maxBytes = MAX_BYTES, method }: HttpRequest, durationMs: number): HttpReply {
  const bytes = Buffer.from(method === 'HEAD' ? '' : text)
  return { status, body: bytes.subarray(0, maxBytes).toString('utf8'), truncated: bytes.length > maxBytes, durationMs }
}
