import type { RunCommand } from '#domain/run/commands.ts'
import type { Effect } from '#domain/run/react.ts'
import type { RunState } from '#domain/run/state.ts'
import { findStep } from '#domain/run/view.ts'
import type { Ports, ShellJob } from '#kinds/ports.ts'
import { askHosts } from './ask-hosts.ts'
import { checkHosts } from './check-hosts.ts'
import { executeStep } from './execute-step.ts'
import { fenceHosts } from './fencing.ts'
import type { EngineStorage } from './options.ts'
import type { Recorder } from './recorder.ts'

interface AboutHost { stepId: string; attempt: number; host: string }

export interface EffectsOptions {
  state(): RunState
  storage: Pick<EngineStorage, 'jobs'>
  openPorts(): Promise<Ports>
  recorder: Recorder
  report(command: RunCommand): Promise<void>
  tell(command: RunCommand): void
  job(about: AboutHost): ShellJob
  stdout(about: AboutHost): string
  log(what: string, thrown: unknown): void
  closing: AbortSignal
  forgetSecret(name: string): void
  /** Every host has answered to the last takeover. */
  onFenced(): void
}

export interface Effects {
  begin(effect: Effect): void
  /** Asks everything that is going on to stop. */
  stop(reason: string): void
}

/** What facts ask of the world, begun and followed; each comes back as a command of its own. */
export function createEffects(options: EffectsOptions): Effects {
  const { state, openPorts, report, tell, job, stdout, closing } = options
  const running = new Map<string, AbortController>()
  const log = (what: string) => (thrown: unknown): void => options.log(`${what} of run ${state().id}`, thrown)

  const stop = (reason: string): void => {
    for (const controller of running.values()) controller.abort(new Error(reason))
  }

  const execute = (effect: Extract<Effect, { type: 'execute-step' }>): void => {
    const controller = new AbortController()
    running.set(effect.stepId, controller)
    const started = state()
    if (isStopping(started, effect.stepId)) controller.abort(new Error('the run is being stopped'))
    // Not in this turn: what the step reports is a command of its own.
    void Promise.resolve()
      .then(() => executeStep({ ...options, state: started, effect, signal: controller.signal, mayBegin: () => !isLeftBehind(state(), effect.stepId) }))
      .catch((thrown: unknown) => {
        log(`step ${effect.stepId}`)(thrown)
        tell({ type: 'report-step-lost', stepId: effect.stepId, attempt: effect.attempt })
      })
      .finally(() => {
        if (running.get(effect.stepId) === controller) running.delete(effect.stepId)
      })
  }

  const begin = (effect: Effect): void => {
    switch (effect.type) {
      case 'execute-step': return execute(effect)
      case 'abort-steps': return stop(effect.reason)
      case 'cause-fault':
        openPorts().then(({ faults }) => faults?.(effect.host, effect.fault)).catch(log('a fault'))
        return
      case 'forget-secret': return options.forgetSecret(effect.name)
      case 'check-hosts':
        void checkHosts({ state, openPorts, report, signal: closing }).catch(log('looking at the hosts'))
        return
      case 'probe-step':
        void Promise.resolve().then(() => askHosts({ state, effect, openPorts, report, job, stdout, closing })).catch(log(`asking about step ${effect.stepId}`))
        return
      case 'fence-hosts':
        void fenceHosts({ state, storage: options.storage, openPorts, report, signal: closing }, effect.token).catch(log('telling the hosts'))
          .finally(() => { if (!closing.aborted && state().lead.token === effect.token) options.onFenced() })
    }
  }
  return { begin, stop }
}

/** True when the run was told to stop this step before the program ended: an abort, or a rollback while it went forward. */
function isStopping(state: RunState, stepId: string): boolean {
  return state.aborting !== null || (isLeftBehind(state, stepId) && state.rollback?.running === 'abort')
}

/** A forward step of a run that goes back. */
const isLeftBehind = (state: RunState, stepId: string): boolean => state.rollback !== null && findStep(state.runbook, stepId)?.lane === 'forward'
