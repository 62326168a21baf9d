import { z } from 'zod'

/** A name of something in the front matter. */
export const word = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'Use letters, digits, dots, hyphens and underscores, not starting with a hyphen.').max(120)
  .refine((name) => !isInherited(name), 'JavaScript has its own meaning for that name; choose another.')
export const target = z.string().regex(/^[^\s-]\S*$/, 'No spaces, and no hyphen at the start.').max(255)
export const HostSettings = z.object({
  address: target.nullish(), user: target.nullish(), port: z.int().min(1).max(65_535).nullish(), jump: z.string().regex(/^[^\s-][^\n]*$/).max(500).nullish(),
  transport: z.literal('ssh', 'The one transport to be named is ssh: the system\'s own client.').nullish(),
}).nullable()

/** Names every object answers to, such as `constructor` and `__proto__`: a record looked up by one finds what nobody put there. */
export function isInherited(name: string): boolean {
  return name in {}
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
