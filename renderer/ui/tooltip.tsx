import type { ReactNode } from 'react'

/** More words on hover. Never the only place where something is said. */
export function Tooltip({ text, children }: { text: string; children: ReactNode }) {
  return <span title={text}>{children}</span>
}
