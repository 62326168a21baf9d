/**
 * How hosts are called where room is short: without the dotted end that all of them share (`edge-07` for
 * `edge-07.eu.shop.example`). One host alone, addresses, and names that share nothing keep theirs.
 */
export function shortNames(hosts: string[]): (host: string) => string {
  const [first, ...others] = hosts.map((host) => host.split('.'))
  // The end of an address is what tells it apart.
  if (!first || others.length === 0 || hosts.some((host) => /^[\d.:]+$/.test(host))) return (host) => host
  const least = Math.min(first.length, ...others.map((parts) => parts.length))
  let shared = 0
  while (shared < least - 1 && others.every((parts) => parts.at(-1 - shared) === first.at(-1 - shared))) shared += 1
  return (host) => (shared === 0 ? host : host.split('.').slice(0, -shared).join('.') || host)
}
