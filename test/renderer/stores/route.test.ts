import { expect, test } from 'vitest'
import { hashOf, parseRoute } from '#renderer/stores/route.ts'
import type { Route } from '#renderer/stores/route.ts'

test.each<Route>([
  { screen: 'library' },
  { screen: 'settings' },
  { screen: 'run', id: 'run-7' },
  { screen: 'report', id: 'a b/c%d' },
  { screen: 'runbook', id: 'störung' },
])('a route comes back from its own fragment: %o', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route)
})

test.each(['', '#', '#token=abc', '#/run', '#/run/', '#/run/%zz', '#/nowhere/1', '#/run/a/b', '#/settings/x/y'])('anything else is the library: %s', (hash) => {
  expect(parseRoute(hash)).toEqual({ screen: 'library' })
})
