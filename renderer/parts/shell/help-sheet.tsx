import { useCommands } from '#renderer/stores/commands.ts'
import { useOverlay } from '#renderer/stores/overlay.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { Kbd } from '#renderer/ui/kbd.tsx'
import { groupCommands } from './group-commands.ts'
import styles from './help-sheet.module.css'

/** Every shortcut that is registered now, by group. */
export function HelpSheet() {
  const open = useOverlay((state) => state.open === 'help')
  const commands = useCommands((state) => state.commands)
  if (!open) return null
  const close = () => useOverlay.getState().show('none')
  return (
    <Dialog size="l" title="Keyboard" description="Single letters act when no text field has the focus." onClose={close} actions={<Button data-autofocus onClick={close} shortcut="Escape">Close</Button>}>
      <div className={styles.groups}>
        {groupCommands(commands.filter(({ shortcut }) => shortcut !== undefined)).map(({ group, commands: members }) => (
          <section key={group} className={styles.group}>
            <h3 className={styles.heading}>{group}</h3>
            <dl>
              {members.map((command) => (
                <div key={command.id} className={styles.row}>
                  <dt>{command.title}</dt>
                  <dd><Kbd keys={command.shortcut ?? ''} /></dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
