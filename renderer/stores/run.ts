import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ProblemValue } from '#domain/problem.ts'
import type { OperatorCommand } from '#domain/run/commands.ts'
import type { StoredEvent } from '#domain/run/events.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { RunState } from '#domain/run/state.ts'
import type { Reply } from '#preload/bridge.ts'
import type { Client } from '#preload/client.ts'
import type { RunClock, RunItem } from '#preload/contract.ts'

/** One run as the room holds it: the folded state, the last events, the run's clock, and what is on its way. */
export interface RunRoom {
  runId: string
  state: RunState | null
  /** Newest last, at most MAX_EVENTS. */
  events: StoredEvent[]
  clock: RunClock | null
  /** The feed ended: nothing on the screen is live any more. */
  ended: ProblemValue | null
  /** Commands sent and not answered, as `commandKey`. */
  pending: string[]
  /** The version that the last answered command led to: up to it, what changed was this person's doing. */
  ownVersion: number
  /** That command, as `commandKey`. */
  ownKey: string
  /** The last refusal, until dismissed or the next command succeeds. */
  refusal: ProblemValue | null
  send(command: OperatorCommand): Promise<Reply<{ version: number }>>
  dismissRefusal(): void
  /** Follows the run; returns the function that stops it. Goes on from the last event seen. */
  start(): () => void
}
export type RunStore = StoreApi<RunRoom>

const MAX_EVENTS = 500
/** Events of one burst are folded together: opening a long run paints once, not a thousand times. */
const BURST_MS = 16

export function createRunStore({ client, runId }: { client: Client; runId: string }): RunStore {
  let waiting: RunItem[] = []
  let timer: ReturnType<typeof setTimeout> | null = null

  return createStore<RunRoom>()((set, get) => {
    const flush = (): void => {
      timer = null
      const items = waiting
      waiting = []
      set((room) => items.reduce<Folded>(fold, { state: room.state, events: room.events, clock: room.clock }))
    }
    return {
      runId, state: null, events: [], clock: null, ended: null, pending: [], ownVersion: 0, ownKey: '', refusal: null,
      async send(command) {
        const key = commandKey(command)
        set((room) => ({ pending: [...room.pending, key] }))
        const reply = await client.call('send-command', { runId, command })
        set((room) => ({
          pending: without(room.pending, key),
          ...(reply.ok && { ownVersion: Math.max(room.ownVersion, reply.value.version), ownKey: key }),
          refusal: reply.ok ? null : reply.problem,
        }))
        return reply
      },
      dismissRefusal: () => set({ refusal: null }),
      start() {
        const stop = client.follow(
          'run',
          { runId, after: get().state?.version ?? 0 },
          (item) => {
            waiting.push(item)
            timer ??= setTimeout(flush, BURST_MS)
          },
          (problem) => set({ ended: problem }),
        )
        return () => {
          stop()
          if (timer !== null) clearTimeout(timer)
          timer = null
          waiting = []
        }
      },
    }
  })
}

type Folded = Pick<RunRoom, 'state' | 'events' | 'clock'>

function fold(room: Folded, item: RunItem): Folded {
  if (item.kind === 'clock') return { ...room, clock: item.clock }
  const stored = item.stored
  if (room.state && stored.seq <= room.state.version) return room
  const events = room.events.length >= MAX_EVENTS ? room.events.slice(1 - MAX_EVENTS) : room.events
  return { ...room, state: evolve(room.state, stored), events: [...events, stored] }
}

/** What a command acts on, so that its own button can show that it is busy: `retry-step:deploy`. */
export function commandKey(command: OperatorCommand): string {
  const target = 'stepId' in command ? command.stepId : 'gateId' in command ? command.gateId : 'breachId' in command ? command.breachId
    : 'messageId' in command ? command.messageId : 'triggerId' in command ? command.triggerId : 'id' in command ? command.id : ''
  return `${command.type}:${target}`
}

function without(pending: string[], key: string): string[] {
  const place = pending.indexOf(key)
  return pending.filter((_, at) => at !== place)
}

/** The run's own time at a machine time; the machine's when no clock has come yet. */
export function runTime(clock: RunClock | null, machineNow: number): number {
  return clock ? clock.at + (machineNow - clock.machineAt) * clock.rate : machineNow
}
