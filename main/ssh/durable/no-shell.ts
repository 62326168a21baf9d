import { clean } from '../failures.ts'

/** How cmd.exe and PowerShell answer to a command they do not know. */
const WINDOWS = [
  /is not recognized as an internal or external command/i,
  /is not recognized as (?:the|a) name of a cmdlet/i,
  /CommandNotFoundException/,
  /The system cannot find the path specified/i,
]

const MOST_QUOTED = 100

/** Why a host that was asked to run /bin/sh did not: what it said instead tells. */
export function whyNoShell(stderr: string, stdout: string): string {
  const text = `${stderr}\n${stdout}`
  if (WINDOWS.some((pattern) => pattern.test(text))) return 'it is a Windows host, which has no /bin/sh'
  const [first = ''] = text.split('\n').map(clean).filter((line) => line !== '')
  const quoted = first === '' ? '' : `, and said “${first.slice(0, MOST_QUOTED)}”`
  return `it does not run /bin/sh as asked: a forced command, or a login shell that is none, ran instead${quoted}`
}
