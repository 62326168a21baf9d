import type { Inventory } from '#domain/inventory.ts'
import type { Fence } from './fences.ts'
import type { Ids } from './ids.ts'
import type { Report } from './report.ts'
import type { Source } from './source.ts'
import type { Block } from './syntax-tree.ts'

/** What every part of the document reader needs at hand. */
export interface Reading {
  source: Source
  report: Report
  ids: Ids
  inventory: Inventory
  isFrontMatterRead: boolean
  /** The zone in front matter, or null. */
  zone: string | null
  /** Every fenced block with attributes, by where it starts. */
  fences: Map<number, Fence>
  /** Fences that became the block of a step; the rest are reported. */
  used: Set<Block>
}
