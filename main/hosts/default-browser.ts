import { spawn } from 'node:child_process'

type Environment = Readonly<Record<string, string | undefined>>

/** Whether a window could be shown at all: Linux needs X or Wayland, the others always have a screen. */
export const hasScreen = (platform: string, env: Environment): boolean => platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])

/** How this machine opens a link in its usual browser, or null where nothing could show it. */
export function openCommand(platform: string, env: Environment, url: string): [string, string[]] | null {
  if (!hasScreen(platform, env)) return null
  if (platform === 'darwin') return ['open', [url]]
  // `start` is part of cmd and would take & and ^ in a link as its own; rundll32 takes the link as it is.
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]]
  return ['xdg-open', [url]]
}

/**
 * Opens the link if there is a browser to open. The link is printed as well, so a machine without one loses nothing.
 * Other users of this machine can see the link in the list of processes: on Linux peer.ts turns them away, elsewhere the
 * link works once and whoever comes second is told.
 */
export function openInDefaultBrowser(url: string, platform: string = process.platform, env: Environment = process.env): void {
  const command = openCommand(platform, env, url)
  if (command === null) return
  const child = spawn(command[0], command[1], { stdio: 'ignore', detached: true })
  // No xdg-open on this machine: the printed link is the way in.
  child.on('error', () => {})
  child.unref()
}
