import { nextMove } from '#domain/run/autopilot.ts'
import type { OperatorCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import { holdingTriggers, stuckSteps } from '#domain/run/view.ts'
import type { Client } from '#preload/client.ts'
import type { RoomViewStore } from '#renderer/stores/room-view.ts'
import type { RunStore } from '#renderer/stores/run.ts'
import { announce } from '#renderer/ui/announce.ts'

const SETTLED_MS = 400
const SAID = 'played along'

/** The tick, go or start that is made for a person who rehearses; null in a live run, and wherever there is trouble to decide on. */
export function playedMove(state: RunState): OperatorCommand | null {
  if (state.mode !== 'rehearsal' || state.paused || stuckSteps(state).length > 0 || holdingTriggers(state).length > 0) return null
  const move = nextMove(state, { onTrigger: 'rollback', retries: 0 })
  if (move?.type === 'tick') return { ...move, note: SAID }
  // A go that wants a reason is a go despite a breach.
  if (move?.type === 'decide-gate') return move.reason === '' ? { ...move, reason: SAID } : null
  return move?.type === 'start-run' || move?.type === 'start-step' || move?.type === 'finish-run' ? move : null
}

/** Makes those moves while the view says so, each when the run has been still for a moment and nobody is being asked anything. */
export function startAutoplay({ client, runId, run, view }: { client: Client; runId: string; run: RunStore; view: RoomViewStore }): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null

  const move = async (): Promise<void> => {
    const { state } = run.getState()
    const command = state && view.getState().ask === null ? playedMove(state) : null
    if (!state || !command || !view.getState().playsAlong) return
    const reply = await client.call('send-command', { runId, command })
    // Refused because somebody was faster is no refusal.
    if (reply.ok || run.getState().state?.version !== state.version) return
    view.getState().playAlong(false)
    announce(`Playing along has stopped. ${reply.problem.message} ${reply.problem.hint}`, 'bad', 'command')
  }
  const settle = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = view.getState().playsAlong ? setTimeout(() => void move(), SETTLED_MS) : null
  }
  const stops = [
    run.subscribe((room, before) => { if (room.state !== before.state) settle() }),
    view.subscribe((room, before) => { if (room.playsAlong !== before.playsAlong || room.ask !== before.ask) settle() }),
  ]
  return () => {
    for (const stop of stops) stop()
    if (timer !== null) clearTimeout(timer)
  }
}
