import { create } from 'zustand'

export type Route =
  | { screen: 'library' }
  | { screen: 'settings' }
  | { screen: 'runbook' | 'run' | 'report'; id: string }

/** What a fragment means. Anything that is not one of ours, the browser host's token among it, is the library. */
export function parseRoute(hash: string): Route {
  const [, screen, id] = /^#\/([a-z]+)(?:\/([^/]+))?$/.exec(hash) ?? []
  if (screen === 'settings') return { screen }
  if ((screen === 'runbook' || screen === 'run' || screen === 'report') && id !== undefined) {
    const name = decoded(id)
    if (name !== null) return { screen, id: name }
  }
  return { screen: 'library' }
}

export function hashOf(route: Route): string {
  return 'id' in route ? `#/${route.screen}/${encodeURIComponent(route.id)}` : `#/${route.screen}`
}

function decoded(id: string): string | null {
  try {
    return decodeURIComponent(id)
  } catch {
    // A torn escape (`%zz`) names nothing.
    return null
  }
}

interface RouteStore {
  route: Route
  /** The run whose room was open last, for the rail. */
  lastRunId: string | null
  show(route: Route): void
}

export const useRoute = create<RouteStore>()((set) => ({
  route: { screen: 'library' },
  lastRunId: null,
  show: (route) => set((state) => ({ route, lastRunId: route.screen === 'run' || route.screen === 'report' ? route.id : state.lastRunId })),
}))

/** Goes to a screen; the address bar follows, so that back and forward work. */
export function go(route: Route): void {
  location.hash = hashOf(route)
}

/** Keeps the route in step with the address bar until the returned function is called. */
export function startRouting(): () => void {
  const follow = () => useRoute.getState().show(parseRoute(location.hash))
  follow()
  addEventListener('hashchange', follow)
  return () => removeEventListener('hashchange', follow)
}
