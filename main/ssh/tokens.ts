import { hostname } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { configProblem } from './config-files.ts'

export interface TokenValues {
  home: string
  localUser: string
  /** The host after HostName. */
  address: string
  /** The name as typed. */
  name: string
  port: number
  user: string
  hostKeyAlias: string | null
}

/** HostName may hold `%h` (the name as typed) and `%%`. */
export function expandHostName(text: string, name: string): string {
  return text.replace(/%(.?)/g, (whole, letter: string) => {
    if (letter === 'h') return name
    if (letter === '%') return '%'
    throw configProblem(name, `HostName cannot hold ${whole}`, 'Only %h and %% are allowed there.')
  })
}

/** Expands `~`, `%…` and `${NAME}` in a path from ssh_config; a relative path is taken from the home folder. */
export function expandPath(path: string, values: TokenValues): string {
  const letters: Record<string, string> = {
    '%': '%',
    d: values.home,
    h: values.address,
    i: String(process.getuid?.() ?? 0),
    k: values.hostKeyAlias ?? values.name,
    l: hostname(),
    L: hostname().split('.')[0] ?? '',
    n: values.name,
    p: String(values.port),
    r: values.user,
    u: values.localUser,
  }
  const plain = path
    .replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
      const value = process.env[name]
      if (value === undefined) throw configProblem(path, `${whole} is not set`, 'Set this environment variable or write the path in full.')
      return value
    })
    .replace(/%(.?)/g, (whole, letter: string) => {
      const value = letters[letter]
      if (value === undefined) throw configProblem(path, `${whole} is not understood`, 'Write the path in full.')
      return value
    })
  if (plain === '~') return values.home
  if (plain.startsWith('~/')) return join(values.home, plain.slice(2))
  return isAbsolute(plain) ? plain : join(values.home, plain)
}
