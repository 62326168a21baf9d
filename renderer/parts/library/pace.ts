/** How fast a rehearsal's time goes, and whether it goes on by itself. */
export interface Pace {
  speed: number
  automatic: boolean
}

export const usualPace: Pace = { speed: 60, automatic: true }

const speeds = [1, 10, 60, 300]

export const paceValue = ({ speed, automatic }: Pace): string => `${speed} ${automatic ? 'auto' : 'step'}`

export function paceFrom(value: string): Pace {
  const [speed, kind] = value.split(' ')
  return { speed: Number(speed), automatic: kind === 'auto' }
}

export const paceGroups: { label: string; options: { value: string; label: string }[] }[] = [
  { label: 'Goes on by itself', options: speeds.map((speed) => ({ value: paceValue({ speed, automatic: true }), label: `${speed}×` })) },
  { label: 'One step at a time', options: speeds.map((speed) => ({ value: paceValue({ speed, automatic: false }), label: `${speed}× by step` })) },
]
