import { z } from 'zod'
import type { ProblemValue } from '#domain/problem.ts'
import type { Reply } from './bridge.ts'

/**
 * What travels between a page and main: JSON text, one message a frame, the same over Electron's IPC and a WebSocket.
 * Only main checks messages with the schema; pages import the types alone, so zod stays out of the preload.
 */

/** A runbook of 1 MiB still fits when JSON escapes or UTF-8 make it longer. */
export const maxMessageBytes = 4 * 1024 * 1024

const id = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const name = z.string().min(1).max(100)

export const ClientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id, name, input: z.unknown() }),
  z.strictObject({ type: z.literal('follow'), id, feed: name, input: z.record(z.string().max(100), z.unknown()) }),
  z.strictObject({ type: z.literal('stop'), id }),
])
export type ClientMessage = z.infer<typeof ClientMessage>

/** The first message over a WebSocket; Electron knows its window without it. */
export const HelloMessage = z.strictObject({ type: z.literal('hello'), secret: z.string().min(1).max(100) })
export type HelloMessage = z.infer<typeof HelloMessage>

export type ServerMessage =
  | { type: 'reply'; id: number; reply: Reply }
  | { type: 'item'; id: number; cursor: number; item: unknown }
  /** The feed is over. */
  | { type: 'problem'; id: number; problem: ProblemValue }

export type WelcomeMessage = { type: 'welcome' }

/** WebSocket close codes of our own. */
export const closeCodes = { refused: 4401, violation: 4400, tooSlow: 4413, closing: 1001, full: 1013 } as const
