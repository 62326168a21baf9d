import { Problem } from '#domain/problem.ts'

/**
 * At most two refused logins an address and minute. Servers count them (PerSourcePenalties of OpenSSH, fail2ban) and then
 * lock out the whole network they come from, and with it the colleague who could log in.
 */
export interface LoginBrake {
  /** Waits until a login may be tried. Throws Problem `ssh-auth-paused`. */
  begin(address: string, place: string): Promise<LoginTry>
}

/** A login that is being tried. */
export interface LoginTry {
  /** The server has refused it and would take another answer on the same connection. True when that may be given now. */
  refusedOnce(): boolean
  /** How it went; a refusal that was told before is not told again. */
  end(went: 'in' | 'refused' | 'otherwise'): void
}

const MOST_REFUSED = 2
const WINDOW_MS = 60_000

interface Address {
  refusedAt: number[]
  underWay: number
  /** Somebody got in: then logins need not be tried two at a time. */
  isOpen: boolean
  waiting: (() => void)[]
}

export function createLoginBrake(now: () => number): LoginBrake {
  const addresses = new Map<string, Address>()
  const recent = (at: number): boolean => now() - at < WINDOW_MS
  const find = (name: string): Address => {
    const known = addresses.get(name) ?? { refusedAt: [], underWay: 0, isOpen: false, waiting: [] }
    known.refusedAt = known.refusedAt.filter(recent)
    addresses.set(name, known)
    return known
  }
  return {
    begin: async (name, place) => {
      for (;;) {
        const address = find(name)
        const [first = 0] = address.refusedAt
        if (address.refusedAt.length >= MOST_REFUSED) throw pausedProblem(place, first + WINDOW_MS - now())
        if (address.isOpen || address.refusedAt.length + address.underWay < MOST_REFUSED) break
        await new Promise<void>((resolve) => address.waiting.push(resolve))
      }
      find(name).underWay++
      return {
        refusedOnce: () => {
          const address = find(name)
          address.refusedAt.push(now())
          return address.refusedAt.length < MOST_REFUSED && (address.isOpen || address.refusedAt.length + address.underWay <= MOST_REFUSED)
        },
        end: (went) => {
          const address = find(name)
          address.underWay--
          if (went === 'in') address.isOpen = true
          if (went === 'refused') address.refusedAt.push(now())
          for (const wake of address.waiting.splice(0)) wake()
        },
      }
    },
  }
}

function pausedProblem(place: string, leftMs: number): Problem {
  return new Problem(
    'ssh-auth-paused',
    `${place} has refused ${MOST_REFUSED} logins within a minute. A third could lock this network out, so it is not tried yet.`,
    `Mend the user name or the key, then retry in ${Math.ceil(leftMs / 1000)} s. No command was sent.`,
  )
}
