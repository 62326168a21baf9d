import type { Master } from './master.ts'

const WITHIN_MS = 300

/**
 * What goes through a master ends with it, and is told of no reason: once the master's own end has been heard, or has not
 * come, the loss can be put down to the right connection.
 */
export const masterHeard = (master: Pick<Master, 'onEnd'>): Promise<void> => new Promise((resolve) => {
  const impatience = setTimeout(resolve, WITHIN_MS)
  master.onEnd(() => {
    clearTimeout(impatience)
    setImmediate(resolve)
  })
})
