import type { Readable } from 'node:stream'

/** A command in progress on a host: what the rest of the program needs of it, whoever carries it. */
export interface Channel {
  on(event: 'data', listener: (bytes: Buffer) => void): unknown
  /** `close` comes last, once both outputs have ended. */
  on(event: 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly stderr: Pick<Readable, 'on' | 'once' | 'resume' | 'readableEnded'>
  write(bytes: Buffer | string): unknown
  resume(): unknown
  /** A name as `kill -s` takes it. */
  signal(name: 'TERM' | 'KILL'): unknown
  close(): unknown
}

/** How the remote process ended, null while that is not known. */
export type Ended = { exitCode: number } | { signal: string } | null

/** What is known of why a connection is gone; `why` is '' for nothing. */
export interface Loss {
  /** This program ended it, for the server sent without end what nobody asked for. */
  isFlood: boolean
  why: string
}

/** What one way of carrying SSH does; link.ts adds the limits and the waiting. */
export interface Wire {
  /** Fingerprint of the key the host showed. */
  hostKey: string
  open(command: string): Promise<WireAnswer>
  loss(): Loss
  onEnd(listener: () => void): void
  close(): void
}

export type WireAnswer =
  | { opened: 'yes'; channel: Channel; ended: () => Ended }
  /** The server has no room for one more; nothing was asked for. */
  | { opened: 'no-room'; reason: string }
  /** The command was never sent. */
  | { opened: 'unsent'; reason: string }
  /** It was sent and refused, or the connection went before the answer: which of the two shows in a moment. */
  | { opened: 'unanswered' }
  | { opened: 'refused'; reason: string }
