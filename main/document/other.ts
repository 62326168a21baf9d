import type { OtherSection } from '#domain/runbook.ts'
import type { Reading } from './reading.ts'
import type { Section, Unit } from './sections.ts'

/** Whatever found no home in the model, in runs of neighbours, as it is written. Sections nobody knows keep their heading. */
export function readOther(sections: Section[], reading: Reading): OtherSection[] {
  return sections.flatMap((section) => {
    const whole = section.role === 'other' && section.heading !== null
    const runs = whole ? [section.units] : runsOf(section.units)
    return runs.flatMap((units) => {
      const start = whole ? section.heading?.start : units[0]?.block.start
      if (start === undefined) return []
      const end = units.at(-1)?.block.end ?? section.end
      const text = reading.source.text.slice(units[0]?.block.start ?? end, end)
      return [{ id: reading.ids.make('text', section.title), title: section.title, text, range: reading.source.range(start, end) }]
    })
  })
}

function runsOf(units: Unit[]): Unit[][] {
  const runs: Unit[][] = []
  let open: Unit[] | null = null
  for (const unit of units) {
    if (unit.claimed) open = null
    else if (open) open.push(unit)
    else runs.push((open = [unit]))
  }
  return runs
}
