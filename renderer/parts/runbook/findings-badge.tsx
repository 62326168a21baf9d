import { Tag } from '#renderer/ui/tag.tsx'

/** How many errors and warnings a runbook has, in words; says nothing when there is neither. */
export function FindingsBadge({ errors, warnings }: { errors: number; warnings: number }) {
  const words = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
  return <>
    {errors > 0 && <Tag tone="bad" title="A live run is refused until they are mended">✕ {words(errors, 'error')}</Tag>}
    {warnings > 0 && <Tag tone="warn">△ {words(warnings, 'warning')}</Tag>}
  </>
}
