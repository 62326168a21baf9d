import { useEffect, useLayoutEffect, useRef } from 'react'
import { create } from 'zustand'

/** Something a person can do now: listed in the palette, bound to its shortcut, shown in the help sheet. */
export interface Command {
  id: string
  title: string
  group: string
  /** tinykeys' spelling: `j`, `Shift+R`, `$mod+k`, `g l`. */
  shortcut?: string
  /** Left out means yes. A command that cannot run now stays in the help sheet. */
  enabled?: boolean
  run: () => void
}

interface CommandStore {
  /** In the order they were registered; the later of two with one shortcut has it. */
  commands: Command[]
  register: (commands: Command[]) => () => void
}

export const useCommands = create<CommandStore>()((set) => ({
  commands: [],
  register(added) {
    set(({ commands }) => ({ commands: [...commands, ...added] }))
    return () => set(({ commands }) => ({ commands: commands.filter((command) => !added.includes(command)) }))
  },
}))

export const isEnabled = (command: Command): boolean => command.enabled !== false

/** Registers a screen's commands while it is shown. Cheap to call on every render: only a change anyone can see registers anew. */
export function useRegisterCommands(commands: Command[]): void {
  const latest = useRef(commands)
  useLayoutEffect(() => {
    latest.current = commands
  })
  const seen = JSON.stringify(commands.map(({ id, title, group, shortcut, enabled }) => [id, title, group, shortcut, enabled]))
  useEffect(() => {
    const run = (id: string) => latest.current.find((command) => command.id === id)?.run()
    return useCommands.getState().register(latest.current.map((command) => ({ ...command, run: () => run(command.id) })))
  }, [seen])
}
