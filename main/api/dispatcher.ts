import { z } from 'zod'
import { Problem, toProblem } from '#domain/problem.ts'
import type { Dispatcher } from '#preload/bridge.ts'
import { calls, feeds, type CallName, type FeedName } from '#preload/contract.ts'
import type { Feeds } from './feeds.ts'
import type { Handlers } from './handlers.ts'

/** The one border: names are looked up in the contract, inputs checked with its schemas, Problems become values. */
export function createDispatcher(options: { handlers: Handlers; feeds: Feeds; log(what: string, thrown: unknown): void }): Dispatcher {
  return {
    call: async (name, input) => {
      try {
        if (!isCall(name)) throw unknownName('call', name)
        const handler = options.handlers[name] as (input: unknown) => unknown
        return { ok: true, value: await handler(checked(calls[name].input, input, name)) }
      } catch (thrown) {
        const problem = toProblem(thrown)
        if (problem.code === 'unexpected') options.log(`call ${name}`, thrown)
        return { ok: false, problem: problem.toValue() }
      }
    },
    follow: (feed, input, emit) => {
      if (!isFeed(feed)) throw unknownName('feed', feed)
      const start = options.feeds[feed] as (input: unknown, emit: unknown) => () => void
      return start(checked(feeds[feed].input, input, feed), emit)
    },
  }
}

const isCall = (name: string): name is CallName => Object.hasOwn(calls, name)
const isFeed = (name: string): name is FeedName => Object.hasOwn(feeds, name)

const unknownName = (what: string, name: string): Problem =>
  new Problem('contract-unknown', `There is no ${what} "${name.slice(0, 80)}".`, 'The window and the program may be of different versions: reload the window. Nothing was changed.')

function checked(schema: z.ZodType, input: unknown, name: string): unknown {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.map(String).join('.')}` : ''
  throw new Problem('input-refused', `${name}: ${(issue?.message ?? 'the input does not fit').slice(0, 300)}${where.slice(0, 200)}.`, 'Correct it and try again. Nothing was changed.')
}
