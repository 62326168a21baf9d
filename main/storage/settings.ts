import type { Connection } from './database.ts'

/** Named JSON values. What they mean, and whether they are well-formed, is the caller's to check. */
export interface SettingsStore {
  /** null when it was never set. */
  get(name: string): unknown
  set(name: string, value: unknown): void
}

export function createSettings(connection: Connection): SettingsStore {
  const read = connection.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck()
  const write = connection.prepare<[string, string]>('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
  return {
    get(name) {
      const value = read.get(name)
      return value === undefined ? null : JSON.parse(value) as unknown
    },
    set: (name, value) => void write.run(name, JSON.stringify(value ?? null)),
  }
}
