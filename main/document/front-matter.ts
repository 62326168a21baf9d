import { z } from 'zod'
import { parseDuration } from '#domain/duration.ts'
import { withStops } from '#domain/jump-stops.ts'
import { resolveHosts, type Host, type HostGroup, type Inventory, type MetricSource } from '#domain/inventory.ts'
import { isZone } from '#domain/zone.ts'
import { HostSettings, isInherited, isRecord, word } from './host-settings.ts'
import { readInventories } from './inventories.ts'
import type { Report } from './report.ts'
import { type Yaml, type YamlPath, readYaml } from './yaml.ts'

/** The front matter cut from the head of the text. */
export interface FrontMatterText {
  value: string
  /** Offset of `value` in the whole text. */
  at: number
  /** Where the runbook goes on. */
  end: number
}

export interface FrontMatter {
  inventory: Inventory
  /** False where it is no YAML at all, so that nothing of it was read. */
  isRead: boolean
  zone: string | null
  /** Values under `rehearsal:`, not checked yet: they refer to steps. */
  rehearsal: unknown
  /** Reports something wrong with the values at a path. */
  complain(path: YamlPath, message: string, hint: string): void
  offsetOf(path: YamlPath): number
}

const GroupSettings = z.array(word).max(5000)
const Scalar = z.union([z.string().max(4000), z.number(), z.boolean()])
const MetricSettings = z.object({ source: z.string().regex(/^[a-z][a-z0-9-]*$/), every: z.string().optional() }).catchall(Scalar)

const known = ['hosts', 'groups', 'inventories', 'metrics', 'zone', 'rehearsal']
const hostKeys = ['address', 'user', 'port', 'jump', 'transport']

/** Reads the front matter entry by entry, so that one mistake costs one entry. */
export function readFrontMatter(text: FrontMatterText | null, report: Report): FrontMatter {
  const complain = (offsetIn: number) => (message: string, hint: string): void => report.error((text?.at ?? 0) + offsetIn, 'front-matter-invalid', message, hint)
  const { yaml, problems } = text ? readYaml(text.value) : { yaml: null, problems: [] }
  for (const { offset, message } of problems) complain(offset)(message, 'Mend the YAML between the --- lines. Nothing of it was read.')
  const reader: Reader = {
    root: {}, report, base: text?.at ?? 0,
    offsetOf: (path) => (text?.at ?? 0) + (yaml?.offsetOf(path) ?? 0),
    complain: (path, message, hint) => complain(yaml?.offsetOf(path) ?? 0)(message, hint),
  }
  if (yaml) reader.root = rootOf(yaml, reader)
  const hosts = readHosts(reader)
  const groups = readGroups(hosts, reader)
  const others = readInventories(reader.root['inventories'], hosts, reader.complain)
  const inventory = { hosts, groups, sources: readSources({ hosts, groups, sources: [] }, reader), ...(others.length > 0 && { others }) }
  return { inventory, isRead: problems.length === 0, zone: readZone(reader), rehearsal: reader.root['rehearsal'], complain: reader.complain, offsetOf: reader.offsetOf }
}

interface Reader extends Pick<FrontMatter, 'complain' | 'offsetOf'> {
  root: Record<string, unknown>
  report: Report
  base: number
}

function rootOf({ value }: Yaml, reader: Reader): Record<string, unknown> {
  if (value === null || value === undefined) return {}
  if (!isRecord(value)) {
    reader.complain([], 'The front matter is not a list of names and values.', `It may hold ${known.join(', ')}.`)
    return {}
  }
  warnUnknown(value, known, [], reader)
  return value
}

function readHosts(reader: Reader): Host[] {
  const value = reader.root['hosts']
  const entries = Array.isArray(value) ? value.map((name, index) => [name, null, ['hosts', index]] as const) : entriesOf('hosts', reader)
  const seen = new Set<unknown>()
  return entries.flatMap(([name, settings, path]) => {
    const named = word.safeParse(name)
    const parsed = HostSettings.safeParse(settings)
    const why = named.error ?? parsed.error
    if (why || !named.success || !parsed.success || seen.has(name)) {
      reader.complain([...path], `The host ${JSON.stringify(name)} cannot be read. ${why?.issues[0]?.message ?? 'It is named twice.'}`, 'Write hosts as NAME: or NAME: { address: …, user: …, port: 22, jump: … }.')
      return []
    }
    seen.add(name)
    warnUnknown(isRecord(settings) ? settings : {}, hostKeys, [...path], reader)
    return [{ name: named.data, address: parsed.data?.address ?? null, user: parsed.data?.user ?? null, port: parsed.data?.port ?? null, jump: parsed.data?.jump ?? null, ...(parsed.data?.transport ? { transport: parsed.data.transport } : {}) }]
  })
}

