/** OpenSSH's match_pattern: `*` is any run of characters, `?` exactly one, everything else is literal. Linear in practice, never exponential. */
export function matchesPattern(text: string, pattern: string): boolean {
  let t = 0
  let p = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** OpenSSH's match_pattern_list: comma-separated, and a negated pattern that matches beats every other. */
export function matchesPatternList(text: string, list: string): boolean {
  let matched = false
  for (const pattern of list.split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(text, pattern.slice(1))) return false
    } else if (matchesPattern(text, pattern)) {
      matched = true
    }
  }
  return matched
}

/** OpenSSH's match_hostname: a pattern list without regard to case. */
export function matchesHostname(host: string, list: string): boolean {
  return matchesPatternList(host.toLowerCase(), list.toLowerCase())
}
