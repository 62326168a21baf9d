import { z } from 'zod'
import type { StepKind } from '../kind.ts'

/** Work that a person does and then ticks. Attributes of a block in another language are that language's business. */
export const manual: StepKind = {
  kind: 'manual',
  label: 'By hand',
  needsHosts: false,
  attributes: z.looseObject({}),
  check: () => [],
  run: null,
}
