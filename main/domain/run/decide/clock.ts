import { isEnded } from '../view.ts'
import type { Decide } from './context.ts'

/** What the clocks did is a fact of the run as long as it is under way. */
export const reportClock: Decide<'report-clock'> = (state, { entry }) => (isEnded(state) || state.stage === 'planned' ? [] : [{ type: 'clock-noted', entry }])
