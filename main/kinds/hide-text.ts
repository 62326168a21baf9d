import type { SecretMask } from '#domain/secrets/mask.ts'

/** A text without the secrets that this mask hides. */
export function hideText(mask: SecretMask, text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(mask.cut(new TextEncoder().encode(text), true).shown)
}
