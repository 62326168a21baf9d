import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Machine } from '#domain/run/lead.ts'

/**
 * This computer: what does not travel when the data folder is copied. Linux says who it is (machine-id(5), hashed as that
 * page asks); elsewhere it is known by its name, and a renamed one asks for a takeover, which loses nothing.
 */
export function thisMachine(): Machine {
  const name = hostname()
  return { name, id: createHash('sha256').update(`holdpoint ${machineId() ?? name}`).digest('hex').slice(0, 16) }
}

function machineId(): string | null {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || null
  } catch {
    // Not a Linux with systemd or D-Bus.
    return null
  }
}
