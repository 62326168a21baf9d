/** Gives out ids, each once in a runbook. */
export interface Ids {
  /** Takes an id a person wrote; false when it is already taken. */
  reserve(id: string): boolean
  /** An id made of words: the same words give the same id whatever else the runbook says; repeats get -2, -3… */
  make(...words: string[]): string
}

export function createIds(): Ids {
  const taken = new Set<string>()
  const repeats = new Map<string, number>()
  return {
    reserve(id) {
      if (taken.has(id)) return false
      taken.add(id)
      return true
    },
    make(...words) {
      const base = words.map(slug).filter((part) => part !== '').join('-') || 'item'
      let repeat = repeats.get(base) ?? 1
      let id = repeat === 1 ? base : `${base}-${repeat}`
      while (taken.has(id) || id in {}) id = `${base}-${++repeat}`
      repeats.set(base, repeat)
      taken.add(id)
      return id
    },
  }
}

/** Words in lower case joined by hyphens, at most 60 characters. */
export function slug(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/['’]/g, '').replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60).replace(/^-+|-+$/g, '')
}
