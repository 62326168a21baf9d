import type { OperatorCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import { rollbackCountdown } from '#domain/run/countdown.ts'
import { describeReturn } from '#domain/run/describe-return.ts'
import { waitingReturn } from '#domain/run/return-gate.ts'
import { unjudgedMetrics } from '#domain/run/health.ts'
import { automatedRunning, environmentName, findStep, tickableItems } from '#domain/run/view.ts'
import type { Ask, AskKind } from '#renderer/stores/room-view.ts'

/** The command an answered question becomes. */
export function commandOf(ask: Ask, answer: string): OperatorCommand {
  return commands[ask.kind](ask.about, answer)
}

const commands: Record<AskKind, (about: string, answer: string) => OperatorCommand> = {
  'skip-step': (stepId, reason) => ({ type: 'skip-step', stepId, reason }),
  'start-danger': (stepId, confirm) => ({ type: 'start-step', stepId, confirm }),
  'retry-unknown': (stepId, reason) => ({ type: 'retry-step', stepId, reason }),
  'retry-all': (stepId, reason) => ({ type: 'retry-step', stepId, hosts: 'all', reason }),
  'ignore-failure': (stepId, reason) => ({ type: 'ignore-failure', stepId, reason }),
  'exclude-host': (host, reason) => ({ type: 'exclude-host', host, reason }),
  'fail-step': (stepId, reason) => ({ type: 'fail-step', stepId, reason }),
  'resolve-step': (stepId, evidence) => ({ type: 'resolve-step', stepId, evidence }),
  waive: (id, reason) => ({ type: 'waive', id, reason }),
  'no-go': (gateId, reason) => ({ type: 'decide-gate', gateId, decision: 'no-go', reason }),
  'sign-off': (stepId, reason) => ({ type: 'sign-off-step', stepId, decision: 'go', reason }),
  'sign-off-no': (stepId, reason) => ({ type: 'sign-off-step', stepId, decision: 'no-go', reason }),
  'go-despite': (gateId, reason) => ({ type: 'decide-gate', gateId, decision: 'go', reason }),
  note: (about, text) => ({ type: 'add-note', about: about === '' ? null : about, text }),
  'override-breach': (breachId, reason) => ({ type: 'override-breach', breachId, reason }),
  'watch-breach': (breachId, note) => ({ type: 'watch-breach', breachId, note }),
  'accept-no-data': (metric, reason) => ({ type: 'accept-no-data', metric, reason }),
  'fire-trigger': (triggerId, reason) => ({ type: 'fire-trigger', triggerId, reason }),
  'skip-message': (messageId, reason) => ({ type: 'skip-message', messageId, reason }),
  'send-message': (messageId, note) => ({ type: 'send-message', messageId, note }),
  'end-monitoring': (_, reason) => ({ type: 'end-monitoring', reason }),
  abort: (_, reason) => ({ type: 'abort', reason }),
  pause: (_, reason) => ({ type: 'pause', reason }),
  'start-rollback': (_, reason) => ({ type: 'start-rollback', reason }),
  'roll-back-to': (phaseId, reason) => ({ type: 'roll-back-to', phaseId, reason }),
  'abort-forward': (_, reason) => ({ type: 'abort-forward', reason }),
  'take-over': (_, reason) => ({ type: 'take-over', reason }),
  baseline: (_, range) => ({ type: 'choose-baseline', range }),
}

export interface AskWords {
  title: string
  description: string
  label: string
  placeholder: string
  confirm: string
  tone: 'plain' | 'danger'
  optional: boolean
}

/** How the question is put. */
export function wordsOf(ask: Ask, state: RunState): AskWords {
  return { ...plain, ...words[ask.kind](subject(ask.about, state), state) }
}

const plain: AskWords = { title: '', description: '', label: 'Reason', placeholder: '', confirm: 'Confirm', tone: 'plain', optional: false }

const words: Record<AskKind, (subject: string, state: RunState) => Partial<AskWords>> = {
  'start-danger': (subject, state) => ({ title: 'Start a dangerous step?', description: `“${subject}” is marked as dangerous in the runbook.`, label: `Type ${environmentName(state)} to start it`, confirm: 'Start step', tone: 'danger' }),
  'skip-step': (subject) => ({ title: 'Skip this step?', description: `“${subject}” will not be done. The run goes on with the next step.`, label: 'Why is it skipped?', confirm: 'Skip step' }),
  'retry-unknown': (subject) => ({ title: 'Run it again?', description: `Nobody knows how “${subject}” ended. It may have done its work, in part or whole, or still be running. Retry only when doing it twice is safe.`, label: 'Why is that safe? What did you see on the host?', confirm: 'Retry step', tone: 'danger' }),
  'retry-all': (subject) => ({ title: 'Run it again everywhere?', description: `“${subject}” runs again on all its hosts, also on those where it has succeeded.`, label: 'Why is it right to run it there twice?', confirm: 'Retry on all hosts', tone: 'danger' }),
  'ignore-failure': (subject) => ({ title: 'Ignore this failure?', description: `“${subject}” stays as it is: nothing is sent, and the run goes on with the next step. The report says who ignored it and why.`, label: 'Why does it not matter?', confirm: 'Ignore failure' }),
  'exclude-host': (host) => ({ title: `Exclude ${host} from this run?`, description: `No step begins on ${host} from here on, the rollback’s steps included. What was done there stays. It can be taken back later.`, label: `Why does the run go on without ${host}?`, confirm: `Exclude ${host}`, tone: 'danger' }),
  'fail-step': (subject) => ({ title: 'Report a failure', description: `“${subject}” is recorded as failed and the run holds here.`, label: 'What went wrong?', confirm: 'Report failure', tone: 'danger' }),
  'resolve-step': (subject) => ({ title: 'Mark this step done?', description: `“${subject}” is recorded as done on your word. Nothing is sent to a host.`, label: 'How do you know it is done?', placeholder: 'Checked on app2: version file says 4.2.0', confirm: 'Mark done' }),
  waive: (subject) => ({ title: 'Waive this item?', description: `“${subject}” will not be required. The report says who waived it and why.`, label: 'Why is it not needed?', confirm: 'Waive item' }),
  'no-go': () => ({ title: 'No-go', description: 'The gate stays shut. You can decide go later, roll back or abort.', label: 'Why not?', confirm: 'Record no-go' }),
  'sign-off': (subject, state) => ({ title: 'Go past the point of no return?', description: `“${subject}” ${describeReturn(state, waitingReturn(state)?.gate.numbers)}. After that a rollback may not end in the window.`, label: 'Why is it right to go on? (optional)', confirm: 'Go past it', tone: 'danger', optional: true }),
  'sign-off-no': (subject) => ({ title: 'No-go', description: `“${subject}” does not begin. You can decide go later, skip it, or roll back.`, label: 'Why not? (optional)', confirm: 'Record no-go', optional: true }),
  'go-despite': () => ({ title: 'Go despite a breach?', description: 'A threshold is breached. The next phase opens all the same.', label: 'Why is it right to go on?', confirm: 'Go all the same', tone: 'danger' }),
  note: (subject) => ({ title: 'Add a note', description: subject === '' ? 'Kept in the record of the run with your name and the time.' : `About “${subject}”.`, label: 'Note', confirm: 'Add note' }),
  'override-breach': (subject) => ({ title: 'Override this breach?', description: `${subject} The run goes on; the breach and your reason stay in the record.`, label: 'Why is it right to go on?', confirm: 'Override breach', tone: 'danger' }),
  'watch-breach': (subject, state) => ({ title: 'Hold and watch?', description: `${subject} The run stays held and nothing is decided yet.${rollbackCountdown(state) ? ' The rollback does not begin by itself any more.' : ''}`, label: 'What are you looking at? (optional)', confirm: 'Hold and watch', optional: true }),
  'accept-no-data': (subject) => ({ title: `Go on without data for ${subject}?`, description: 'Nobody would see its rollback trigger fire. This stands until there is data again; your reason stays in the record.', label: 'Why is it right to go on blind?', confirm: 'Go on without data', tone: 'danger' }),
  'fire-trigger': (subject) => ({ title: 'Report a rollback trigger', description: `“${subject}” is recorded as having happened. Automatic progress holds until someone rolls back or overrides it.`, label: 'What did you see?', confirm: 'Report trigger', tone: 'danger' }),
  'skip-message': (subject) => ({ title: 'Do not send this message?', description: `“${subject}”`, label: 'Why is it not sent?', confirm: 'Skip message' }),
  'send-message': (subject) => ({ title: 'Mark as sent', description: `“${subject}”. Send it in your own tools; this records that it went out.`, label: 'Where, and what did it say? (optional)', confirm: 'Mark sent', optional: true }),
  'end-monitoring': (_, { followUp }) => ({ title: `End the ${followUp ? 'follow-up monitoring' : 'monitoring time'} early?`, description: `Metrics are no longer watched against the thresholds.${followUp ? ' The run ends.' : ''}`, label: 'Why is it safe to stop watching?', confirm: 'End monitoring' }),
  abort: () => ({ title: 'Abort the run?', description: 'Running steps are asked to stop, nothing else starts, and the run ends as aborted. Nothing is rolled back: hosts stay as they are.', label: 'Why is the run aborted?', confirm: 'Abort run', tone: 'danger' }),
  pause: () => ({ title: 'Pause the run', description: 'Steps already running go on; nothing new starts.', label: 'Reason (optional)', confirm: 'Pause', optional: true }),
  'take-over': (_, { lead }) => ({ title: 'Take this run over?', description: `Hosts are told to refuse what ${lead.machine?.name ?? 'the other machine'} sends for this run; what runs there already is followed from here, to its end. The run stays paused until you resume it.`, label: 'Why can it not go on there? Who knows of it?', confirm: 'Take over', tone: 'danger' }),
  'roll-back-to': () => ({ title: 'Roll back to before a phase?', description: 'What was done since is taken back, the last first, and the run stands there again: go on from there, or roll back all of it.', label: 'Why is it taken back?', confirm: 'Roll back to there', tone: 'danger' }),
  'abort-forward': (_, state) => ({ title: 'Wait no longer?', description: `${automatedRunning(state).map(({ step }) => `“${step.title}”`).join(', ')} is asked to stop on its hosts. The rollback begins when it has ended.`, label: 'Why is it not waited for?', confirm: 'Stop it', tone: 'danger' }),
  baseline: (_, state) => ({ title: 'Which time was usual?', description: `Limits that are a multiple of the baseline are judged against the median of what was read then. Times are in the window’s zone, ${state.runbook.overview.window?.zone ?? 'UTC'}.`, label: '10m for the last ten minutes, 21:40 to 21:55, or before the release', placeholder: '10m', confirm: 'Take as baseline' }),
  'start-rollback': () => ({ title: 'Roll back?', label: 'Why is it rolled back?', confirm: 'Roll back now', tone: 'danger' }),
}

function subject(about: string, state: RunState): string {
  const { runbook } = state
  return findStep(runbook, about)?.step.title
    ?? tickableItems(runbook).find((item) => item.id === about)?.text
    ?? runbook.messages.find((message) => message.id === about)?.text
    ?? runbook.rollback.triggers.find((trigger) => trigger.id === about)?.text
    ?? runbook.inventory.hosts.find((host) => host.name === about)?.name
    ?? unjudgedMetrics(state).find((metric) => metric === about)
    ?? state.breaches.find((breach) => breach.id === about)?.evidence.rule.concat('.')
    ?? ''
}
