import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostResult } from '#domain/step.ts'
import type { ShellJob } from '#kinds/ports.ts'
import { startFaultProxy, type FaultProxy } from '#support/fault-proxy.ts'
import { configFor, hostNamed, startPool } from '#support/ssh-pool.ts'
import { startSshd, type Sshd } from '#support/sshd.ts'

/** A real sshd behind a proxy that does harm, and programs that log in there. */
export interface Place {
  sshd: Sshd
  proxy: FaultProxy
  /** Runs a script as one more program would: with connections of its own. */
  run(program: number, job: ShellJob, script: string): Promise<HostResult>
  /** The folder the host keeps a job in. */
  folder(jobId: string): string
  /** A file each start of a command leaves a line in, and how often a name stands there. */
  ledger: string
  starts(name: string): number
  stop(): Promise<void>
}

export async function openPlace(): Promise<Place> {
  const sshd = await startSshd({ config: ['MaxStartups 500'] })
  const proxy = await startFaultProxy({ host: sshd.host, port: sshd.port })
  const ledger = join(sshd.state, 'ledger')
  writeFileSync(ledger, '')
  chmodSync(ledger, 0o666)
  const programs = new Map<number, ReturnType<typeof startPool>>()
  const program = (number: number): ReturnType<typeof startPool> => {
    const pool = programs.get(number) ?? startPool({ config: configFor({ ...sshd, port: proxy.port }, 'app1'), acceptKeys: true, retryMs: 20, graceMs: 1000 })
    programs.set(number, pool)
    return pool
  }
  return {
    sshd, proxy, ledger,
    run: (number, job, script) => program(number).pool.run({ host: hostNamed('app1'), script, job, timeoutMs: null, signal: new AbortController().signal, onOutput: () => undefined }),
    folder: (jobId) => join(sshd.state, 'holdpoint', 'jobs', jobId),
    starts: (name) => readFileSync(ledger, 'utf8').split('\n').filter((line) => line === name).length,
    stop: async () => {
      for (const pool of programs.values()) await pool.stop()
      await proxy.close()
      await sshd.stop()
    },
  }
}

/** The job as another program sees it that knows its intent and none of what was kept. */
export function sharedBy<T extends ShellJob>(first: T, another: T): T {
  return { ...another, intent: () => first.intent() }
}

/** One line of a campaign's table: what was counted, and how often it was not as promised. */
export interface Row {
  what: string
  count: number
  broken: number
  notes?: string
}
