import { createStore } from 'zustand/vanilla'
import type { Machine } from '#domain/run/lead.ts'

/** The computer main runs on; undefined until it has said so, and then main alone refuses what is not led here. */
export const here = createStore<{ machine: Machine | undefined }>(() => ({ machine: undefined }))
