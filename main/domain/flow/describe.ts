import { formatDuration } from '../duration.ts'
import { nameOf } from '../secrets/reference.ts'
import type { Flow } from './attributes.ts'
import { describeBatches } from './batches.ts'
import { describeMaxFail } from './max-fail.ts'
import { describeOnFail } from './on-fail.ts'
import { describeRetries } from './retries.ts'
import { describeShare } from './share.ts'
import { describeWhen } from './when.ts'

/** What a step's attributes mean, for people, before it starts; a line each, only what is not the usual. */
export function describeFlow(flow: Flow, titleOf: (stepId: string) => string | null): string[] {
  const { hosts, batch, parallel, timeoutMs, retries, onFail, when, captures, env, cwd, user } = flow
  return [
    ...(hosts.length > 1 ? [describeMaxFail(flow.maxFail, hosts.length)] : []),
    ...(hosts.length > 1 && batch !== null ? [describeBatches(hosts, batch)] : []),
    ...(parallel === null ? [] : [`${describeShare(parallel)} of a batch at once`]),
    ...(timeoutMs === null ? [] : [`stopped after ${formatDuration(timeoutMs)}${hosts.length > 1 ? ' on each host' : ''}`]),
    ...(retries.count === 0 ? [] : [describeRetries(retries)]),
    ...(onFail.action === 'stop' ? [] : [describeOnFail(onFail, titleOf)]),
    ...(when === null ? [] : [`only when ${describeWhen(when)}`]),
    ...(captures.length === 0 ? [] : [`captures ${captures.map(({ name }) => name).join(', ')}`]),
    ...(user === null ? [] : [`as ${user}, through sudo`]),
    ...(cwd === null ? [] : [`in ${cwd}`]),
    ...(env.length === 0 ? [] : [`with ${env.map((variable) => ('secret' in variable ? `${variable.name} from secret ${nameOf(variable.secret)}` : variable.name)).join(', ')}`]),
    ...(flow.probe === null ? [] : [`asked about with ${flow.probe}, when nobody knows how it ended`]),
    ...(flow.idempotent ? ['safe to run again'] : []),
    ...(flow.danger ? ['asks for the name of the environment'] : []),
  ]
}
