import type { z } from 'zod'
import { Problem } from '#domain/problem.ts'
import { numberOf } from './reading.ts'
import { takeFrom, type Take } from './take.ts'

/** Labels are few: what gives more is another statement than was meant. */
export const MOST_ROWS = 1000

/**
 * The number in what a statement gave: one row with one number, or rows of label and number. Throws `sql-result` for
 * anything else: NULL is not 0, and a sum over rows of which one has no number would look better than things are.
 */
export function numberIn(rows: readonly (readonly (string | null)[])[], take: z.output<typeof Take>): number {
  const [first] = rows
  if (first === undefined) throw wrong('gives no row')
  if (first.length !== 1 && first.length !== 2) throw wrong(`gives ${first.length} columns`)
  if (first.length === 1 && rows.length > 1) throw wrong(`gives ${rows.length} rows of one column`)
  return takeFrom(rows.map((row) => cell(row.at(-1) ?? null, first.length === 2 ? (row[0] ?? null) : undefined)), take)
}

function cell(text: string | null, label: string | null | undefined): number {
  const value = text === null ? null : numberOf(text.trim())
  if (value !== null) return value
  const where = label === undefined ? '' : ` for ${label === null ? 'NULL' : `"${label}"`}`
  throw wrong(text === null ? `gives NULL${where}` : `gives "${text}"${where}, which is not a number`)
}

const wrong = (what: string): Problem => new Problem('sql-result', `The statement ${what}.`, 'Let it give one number in one row, or a label and a number in each row.')
