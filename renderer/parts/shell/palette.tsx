import { Command as Cmdk } from 'cmdk'
import { useRef } from 'react'
import { isEnabled, useCommands } from '#renderer/stores/commands.ts'
import type { Command } from '#renderer/stores/commands.ts'
import { useOverlay } from '#renderer/stores/overlay.ts'
import { Kbd } from '#renderer/ui/kbd.tsx'
import { useModal } from '#renderer/ui/use-modal.ts'
import { groupCommands } from './group-commands.ts'
import styles from './palette.module.css'

export function Palette() {
  const open = useOverlay((state) => state.open === 'palette')
  return open ? <OpenPalette /> : null
}

function OpenPalette() {
  const dialog = useRef<HTMLDialogElement>(null)
  const commands = useCommands((state) => state.commands)
  const close = () => useOverlay.getState().show('none')
  useModal(dialog)

  const perform = (command: Command) => {
    close()
    command.run()
  }

  return (
    <dialog ref={dialog} className={styles.palette} aria-label="Commands" onCancel={close} onMouseDown={(event) => event.target === dialog.current && close()}>
      <Cmdk label="Commands" loop>
        <Cmdk.Input data-autofocus className={styles.input} placeholder="What do you want to do?" />
        <Cmdk.List className={styles.list}>
          <Cmdk.Empty className={styles.empty}>No command has these words. Esc closes.</Cmdk.Empty>
          {groupCommands(commands.filter(isEnabled)).map(({ group, commands: members }) => (
            <Cmdk.Group key={group} heading={group}>
              {members.map((command) => (
                <Cmdk.Item key={command.id} value={`${command.title} ${group} ${command.id}`} className={styles.item} onSelect={() => perform(command)}>
                  <span className={styles.title}>{command.title}</span>
                  {command.shortcut !== undefined && <Kbd keys={command.shortcut} />}
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          ))}
        </Cmdk.List>
      </Cmdk>
    </dialog>
  )
}
