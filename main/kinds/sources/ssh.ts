import { z } from 'zod'
import { formatDuration } from '#domain/duration.ts'
import type { Host } from '#domain/inventory.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { describeResult } from '#domain/run/describe.ts'
import type { HostResult } from '#domain/step.ts'
import type { SourceKind } from '../kind.ts'
import type { Ports } from '../ports.ts'
import { ReplyTime } from '../request.ts'
import { knowingWhy, needNumber } from './reading.ts'
import { settingsOf } from './settings.ts'
import { Take, takeFrom } from './take.ts'

const Settings = z.strictObject({
  hosts: z.string().trim().min(1, 'Name the hosts to ask.'),
  command: z.string().trim().min(1, 'Give the command that prints the number.').max(4000),
  take: Take,
  timeout: ReplyTime.default(10_000),
})
type Settings = z.output<typeof Settings>

/** A number is short; what else a host prints is not kept. */
const MOST_BYTES = 4096
/** How long a host that a person did not open up (a key, a login) is left alone; four times as long after each time in a row. */
const PERSON_MS = 30_000
const LONGEST_MS = 30 * 60_000

/**
 * The number a command prints, over SSH, on one host or taken together over several. A host that fails, prints anything
 * else, or does not answer in time makes the whole reading no data: a sum without it would look better than things are.
 */
export const ssh: SourceKind = {
  kind: 'ssh',
  label: 'Number a command prints',
  settings: Settings,
  describe(source) {
    const { command, take, hosts } = settingsOf(Settings, source)
    const names = source.hosts?.map(({ name }) => name) ?? [hosts]
    return `${names.length > 1 ? `the ${take} of ` : ''}\`${command}\` on ${names.join(', ')}, every ${formatDuration(source.everyMs)}`
  },
  open(source, ports) {
    const settings = settingsOf(Settings, source)
    const hosts = (source.hosts ?? []).map((host) => openHost(ports, `metric ${source.metric}`, host, settings))
    return {
      ...knowingWhy(ports, async (_since, signal) => {
        const answers = await Promise.all(hosts.map(({ ask }) => ask(signal)))
        const values = answers.flatMap((answer) => ('value' in answer ? [answer.value] : []))
        const faults = answers.flatMap((answer) => ('fault' in answer ? [answer.fault] : []))
        const [first] = faults
        if (first !== undefined) throw faults.length === 1 ? first : new Problem(first.code, `${first.message} (and ${faults.length - 1} more of ${hosts.length} hosts)`, first.hint)
        return [{ at: ports.clock.now(), value: values.length > 0 ? takeFrom(values, settings.take) : null }]
      }),
      close: () => hosts.forEach(({ close }) => close()),
    }
  },
}

type Answer = { value: number } | { fault: Problem }

/**
 * Asks a host for what it prints. Nothing is durable: a lost reading is no data, and the next one comes soon. A host that only
 * a person can open up is asked about once: the question stays open while readings go by without data, and is the one that others wait for.
 */
function openHost({ shell, clock }: Pick<Ports, 'shell' | 'clock'>, stepId: string, host: Host, { command, timeout }: Settings): { ask(signal: AbortSignal): Promise<Answer>; close(): void } {
  const stop = new AbortController()
  let asking: Promise<Answer> | null = null
  let refused: { fault: Problem; until: number } | null = null
  let refusals = 0
  const run = async (): Promise<Answer> => {
    const printed = collect()
    const result = await shell.run({
      host, script: command, timeoutMs: timeout, signal: stop.signal, stepId, attempt: 1,
      onOutput: (stream, bytes) => stream === 'stdout' && printed.add(bytes),
    })
    const answer = answerOf(host.name, result, printed.text().trim())
    refused = needsPerson(result) && 'fault' in answer ? { ...answer, until: clock.now() + Math.min(PERSON_MS * 4 ** refusals++, LONGEST_MS) } : null
    if (refused === null) refusals = 0
    return answer
  }
  return {
    ask: async (signal) => {
      if (refused !== null && clock.now() < refused.until) return { fault: refused.fault }
      asking ??= run().finally(() => { asking = null })
      // The time to reach the host counts too: a dial that hangs must not hold the other readings up.
      const answered = new AbortController()
      const late = (): Answer => ({ fault: new Problem('source-late', `${host.name} did not answer within ${formatDuration(timeout)}.`, 'It may be slow, or wait for somebody to log in: a question for that stays open.') })
      try {
        return await Promise.race([asking, clock.sleep(timeout, AbortSignal.any([signal, answered.signal])).then(late, late)])
      } finally {
        answered.abort()
      }
    },
    close: () => stop.abort(),
  }
}

function answerOf(host: string, result: HostResult, text: string): Answer {
  if (result.outcome !== 'succeeded') {
    const isRefused = result.outcome === 'failed' && result.reason === 'refused'
    return { fault: new Problem(isRefused ? result.code : 'source-command', isRefused ? result.message : `The command on ${host} ${describeResult(result)}.`, isRefused ? result.hint : 'Run it there by hand, then mend command: of the metric.') }
  }
  try {
    return { value: needNumber(text, `What the command on ${host} prints`) }
  } catch (thrown) {
    return { fault: toProblem(thrown) }
  }
}

/** Asked again at each interval, a host would count failed logins, and a declined key would be a question every few seconds. */
const needsPerson = (result: HostResult): boolean => result.outcome === 'failed' && result.reason === 'refused' && /^ssh-(?:auth|key|host-key|needs)/.test(result.code)

/** What a host prints, as text; '' when it is too much for a number. */
function collect(): { add: (bytes: Uint8Array) => void; text: () => string } {
  const decoder = new TextDecoder()
  let size = 0
  let text = ''
  return {
    add(bytes) {
      size += bytes.byteLength
      if (size <= MOST_BYTES) text += decoder.decode(bytes, { stream: true })
    },
    text: () => (size <= MOST_BYTES ? text + decoder.decode() : ''),
  }
}
