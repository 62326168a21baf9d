import { lookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'

/** Where a cloud tells any program its secrets (link-local, and two that are not): a runbook may ask none of these. */
const forbidden = new BlockList()
forbidden.addSubnet('169.254.0.0', 16)
forbidden.addSubnet('fe80::', 10, 'ipv6')
forbidden.addAddress('fd00:ec2::254', 'ipv6')
forbidden.addAddress('100.100.100.200')

export const FORBIDDEN_ADDRESS = 'EFORBIDDENADDRESS'

/** Also for IPv4 written as IPv6. */
export function isForbidden(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && forbidden.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

type Callback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** dns.lookup for a connection that is made to the very address that was looked at, so that a name cannot change in between. */
export const lookupAllowed = createLookup((hostname, options, done) => lookup(hostname, { ...options, all: true }, done))

type Resolve = (hostname: string, options: LookupOptions, done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void) => void

export function createLookup(resolve: Resolve): (hostname: string, options: LookupOptions, callback: Callback) => void {
  return (hostname, options, callback) => resolve(hostname, options, (error, found) => {
    if (error) return callback(error, [])
    const bad = found.find(({ address }) => isForbidden(address))
    if (bad) return callback(Object.assign(new Error(`${hostname} is ${bad.address}`), { code: FORBIDDEN_ADDRESS }), [])
    const [first] = found
    if (options.all || !first) callback(null, found)
    else callback(null, first.address, first.family)
  })
}
