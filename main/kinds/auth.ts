import { z } from 'zod'
import { Problem } from '#domain/problem.ts'
import { nameOf, parseReference, REFERENCE_HINT, type SecretReference } from '#domain/secrets/reference.ts'
import type { Ports } from './ports.ts'
import { patiently } from './patience.ts'

/** The header that lets a request in; its value comes from a secret. */
type Auth = { scheme: 'bearer'; secret: SecretReference } | { scheme: 'basic'; user: string; secret: SecretReference } | { scheme: 'header'; header: string; secret: SecretReference }

/** `bearer secret:…`, `basic USER secret:…` or `header NAME secret:…`. */
export const AuthSetting = z.string().max(1500).transform((text, context): Auth => {
  const [, scheme, word = '', reference = ''] = /^(bearer|basic|header)(?: ([^\s:]{1,200}))? (secret:[^]*)$/.exec(text) ?? []
  const secret = parseReference(reference)
  if (secret !== null && scheme === 'bearer' && word === '') return { scheme, secret }
  if (secret !== null && scheme === 'basic' && word !== '') return { scheme, user: word, secret }
  if (secret !== null && scheme === 'header' && HEADER_NAME.test(word) && !OWN_HEADERS.includes(word.toLowerCase())) return { scheme, header: word, secret }
  context.addIssue({ code: 'custom', message: `Write bearer secret:…, basic USER secret:… or header NAME secret:…. ${REFERENCE_HINT}` })
  return z.NEVER
})

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
/** What decides where a request goes and how it is read is not for a secret to say. */
const OWN_HEADERS = ['host', 'content-length', 'transfer-encoding', 'connection', 'accept-encoding', 'upgrade', 'expect', 'te', 'trailer']

/**
 * The headers a source's requests need. Throws the Problem that they cannot be had now. A person who is asked for them is not
 * waited for longer than `patienceMs`.
 */
export function openAuth(auth: Auth | undefined, metric: string, patienceMs: number, { secrets, clock }: Pick<Ports, 'secrets' | 'clock'>): (signal: AbortSignal) => Promise<Record<string, string>> {
  if (auth === undefined) return () => Promise.resolve({})
  const headersNow = patiently(auth.secret, patienceMs, clock, (signal) => authHeaders(auth, `the metric "${metric}"`, secrets, signal))
  return async (signal) => {
    const had = await headersNow(signal)
    if ('problem' in had) throw had.problem
    return had.value
  }
}

/** `why` says to a person what asks. Throws the Problem of a secret that cannot be had or sent; no message holds it. */
export async function authHeaders(auth: Auth, why: string, secrets: Ports['secrets'], signal: AbortSignal): Promise<Record<string, string>> {
  const [value = ''] = await secrets.need([auth.secret], why, signal)
  switch (auth.scheme) {
    case 'bearer': return { authorization: `Bearer ${visible(auth.secret, value)}` }
    case 'basic': return { authorization: `Basic ${Buffer.from(`${auth.user}:${value}`).toString('base64')}` }
    case 'header': return { [auth.header.toLowerCase()]: visible(auth.secret, value) }
  }
}

function visible(secret: SecretReference, value: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value
  throw new Problem('secret-unfit', `The secret ${nameOf(secret)} holds characters that no header can carry.`, 'A token is one line of plain ASCII.')
}

/** What a source's or a step's `auth` means; undefined where it has none, or one that makes no sense, which its kind says. */
export const authOf = (text: unknown): Auth | undefined => AuthSetting.safeParse(text).data

export const describeAuth = (auth: Auth | undefined): string => (auth === undefined ? '' : `, let in by secret ${nameOf(auth.secret)}`)
