import { toProblem } from '#domain/problem.ts'
import type { EngineCommand } from '#domain/run/commands.ts'
import { wantsOf } from '#domain/run/react.ts'
import { sourcesOf } from '#domain/run/sources.ts'
import type { RunState } from '#domain/run/state.ts'
import type { Ports } from '#kinds/ports.ts'
import { startSampler, type SamplerOptions } from './sampler.ts'

export interface SamplingOptions extends Pick<SamplerOptions, 'store' | 'recent' | 'report' | 'log'> {
  state(): RunState
  openPorts(): Promise<Ports>
  /** Reports without being waited for. */
  tell(command: EngineCommand): void
  isClosing(): boolean
  /** Looks again at what the run wants. */
  again(): void
}

const RETRY_MS = 5000

/** Keeps a run's sampler going while the run wants one, also after the world could not be reached at first. */
export function createSampling(options: SamplingOptions): { start(): void; stop(): void } {
  let sampler: { stop(): void } | null = null
  let isOpening = false

  const start = () => {
    const sources = sourcesOf(options.state())
    if (sampler || isOpening || sources.length === 0) return
    isOpening = true
    options.openPorts().then((ports) => {
      isOpening = false
      if (sampler || options.isClosing() || !wantsOf(options.state()).sampling) return
      sampler = startSampler({ ...options, ports, sources })
    }, (thrown: unknown) => {
      options.log(`opening the metric sources of run ${options.state().id}`, thrown)
      // A metric that cannot be read is silent, and silence is never fine.
      for (const { metric } of sources) options.tell({ type: 'report-no-data', metric, why: toProblem(thrown).message })
      setTimeout(() => {
        isOpening = false
        if (!options.isClosing()) options.again()
      }, RETRY_MS)
    })
  }

  const stop = () => {
    sampler?.stop()
    sampler = null
  }

  return { start, stop }
}
