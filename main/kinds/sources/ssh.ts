import { z } from 'zod'
import { formatDuration } from '#domain/duration.ts'
import type { Host } from '#domain/inventory.ts'
import type { HostResult } from '#domain/step.ts'
import type { SourceKind } from '../kind.ts'
import type { Ports } from '../ports.ts'
import { ReplyTime } from '../request.ts'
import { numberOf } from './reading.ts'
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
/** How long a host that only a person can open up (a key, a login) is left alone. */
const PERSON_MS = 30_000

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
      async read(_since, signal) {
        const values = await Promise.all(hosts.map((ask) => ask(signal)))
        if (signal.aborted) return []
        const known = values.filter((value) => value !== null)
        const isWhole = known.length === hosts.length && known.length > 0
        return [{ at: ports.clock.now(), value: isWhole ? takeFrom(known, settings.take) : null }]
      },
    }
  },
}

/** Asks a host for what it prints: null when there is no number. Nothing is durable: a lost reading is no data, and the next one comes soon. */
function openHost({ shell, clock }: Pick<Ports, 'shell' | 'clock'>, stepId: string, host: Host, { command, timeout }: Settings): (signal: AbortSignal) => Promise<number | null> {
  let notBefore = 0
  return async (signal) => {
    if (clock.now() < notBefore) return null
    const printed = collect()
    // The time to reach the host counts too: a dial that hangs must not hold the other readings up.
    const over = new AbortController()
    void clock.sleep(timeout, over.signal).then(() => over.abort(), () => undefined)
    try {
      const result = await shell.run({
        host, script: command, timeoutMs: timeout, signal: AbortSignal.any([signal, over.signal]), stepId, attempt: 1,
        onOutput: (stream, bytes) => stream === 'stdout' && printed.add(bytes),
      })
      if (needsPerson(result)) notBefore = clock.now() + PERSON_MS
      return result.outcome === 'succeeded' ? numberOf(printed.text().trim()) : null
    } finally {
      over.abort()
    }
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
