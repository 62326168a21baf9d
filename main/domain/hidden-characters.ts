/**
 * Characters that show as nothing, or that change how others show, so that a person reads something else than what is
 * there: zero widths, direction marks and overrides, fillers, line separators, tags (Unicode TR 36; CVE-2021-42574). The
 * joiners U+200C and U+200D are among them though emoji and Persian need them; control characters are not.
 */
export const HIDDEN_RANGES = String.raw`\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}`

const HIDDEN = new RegExp(`[${HIDDEN_RANGES}]`, 'u')
const CONTROL = new RegExp(String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]`)

/** `U+202E` for the first character of a text that a person could not see in it, or null. Joiners between others are let pass. */
export function firstHidden(text: string): string | null {
  const found = HIDDEN.exec(text.replace(/[\u200c\u200d]/g, '')) ?? CONTROL.exec(text)
  return found ? codePoint(found[0]) : null
}

export const codePoint = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
