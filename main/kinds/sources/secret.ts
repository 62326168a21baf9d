import type { MetricSource } from '#domain/inventory.ts'
import type { SecretReference } from '#domain/secrets/reference.ts'
import type { Ports } from '../ports.ts'
import { authHeaders, authOf } from '../auth.ts'
import { passwordOf } from './sql.ts'

/** The secret a source needs to be read; null where it names none. */
export const secretOf = (source: MetricSource): SecretReference | null => authOf(source.settings['auth'])?.secret ?? passwordOf(source)

/** Throws the Problem of one that cannot be had, or that does not do for what it is needed. */
export async function needSecret(source: MetricSource, { secrets }: Pick<Ports, 'secrets'>, signal: AbortSignal): Promise<void> {
  const auth = authOf(source.settings['auth'])
  const password = passwordOf(source)
  const why = `the metric "${source.metric}"`
  if (auth !== undefined) await authHeaders(auth, why, secrets, signal)
  else if (password !== null) await secrets.need([password], why, signal)
}
