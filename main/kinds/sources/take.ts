import { z } from 'zod'

/** Which one number several make. */
export const Take = z.enum(['highest', 'lowest', 'sum', 'average'], { error: 'Choose highest, lowest, sum or average.' }).default('highest')

const WAYS: Record<z.output<typeof Take>, (values: readonly number[]) => number> = {
  highest: (values) => Math.max(...values),
  lowest: (values) => Math.min(...values),
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
}

/** Of at least one number. */
export const takeFrom = (values: readonly number[], take: z.output<typeof Take>): number => WAYS[take](values)
