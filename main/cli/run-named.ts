import type { App } from '../app.ts'

/** The id of the run a person names at the terminal: `last` is the newest one. What is no run is refused by who looks it up. */
export const runNamed = ({ storage }: App, [wanted = '']: readonly string[]): string => (wanted === 'last' ? (storage.runs.list()[0]?.id ?? wanted) : wanted)
