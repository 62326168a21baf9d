import type { SourceRange } from './runbook.ts'

/** A machine the runbook names. With address null, `name` is looked up as typed (so ~/.ssh/config applies). */
export interface Host {
  name: string
  address: string | null
  user: string | null
  port: number | null
  /** ProxyJump, as in ssh_config: `bastion` or `user@host:port,second`; a name may be that of another host here. null leaves it to ~/.ssh/config. */
  jump: string | null
  /** `ssh`: over the system's own ssh client, for what the one within the program cannot do. */
  transport?: 'ssh'
  /** For who connects, see jump-stops.ts: the hosts of the same inventory on its way, by name. */
  stops?: Record<string, Host>
}

export interface HostGroup {
  name: string
  hosts: string[]
}

/** Where a metric's numbers come from. `kind` is a key of kinds/sources; `settings` is checked by that kind. */
export interface MetricSource {
  /** Lower-case metric name, e.g. `error rate`. */
  metric: string
  kind: string
  settings: Record<string, string | number | boolean>
  /** Sampling interval. */
  everyMs: number
  /** The hosts its setting `hosts` means, for kinds that ask hosts. */
  hosts?: Host[]
  /** Where the front matter names it. */
  range?: SourceRange
}

export interface Inventory {
  hosts: Host[]
  groups: HostGroup[]
  sources: MetricSource[]
  /** Other real places of the same hosts, for rehearsals; each host has an address there. */
  others?: { name: string; hosts: Host[] }[]
}

export { resolveHosts } from './flow/hosts.ts'
