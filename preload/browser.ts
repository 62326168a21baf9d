import type { ProblemValue } from '#domain/problem.ts'
import type { Bridge } from './bridge.ts'
import { createLink } from './link.ts'
import type { HelloMessage } from './messages.ts'

/** What the bridge needs of the page; tests bring their own, a page leaves all of it out. */
export interface BrowserBridgeOptions {
  /** `http://127.0.0.1:port`, where the page came from. */
  origin?: string
  /** Takes the one-time token out of the address bar; null when there is none. */
  takeToken?: () => string | null
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  createSocket?: (url: string) => WebSocket
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** This page may not talk to Holdpoint (used link, ended session). By default it shows how to get a new link. */
  onRefused?: (problem: ProblemValue) => void
  /** Waits before another try, ms after `attempt` failures in a row. */
  backoffMs?: (attempt: number) => number
}

const storageKey = 'holdpoint-session'
/** As closeCodes.refused in messages.ts. */
const refusedCode = 4401

/** A secret for the socket; or none, for good (`refused`) or for now. */
type Opened = { secret: string } | { refused: boolean }

const used: ProblemValue = {
  code: 'link-used',
  message: 'This link cannot be used: each opens Holdpoint once, within ten minutes.',
  hint: 'In the terminal where Holdpoint runs, press Enter for a new link. Nothing was changed.',
}

/** Waits 0.25 s, 0.5 s … 5 s, each shortened by up to half so that several pages do not knock together. */
const usualBackoff = (attempt: number): number => Math.min(5000, 250 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2)

/**
 * The bridge over one WebSocket. It exchanges the link's one-time token for a secret that stays in this tab, reconnects
 * by itself, and goes on with each feed after the last item it delivered.
 */
export function createBrowserBridge(options: BrowserBridgeOptions = {}): Bridge & { close(): void } {
  const origin = options.origin ?? window.location.origin
  const storage = options.storage ?? window.sessionStorage
  const send = options.fetch ?? ((url, init) => window.fetch(url, init))
  const createSocket = options.createSocket ?? ((url) => new WebSocket(url))
  const onRefused = options.onRefused ?? (() => window.location.replace('/new-link'))
  const backoffMs = options.backoffMs ?? usualBackoff
  let token = (options.takeToken ?? takeTokenFromAddress)()
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let closed = false

  const link = createLink((message) => socket?.send(JSON.stringify(message)))

  const refused = (): void => {
    storage.removeItem(storageKey)
    close()
    link.refuse(used)
    onRefused(used)
  }

  const again = (): void => {
    if (!closed) timer = setTimeout(() => void connect(), backoffMs(failures++))
  }

  const openSession = async (): Promise<Opened> => {
    if (token === null) {
      const kept = storage.getItem(storageKey)
      return kept === null ? { refused: true } : { secret: kept }
    }
    try {
      const response = await send(`${origin}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      })
      if (!response.ok) return { refused: response.status === 401 || response.status === 403 }
      const { secret } = (await response.json()) as { secret: string }
      storage.setItem(storageKey, secret)
      token = null
      return { secret }
    } catch {
      // Main is not there (yet); the next try says more.
      return { refused: false }
    }
  }

  const connect = async (): Promise<void> => {
    const opened = await openSession()
    if (closed) return
    if (!('secret' in opened)) return opened.refused ? refused() : again()
    const { secret } = opened
    const current = createSocket(`${origin.replace(/^http/, 'ws')}/bridge`)
    socket = current
    let welcomed = false
    current.addEventListener('open', () => current.send(JSON.stringify({ type: 'hello', secret } satisfies HelloMessage)))
    current.addEventListener('message', (event: { data: unknown }) => {
      if (socket !== current) return
      if (welcomed) return link.receive(String(event.data))
      welcomed = true
      failures = 0
      link.up()
    })
    current.addEventListener('close', (event: { code: number }) => {
      if (socket !== current) return
      socket = null
      link.down()
      if (event.code === refusedCode) refused()
      else again()
    })
  }

  const close = (): void => {
    closed = true
    clearTimeout(timer)
    const last = socket
    socket = null
    last?.close()
    link.down()
  }

  void connect()
  return { ...link.bridge, close }
}

function takeTokenFromAddress(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token')
  // Out of the address bar and the history before anything else can read it.
  if (token !== null) window.history.replaceState(null, '', window.location.pathname)
  return token
}
