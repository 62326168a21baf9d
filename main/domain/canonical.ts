/**
 * JSON with one spelling: object keys sorted by code unit, no white space, undefined members left out. Equal data gives
 * equal text, so a hash of it means something. Throws TypeError for what JSON would silently change (NaN, functions…).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form.`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && isPlain(value)) {
    const members = value as Record<string, unknown>
    const names = Object.keys(members).filter((name) => members[name] !== undefined)
    names.sort()
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(members[name])}`).join(',')}}`
  }
  throw new TypeError(`A ${typeof value} that is not plain data has no JSON form.`)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
