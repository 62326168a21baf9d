import { configFor, runOn, startPool } from '#support/ssh-pool.ts'
import { startSshd } from '#support/sshd.ts'

export interface Attached {
  attached: number
  /** What the others ended with, at most ten. */
  others: unknown[]
  /** Connections the server dropped for MaxStartups. */
  dropped: number
  seconds: number
}

/**
 * So many loopback addresses, each a host of its own to us, on one server with OpenSSH's own limits: MaxStartups 10:30:100,
 * and its penalties where it has them. All are dialled at the same moment, as after a lost Wi-Fi, and each runs a command.
 */
export async function attachAliases(count: number): Promise<Attached> {
  const sshd = await startSshd({ everyLoopback: true, config: ['MaxStartups 10:30:100'] })
  const addresses = Array.from({ length: count }, (_, index) => `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`)
  const home = startPool({ config: configFor({ ...sshd, host: '%h' }, '127.0.*'), knownHosts: `[127.0.*]:${sshd.port} ${sshd.hostKeys[0]}\n` })
  try {
    const started = performance.now()
    const outcomes = await Promise.all(addresses.map((address) => runOn(home.pool, address, 'echo "$SSH_CONNECTION"')))
    const isAttached = (index: number): boolean => outcomes[index]?.result.outcome === 'succeeded' && outcomes[index].stdout.toString().includes(` ${addresses[index]} `)
    return {
      attached: outcomes.filter((_, index) => isAttached(index)).length,
      others: outcomes.filter((_, index) => !isAttached(index)).slice(0, 10).map(({ result, stdout }) => ({ result, stdout: stdout.toString().slice(0, 200) })),
      dropped: sshd.log().match(/drop connection/g)?.length ?? 0,
      seconds: Math.round((performance.now() - started) / 100) / 10,
    }
  } finally {
    await home.stop()
    await sshd.stop()
  }
}
