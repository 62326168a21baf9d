/** What a person wrote, understood; or why it is not, as advice that can be followed. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; hint: string }

export const understood = <T>(value: T): Parsed<T> => ({ ok: true, value })
export const notUnderstood = (hint: string): { ok: false; hint: string } => ({ ok: false, hint })
