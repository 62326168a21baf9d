/** What a person at the terminal can say while the browser host runs. */
export interface StopOptions {
  /** Enter was pressed. */
  onEnter: () => void
  /** Closes everything; the first Ctrl+C, or SIGTERM. */
  close: () => Promise<void>
  print: (line: string) => void
  /** What a first Ctrl+C would leave behind; then it takes another one to close. */
  warning?: () => string | null
}

/** One Ctrl+C may arrive twice: from the terminal, and passed on by npm or by holdpoint.js. */
const sameKeyWithinMs = 300

/** Resolves with the exit code after a first Ctrl+C or SIGTERM has closed everything. A second Ctrl+C does not wait. */
export function untilStopped({ onEnter, close, print, warning }: StopOptions): Promise<number> {
  const { stdin } = process
  return new Promise((resolve) => {
    let warnedAt: number | null = null
    let stoppedAt: number | null = null

    const finish = (code: number): void => {
      for (const signal of signals) process.off(signal, stop)
      stdin.off('data', onEnter)
      stdin.pause()
      resolve(code)
    }
    const stop = (signal: NodeJS.Signals): void => {
      const words = signal === 'SIGINT' && warnedAt === null ? warning?.() : null
      if (words) {
        warnedAt = performance.now()
        print(`${words}\nPress Ctrl+C again to close all the same.`)
      } else if (warnedAt !== null && performance.now() - warnedAt <= sameKeyWithinMs) {
        return
      } else if (stoppedAt === null) {
        stoppedAt = performance.now()
        print('Closing. Press Ctrl+C again to end at once.')
        close().then(
          () => finish(0),
          (error: unknown) => {
            print(`Holdpoint did not close cleanly: ${String(error)}`)
            finish(1)
          },
        )
      } else if (performance.now() - stoppedAt > sameKeyWithinMs) {
        process.exit(130)
      }
    }

    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    for (const signal of signals) process.on(signal, stop)
    // Without a terminal nobody presses Enter, and reading would hold or steal the input of a script.
    if (stdin.isTTY) stdin.on('data', onEnter)
  })
}
