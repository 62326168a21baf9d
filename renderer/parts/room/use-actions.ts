import { useMemo } from 'react'
import type { OperatorCommand } from '#domain/run/commands.ts'
import { announce, useAnnouncements } from '#renderer/ui/announce.ts'
import { go } from '#renderer/stores/route.ts'
import { commandKey } from '#renderer/stores/run.ts'
import type { Ask } from '#renderer/stores/room-view.ts'
import { commandOf } from './asks.ts'
import { nextAction } from './next-action.ts'
import type { Action } from './next-action.ts'
import { useRoom, useRunRoom } from './room-context.ts'

export interface RoomActions {
  /** Sends at once; a refusal is shown and said. */
  send: (command: OperatorCommand) => Promise<void>
  ask: (ask: Ask) => void
  perform: (action: Action) => void
}

/** Stable for as long as the room is open. */
export function useActions(): RoomActions {
  const { run, view, runId } = useRoom()
  return useMemo(() => {
    const send = async (command: OperatorCommand): Promise<void> => {
      const key = commandKey(command)
      const { pending, state, ownKey, ownVersion } = run.getState()
      // A second press before the first one shows is the same press.
      if (pending.includes(key) || (key === ownKey && state !== null && state.version < ownVersion)) return
      const reply = await run.getState().send(command)
      if (reply.ok) useAnnouncements.getState().retract('command')
      else announce(`${reply.problem.message} ${reply.problem.hint}`, 'bad', 'command')
    }
    const ask = (about: Ask): void => view.getState().open(about)
    const perform = ({ does }: Action): void => {
      const { state } = run.getState()
      // Whoever does what the run waits for goes on with the run, however they came to that row.
      if (state && view.getState().chosen === nextAction(state).focusId) view.getState().follow()
      if ('send' in does) void send(does.send)
      else if ('ask' in does) ask(does.ask)
      else if ('resume' in does) view.getState().showResuming(true)
      else go({ screen: 'report', id: runId })
    }
    return { send, ask, perform }
  }, [run, view, runId])
}

/** Whether the action's command has been sent and not been answered. */
export function useBusy(action: Action | null): boolean {
  return useRunRoom((room) => {
    if (!action || 'report' in action.does || 'resume' in action.does) return false
    return room.pending.includes(commandKey('send' in action.does ? action.does.send : commandOf(action.does.ask, '')))
  })
}
