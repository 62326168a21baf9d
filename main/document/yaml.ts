import { type Document, isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml'

export type YamlPath = (string | number)[]

/** Front matter as plain values, with a way back to where each stands. */
export interface Yaml {
  value: unknown
  /** Offset into the YAML text of the key or list entry at a path; of the nearest one above when there is none. */
  offsetOf(path: YamlPath): number
}

export interface YamlProblem {
  offset: number
  message: string
}

export const MAX_YAML_LENGTH = 128 * 1024
const MAX_YAML_DEPTH = 50

/** Reads YAML 1.2 core values. Anchors may be used a few times, never to blow the text up. */
export function readYaml(text: string): { yaml: Yaml | null; problems: YamlProblem[] } {
  if (text.length > MAX_YAML_LENGTH) return { yaml: null, problems: [{ offset: 0, message: `The front matter is longer than ${MAX_YAML_LENGTH} characters.` }] }
  const deep = tooDeepAt(text)
  if (deep !== null) return { yaml: null, problems: [{ offset: deep, message: `The front matter is nested more than ${MAX_YAML_DEPTH} levels deep.` }] }
  try {
    const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false, logLevel: 'error', stringKeys: true })
    if (document.errors.length > 0) {
      return { yaml: null, problems: document.errors.slice(0, 20).map(({ pos, message }) => ({ offset: pos[0], message })) }
    }
    const problems = repeatedKeys(document)
    if (problems.length > 0) return { yaml: null, problems }
    return { yaml: { value: document.toJS({ maxAliasCount: 20 }), offsetOf: (path) => offsetOf(document, path) }, problems: [] }
  } catch (error) {
    return { yaml: null, problems: [{ offset: 0, message: error instanceof Error ? error.message : String(error) }] }
  }
}

/** The parser's own check compares each key with each other, which a hostile text makes endless. */
function repeatedKeys(document: Document): YamlProblem[] {
  const problems: YamlProblem[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        if (seen.has(name) && problems.length < 20) problems.push({ offset: key.range?.[0] ?? 0, message: `“${name.slice(0, 60)}” is given twice.` })
        seen.add(name)
      }
    },
  })
  return problems
}

function offsetOf(document: Document, path: YamlPath): number {
  let node: unknown = document.contents
  let offset = 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step))
      if (!pair) break
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset
    } else break
  }
  return offset
}

/** Where flow brackets, block dashes or indentation go too deep for a parser that recurses, or null. */
function tooDeepAt(text: string): number | null {
  let brackets = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '[' || character === '{') brackets += 1
    else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1)
    if (brackets > MAX_YAML_DEPTH) return index
  }
  for (const line of text.matchAll(/^[ \t]*(?:[-?:] +)*/gm)) {
    const dashes = line[0].length - line[0].replace(/[-?:]/g, '').length
    if (dashes > MAX_YAML_DEPTH || (line[0].length > 4 * MAX_YAML_DEPTH && dashes > 0)) return line.index
  }
  return null
}
