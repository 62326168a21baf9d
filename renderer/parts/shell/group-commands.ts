import type { Command } from '#renderer/stores/commands.ts'

export interface CommandGroup {
  group: string
  commands: Command[]
}

/** Commands by group: the screen's own groups first, those of the whole app last. */
export function groupCommands(commands: Command[]): CommandGroup[] {
  const groups = new Map<string, Command[]>()
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command])
  return [...groups]
    .map(([group, members]) => ({ group, commands: members }))
    .toSorted((a, b) => Number(isGlobal(a)) - Number(isGlobal(b)))
}

const isGlobal = ({ group }: CommandGroup): boolean => group === 'Go to' || group === 'Holdpoint'
