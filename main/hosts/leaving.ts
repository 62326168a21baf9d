/** What is said before Holdpoint is closed over running work; null when nothing is running. */
export function leavingWords(running: string[]): { message: string; detail: string } | null {
  if (running.length === 0) return null
  const shown = running.slice(0, 5).join('\n') + (running.length > 5 ? `\nand ${running.length - 5} more` : '')
  return {
    message: running.length === 1 ? 'A step is running.' : `${running.length} steps are running.`,
    detail: `${shown}\n\nClosing Holdpoint does not stop them on their hosts. It looks for them when it starts again; what cannot be shown then is unknown, and a person decides.`,
  }
}
