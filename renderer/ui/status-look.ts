import type { RunStatus, StepStatus } from '#domain/run/state.ts'

/** Everything the room can say about one thing: of a run, a step, a host, a gate, a checklist item or a metric. */
export type Status =
  | RunStatus | StepStatus
  | 'queued' | 'excluded' | 'open' | 'ticked' | 'waived'
  | 'closed' | 'reached' | 'go' | 'no-go'
  | 'pending' | 'sent'
  | 'ok' | 'breached' | 'overridden' | 'no-data'

export type Shape =
  | 'ring-dashed' | 'ring' | 'play' | 'hourglass' | 'pause' | 'cross' | 'question' | 'check' | 'skip' | 'back' | 'stop'
  | 'box' | 'box-check' | 'box-slash' | 'triangle' | 'gap' | 'lock' | 'minus' | 'pulse'

export type Tone = 'faint' | 'dim' | 'ok' | 'warn' | 'bad' | 'info' | 'unknown'

export interface StatusLook {
  word: string
  shape: Shape
  tone: Tone
}

/** How each status looks: a word, a shape of its own and a colour, so that none of the three has to be enough alone. */
export const statusLooks: Record<Status, StatusLook> = {
  planned: { word: 'Planned', shape: 'ring-dashed', tone: 'faint' },
  queued: { word: 'Queued', shape: 'ring', tone: 'faint' },
  excluded: { word: 'Excluded', shape: 'minus', tone: 'warn' },
  running: { word: 'Running', shape: 'play', tone: 'info' },
  monitoring: { word: 'Monitoring', shape: 'pulse', tone: 'info' },
  waiting: { word: 'Waiting', shape: 'hourglass', tone: 'warn' },
  paused: { word: 'Paused', shape: 'pause', tone: 'warn' },
  failed: { word: 'Failed', shape: 'cross', tone: 'bad' },
  unknown: { word: 'Unknown', shape: 'question', tone: 'unknown' },
  aborting: { word: 'Aborting', shape: 'stop', tone: 'bad' },
  'rolling-back': { word: 'Rolling back', shape: 'back', tone: 'bad' },
  'ended-succeeded': { word: 'Succeeded', shape: 'check', tone: 'ok' },
  'ended-failed': { word: 'Failed', shape: 'cross', tone: 'bad' },
  'ended-aborted': { word: 'Aborted', shape: 'stop', tone: 'bad' },
  'ended-rolled-back': { word: 'Rolled back', shape: 'back', tone: 'warn' },
  succeeded: { word: 'Succeeded', shape: 'check', tone: 'ok' },
  skipped: { word: 'Skipped', shape: 'skip', tone: 'dim' },
  open: { word: 'Open', shape: 'box', tone: 'dim' },
  ticked: { word: 'Ticked', shape: 'box-check', tone: 'ok' },
  waived: { word: 'Waived', shape: 'box-slash', tone: 'warn' },
  closed: { word: 'Closed', shape: 'lock', tone: 'faint' },
  reached: { word: 'Go or no-go?', shape: 'hourglass', tone: 'warn' },
  go: { word: 'Go', shape: 'check', tone: 'ok' },
  'no-go': { word: 'No-go', shape: 'cross', tone: 'bad' },
  pending: { word: 'Pending', shape: 'ring-dashed', tone: 'faint' },
  sent: { word: 'Sent', shape: 'check', tone: 'ok' },
  ok: { word: 'Within limits', shape: 'check', tone: 'ok' },
  breached: { word: 'Breach', shape: 'triangle', tone: 'bad' },
  overridden: { word: 'Breach ignored', shape: 'triangle', tone: 'warn' },
  'no-data': { word: 'No data', shape: 'gap', tone: 'unknown' },
}
