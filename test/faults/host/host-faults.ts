import { randomFrom } from '../work.ts'
import { fullDisks, noSmallDisk } from './full-disk.ts'
import { launchedAtOnce } from './launches.ts'
import { longOutput } from './long-output.ts'
import { openPlace, type Row } from './place.ts'
import { reusedPids } from './reused-pids.ts'
import { killedSupervisors } from './supervisors.ts'

export interface HostFaultOptions {
  seed: number
  /** Each launched by eight programs at once. */
  jobs: number
  supervisors: number
  pids: number
  disks: number
  bytes: number
  cuts: number
}

/** The size the issue of durable steps names. */
export const WHOLE: Omit<HostFaultOptions, 'seed'> = { jobs: 40, supervisors: 40, pids: 20, disks: 20, bytes: 1e9, cuts: 20 }
export const SHORT: Omit<HostFaultOptions, 'seed'> = { jobs: 6, supervisors: 5, pids: 2, disks: 2, bytes: 16e6, cuts: 5 }

/** What can go wrong on the host itself, one kind after the other against one real sshd. */
export async function hostFaults({ seed, jobs, supervisors, pids, disks, bytes, cuts }: HostFaultOptions, log: (row: Row) => void): Promise<Row[]> {
  const random = randomFrom(seed)
  const place = await openPlace()
  const rows: Row[] = []
  const add = async (row: Promise<Row>): Promise<void> => {
    rows.push(await row)
    log(await row)
  }
  try {
    await add(launchedAtOnce(place, jobs))
    await add(killedSupervisors(place, supervisors, random))
    await add(reusedPids(place, pids))
    await add(longOutput(place, bytes, cuts))
    if (!noSmallDisk) await add(fullDisks(place, disks))
  } finally {
    await place.stop()
  }
  return rows
}

export const lineOf = ({ what, count, broken, notes }: Row): string => `${what.padEnd(56)}${String(count).padStart(4)}   ${broken === 0 ? 'as promised' : `${broken} BROKEN`}${notes === undefined ? '' : ` (${notes})`}`
