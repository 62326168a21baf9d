import { useState } from 'react'
import type { ReactNode } from 'react'
import { createCrosshair, CrosshairContext } from './crosshair-store.ts'

/** The charts inside share one crosshair. */
export function Crosshairs({ children }: { children: ReactNode }) {
  const [store] = useState(createCrosshair)
  return <CrosshairContext value={store}>{children}</CrosshairContext>
}
