import { z } from 'zod'
import { formatDuration } from '#domain/duration.ts'
import type { Host } from '#domain/inventory.ts'
import type { SourceKind } from '../kind.ts'
import type { Clock, Shell } from '../ports.ts'
import { ReplyTime } from '../request.ts'
import { numberOf } from './reading.ts'
import { settingsOf } from './settings.ts'

const Settings = z.strictObject({
  hosts: z.string().trim().min(1, 'Name the hosts to ask.'),
  command: z.string().trim().min(1, 'Give the command that prints the number.').max(4000),
  take: z.enum(['highest', 'lowest', 'sum', 'average'], { error: 'Choose highest, lowest, sum or average.' }).default('highest'),
  timeout: ReplyTime.default(10_000),
})
type Settings = z.output<typeof Settings>

/** A number is short; what else a host prints is not kept. */
const MOST_BYTES = 4096

const TAKE: Record<Settings['take'], (values: number[]) => number> = {
  highest: (values) => Math.max(...values),
  lowest: (values) => Math.min(...values),
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
}

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
  open(source, { shell, clock }) {
    const settings = settingsOf(Settings, source)
    const hosts = source.hosts ?? []
    return {
      async read(_since, signal) {
        const values = await Promise.all(hosts.map((host) => ask({ shell, clock }, source.metric, host, settings, signal)))
        if (signal.aborted) return []
        const known = values.filter((value) => value !== null)
        const isWhole = known.length === hosts.length && known.length > 0
        return [{ at: clock.now(), value: isWhole ? TAKE[settings.take](known) : null }]
      },
    }
  },
}

/** What one host printed, or null. Nothing is durable here: a reading that is lost is no data, and the next one comes soon. */
async function ask({ shell, clock }: { shell: Shell; clock: Clock }, metric: string, host: Host, { command, timeout }: Settings, signal: AbortSignal): Promise<number | null> {
  const pieces: Uint8Array[] = []
  let size = 0
  // The time to reach the host counts too: a dial that hangs must not hold the other readings up.
  const over = new AbortController()
  void clock.sleep(timeout, over.signal).then(() => over.abort(), () => undefined)
  try {
    const result = await shell.run({
      host, script: command, timeoutMs: timeout, signal: AbortSignal.any([signal, over.signal]), stepId: `metric ${metric}`, attempt: 1,
      onOutput: (stream, bytes) => {
        if (stream !== 'stdout') return
        size += bytes.byteLength
        if (size <= MOST_BYTES) pieces.push(bytes)
      },
    })
    return result.outcome === 'succeeded' && size <= MOST_BYTES ? numberOf(new TextDecoder().decode(Buffer.concat(pieces)).trim()) : null
  } finally {
    over.abort()
  }
}
