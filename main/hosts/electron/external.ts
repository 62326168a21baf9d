import type { Platform } from './platform.ts'

/** The address to hand to the system's browser or mail program, or null for anything that is not https or mailto. */
export function externalAddress(text: string): string | null {
  if (text.length > 2000 || !URL.canParse(text)) return null
  const url = new URL(text)
  const isAllowed = (url.protocol === 'https:' && url.username === '' && url.password === '') || url.protocol === 'mailto:'
  // Control characters have carried attacks past openExternal and openPath; URL leaves only escapes of them.
  return isAllowed && !/%0|%1|%7f/i.test(url.href) ? url.href : null
}

/** Opens a link outside after a person has seen where it goes. Links come from runbooks and host output. */
export async function openExternal({ dialog, shell }: Pick<Platform, 'dialog' | 'shell'>, text: string): Promise<void> {
  const address = externalAddress(text)
  if (address === null) return
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: 'Open this outside Holdpoint?',
    detail: address,
    buttons: ['Cancel', 'Open'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  if (response === 1) await shell.openExternal(address)
}
