/**
 * Whether something the machine should bring is missing: says so loudly, and the tests that need it are skipped. On CI
 * (HOLDPOINT_NO_SKIP=1) nothing may be skipped, so there it is an error.
 */
export function isMissing(what: string, isThere: boolean, install: string): boolean {
  if (isThere) return false
  const words = `${what} is missing: ${install}.`
  if (process.env['HOLDPOINT_NO_SKIP'] === '1') throw new Error(`${words} CI skips nothing.`)
  console.warn(`\n*** ${words} The tests that need it are SKIPPED. ***\n`)
  return true
}