function readGroups(hosts: Host[], reader: Reader): HostGroup[] {
  const names = new Set(hosts.map((host) => host.name))
  return entriesOf('groups', reader).flatMap(([name, members, path]) => {
    const parsed = GroupSettings.safeParse(members)
    if (!word.safeParse(name).success || !parsed.success || names.has(name)) {
      reader.complain(path, `The group ${JSON.stringify(name)} cannot be read${names.has(name) ? ': a host has the same name' : ''}.`, 'Write groups as NAME: [host, host].')
      return []
    }
    for (const [index, member] of parsed.data.entries()) {
      if (!names.has(member)) reader.report.error(reader.offsetOf([...path, index]), 'group-unknown-host', `The group “${name}” names “${member}”, which is not under hosts:.`, 'Add it under hosts:, or mend the spelling.')
    }
    return [{ name, hosts: [...new Set(parsed.data.filter((member) => names.has(member)))] }]
  })
}

function readSources(inventory: Inventory, reader: Reader): MetricSource[] {
  const seen = new Set<string>()
  return entriesOf('metrics', reader).flatMap(([name, value, path]) => {
    const metric = name.trim().toLowerCase().replace(/\s+/g, ' ')
    const parsed = MetricSettings.safeParse(value)
    const everyMs = parsed.success ? parseDuration(parsed.data.every ?? '5s') : null
    if (!parsed.success || metric === '' || metric.length > 200 || seen.has(metric) || isInherited(metric) || everyMs === null || everyMs < 1000 || everyMs > 3_600_000) {
      reader.complain(path, `The metric ${JSON.stringify(name)} cannot be read. ${parsed.error?.issues[0]?.message ?? 'Its name may be repeated, or every: is not between 1s and 1h.'}`, 'Write metrics as NAME: { source: prometheus, every: 5s, … }.')
      return []
    }
    seen.add(metric)
    const { source, every: _, ...settings } = parsed.data
    return [{ metric, kind: source, settings, everyMs, ...hostsOf(settings['hosts'], inventory, path, reader) }]
  })
}

/** What a source's `hosts:` means. A source that asks no hosts has none; its kind says whether it may. */
function hostsOf(expression: unknown, inventory: Inventory, path: YamlPath, reader: Reader): { hosts?: Host[] } {
  if (typeof expression !== 'string') return {}
  const { hosts, unknown } = resolveHosts(inventory, expression)
  for (const name of unknown) reader.complain([...path, 'hosts'], `The metric asks ${JSON.stringify(name)}, which is neither a host nor a group.`, 'Add it under hosts:, or mend the spelling.')
  if (hosts.length === 0 && unknown.length === 0 && expression.trim() !== '') reader.complain([...path, 'hosts'], `${JSON.stringify(expression)} leaves no host to ask.`, 'Name at least one host that is not taken out again by !.')
  return { hosts: inventory.hosts.filter(({ name }) => hosts.includes(name)).map((host) => withStops(host, inventory.hosts)) }
}

function readZone(reader: Reader): string | null {
  const value = reader.root['zone']
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && isZone(value)) return value
  reader.complain(['zone'], `${JSON.stringify(value)} is not a time zone this program knows.`, 'Write it as Europe/Berlin.')
  return null
}

function entriesOf(section: 'hosts' | 'groups' | 'metrics', reader: Reader): [string, unknown, YamlPath][] {
  const value = reader.root[section]
  if (value === undefined || value === null) return []
  if (isRecord(value)) return Object.entries(value).map(([name, entry]) => [name, entry, [section, name]])
  reader.complain([section], `${section}: is not a list of names and values.`, `Write each entry as NAME: … under ${section}:.`)
  return []
}

function warnUnknown(value: Record<string, unknown>, names: string[], path: YamlPath, reader: Reader): void {
  for (const key of Object.keys(value)) {
    if (!names.includes(key)) reader.report.warning(reader.offsetOf([...path, key]), 'front-matter-unknown-key', `Nothing here reads “${key}”.`, `Known are ${names.join(', ')}.`)
  }
}

/** Cuts the front matter off: from a first line `---` to the next line `---`. */
export function cutFrontMatter(text: string, report: Report): FrontMatterText | null {
  const start = text.startsWith('\uFEFF') ? 1 : 0
  const opening = /^---[ \t]*(?:\r\n|\n|\r)/.exec(text.slice(start, start + 200))
  if (!opening) return null
  const at = start + opening[0].length
  const closing = /^---[ \t]*(?:\r\n|\n|\r|$)/gm
  closing.lastIndex = at
  const close = closing.exec(text)
  if (!close) {
    report.error(start, 'front-matter-invalid', 'The front matter is never closed.', 'End it with a line that is only ---.')
    return null
  }
  return { value: text.slice(at, close.index), at, end: close.index + close[0].length }
}
