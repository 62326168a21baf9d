import type { Inventory } from '../inventory.ts'

const LONGEST_PATTERN = 255

/**
 * The host names a `hosts=` value means, in inventory order: hosts, groups, patterns of host names (`app*`, `web-?`) and
 * `all`, separated by commas or spaces. `!` takes hosts out again, wherever it stands. A name or a pattern that fits
 * nothing is `unknown`, also after `!`: a misspelt exception would run where it must not.
 */
export function resolveHosts(inventory: Inventory, expression: string): { hosts: string[]; unknown: string[] } {
  const names = inventory.hosts.map((host) => host.name)
  const wanted = new Set<string>()
  const unwanted = new Set<string>()
  const unknown = new Set<string>()
  for (const term of new Set(expression.split(/[\s,]+/).filter((part) => part !== ''))) {
    const isExcluded = term.startsWith('!')
    const meant = hostsMeant(inventory, names, isExcluded ? term.slice(1) : term)
    if (meant === null) unknown.add(term)
    for (const host of meant ?? []) (isExcluded ? unwanted : wanted).add(host)
  }
  return { hosts: names.filter((name) => wanted.has(name) && !unwanted.has(name)), unknown: [...unknown] }
}

/** A host or a group that is called `all` is itself. Null when nothing fits. */
function hostsMeant(inventory: Inventory, names: string[], term: string): string[] | null {
  const group = inventory.groups.find((candidate) => candidate.name === term)
  if (group) return group.hosts
  if (names.includes(term)) return [term]
  if (term === 'all' && names.length > 0) return names
  if (!/[*?]/.test(term) || term.length > LONGEST_PATTERN) return null
  const fitting = names.filter((name) => fits(name, term))
  return fitting.length > 0 ? fitting : null
}

/** `*` is any run of characters, `?` exactly one, everything else itself; never exponential, for only the last `*` is tried again. */
function fits(name: string, pattern: string): boolean {
  let at = 0
  let expected = 0
  let star = -1
  let resume = 0
  while (at < name.length) {
    if (pattern[expected] === '*') {
      star = expected++
      resume = at
    } else if (pattern[expected] === '?' || pattern[expected] === name[at]) {
      expected += 1
      at += 1
    } else if (star >= 0) {
      expected = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[expected] === '*') expected += 1
  return expected === pattern.length
}
