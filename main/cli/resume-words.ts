import type { Fate, ResumedStep } from '#domain/run/resume/plan.ts'
import type { ResumeOutline } from '#preload/contract.ts'
import { harmless, paint } from './terminal.ts'

const FATES: Record<Fate, string> = {
  'kept': 'is done', 'runs': 'runs', 'held': 'holds the run until you decide', 'left-out': 'is left out', 'undecided': 'succeeded and was edited: say --keep or --again',
}

/** What going on would keep, do and leave out, with the lines that were edited. */
export function describeResume(outline: ResumeOutline): string {
  const { steps, removed, revision, runRevision } = outline
  const head = revision === runRevision ? `The runbook is as it was (revision ${revision}).` : `The runbook is at revision ${revision}; the run was made from revision ${runRevision}.`
  return [
    head, ...steps.flatMap(describeStep),
    ...removed.map(({ id, title, was }) => `${paint('red', '-')} ${harmless(title)} (${id}): no longer in the runbook; it was ${was}`),
  ].join('\n')
}

function describeStep({ id, title, change, was, fate, repeats, lines }: ResumedStep): string[] {
  const mark = change === 'added' ? paint('green', '+') : change === 'changed' ? paint('yellow', '~') : ' '
  const before = was === null ? 'new' : `was ${was}`
  return [
    `${mark} ${harmless(title)} (${id}): ${FATES[fate]}${repeats ? ' a second time' : ''}, ${before}`,
    ...lines.map(({ kind, text }) => (kind === 'added' ? paint('green', `    + ${harmless(text)}`) : kind === 'removed' ? paint('red', `    - ${harmless(text)}`) : `      ${harmless(text)}`)),
  ]
}
