import { createKeybindingsHandler } from 'tinykeys'
import { isEnabled, useCommands } from './commands.ts'
import type { Command } from './commands.ts'

const hasModifier = (shortcut: string): boolean => /(^|\+)(\$mod|Control|Meta|Alt)\+/.test(shortcut)

/** What must not be disturbed when a key goes down. */
export interface KeyScene {
  typing: boolean
  dialogOpen: boolean
  /** A button, link or the like has the focus: Space and Enter are its own. */
  pressable: boolean
}

/** Whether a shortcut may act: plain letters never while someone types, nothing at all behind an open dialog. */
export function mayAct(shortcut: string, scene: KeyScene): boolean {
  if (scene.dialogOpen) return false
  if (scene.typing) return hasModifier(shortcut)
  return !(scene.pressable && /^(Space|Enter)$/.test(shortcut))
}

/** One command a shortcut: the one registered last. */
export function boundCommands(commands: Command[]): Map<string, Command> {
  return new Map(commands.flatMap((command): [string, Command][] => (command.shortcut === undefined ? [] : [[command.shortcut, command]])))
}

function sceneOf(target: EventTarget | null): KeyScene {
  const element = target instanceof HTMLElement ? target : null
  return {
    typing: Boolean(element?.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]')),
    dialogOpen: document.querySelector('dialog[open]') !== null,
    pressable: Boolean(element?.closest('button, a[href], summary, [role=tab], [role=option]')),
  }
}

function handlerOf(commands: Command[]): EventListener {
  const bound = [...boundCommands(commands)]
  return createKeybindingsHandler(
    Object.fromEntries(bound.map(([shortcut, command]) => [shortcut, (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat && !/^(Arrow|j$|k$)/.test(shortcut)) return
      if (!isEnabled(command) || !mayAct(shortcut, sceneOf(event.target))) return
      event.preventDefault()
      command.run()
    }])),
    { ignore: (event) => event.isComposing },
  )
}

/** Binds every registered shortcut until the returned function is called. */
export function startKeymap(): () => void {
  let handler = handlerOf(useCommands.getState().commands)
  const onKey = (event: Event) => handler(event)
  const unsubscribe = useCommands.subscribe(({ commands }) => {
    handler = handlerOf(commands)
  })
  document.addEventListener('keydown', onKey)
  return () => {
    unsubscribe()
    document.removeEventListener('keydown', onKey)
  }
}
