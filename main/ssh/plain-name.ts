/**
 * Whether a word may be given to the system's ssh as a name. ssh puts names into commands for a shell (ProxyCommand, Match
 * exec), takes one that begins with `-` for an option, and a runbook may come from anybody.
 */
export const isPlainName = (word: string): boolean => /^[\w.:+][\w.:@+-]*$/.test(word)
