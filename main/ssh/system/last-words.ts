import { clean } from '../failures.ts'

/** The last line of what ssh has said, made harmless. */
export const lastWords = (said: string): string => clean(said.trim().split('\n').at(-1) ?? '').replace(/\.+$/, '')
