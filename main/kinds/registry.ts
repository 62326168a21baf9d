/** Kinds by their names, and nothing else by any name: a runbook may well ask for a kind called `constructor`. */
export function registry<T extends { kind: string }>(...kinds: readonly T[]): Record<string, T> {
  const byName = Object.create(null) as Record<string, T>
  for (const kind of kinds) byName[kind.kind] = kind
  return byName
}
