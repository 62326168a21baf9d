import { type Node, parsePattern, type Test } from './text-pattern-parse.ts'

/** A compiled pattern. `find` is linear in the text: threads advance together (Pike's machine), nothing is ever tried twice. */
export interface TextPattern {
  /**
   * The group of the first match, or the whole match when the pattern has no group; null when nothing fits, and
   * `too-much` when the work was cut off before that was known.
   */
  find(text: string): { found: string } | null | 'too-much'
}

type Instruction =
  | { do: 'test'; test: Test }
  | { do: 'split'; first: number; second: number }
  | { do: 'jump'; to: number }
  | { do: 'save'; slot: 0 | 1 }
  | { do: 'begin' | 'end' | 'word-edge' | 'no-word-edge' }
  | { do: 'match' }

const MOST_INSTRUCTIONS = 500
const MOST_STEPS = 10_000_000

/** Compiles a pattern, or says what in it cannot be taken. */
export function compilePattern(source: string): { ok: true; value: TextPattern } | { ok: false; hint: string } {
  const parsed = parsePattern(source)
  if (!parsed.ok) return parsed
  const { node, groups } = parsed.value
  const program: Instruction[] = []
  const whole: Node = groups === 0 ? { is: 'group', node } : node
  if (!emit(whole, program)) return { ok: false, hint: 'The pattern is too large once its repetitions are written out; make their numbers smaller.' }
  program.push({ do: 'match' })
  return { ok: true, value: { find: (text) => run(program, text) } }
}

/** False when the program would grow past its limit; checked at every part, so that counts of counts do not explode. */
function emit(node: Node, program: Instruction[]): boolean {
  if (program.length > MOST_INSTRUCTIONS) return false
  switch (node.is) {
    case 'test': return program.push({ do: 'test', test: node.test }) <= MOST_INSTRUCTIONS
    case 'begin':
    case 'end':
    case 'word-edge':
    case 'no-word-edge': return program.push({ do: node.is }) <= MOST_INSTRUCTIONS
    case 'sequence': return node.nodes.every((part) => emit(part, program))
    case 'group': {
      program.push({ do: 'save', slot: 0 })
      const fits = emit(node.node, program)
      program.push({ do: 'save', slot: 1 })
      return fits
    }
    case 'either': {
      const split = program.push({ do: 'split', first: program.length + 1, second: 0 }) - 1
      if (!emit(node.first, program)) return false
      const jump = program.push({ do: 'jump', to: 0 }) - 1
      program[split] = { do: 'split', first: split + 1, second: program.length }
      if (!emit(node.second, program)) return false
      program[jump] = { do: 'jump', to: program.length }
      return true
    }
    case 'repeat': return emitRepeat(node, program)
  }
}

function emitRepeat({ node, least, most, lazy }: Extract<Node, { is: 'repeat' }>, program: Instruction[]): boolean {
  const size = program.length
  for (let index = 0; index < least; index += 1) {
    if (!emit(node, program)) return false
    // What comes out as nothing is nothing however often: `(?:(?:){200}){200}` must not take 200 × 200 rounds.
    if (program.length === size) break
  }
  const fork = (at: number, out: number) => {
    program[at] = lazy ? { do: 'split', first: out, second: at + 1 } : { do: 'split', first: at + 1, second: out }
  }
  if (most === null) {
    const split = program.push({ do: 'jump', to: 0 }) - 1
    if (!emit(node, program)) return false
    program.push({ do: 'jump', to: split })
    fork(split, program.length)
    return true
  }
  const splits: number[] = []
  for (let index = least; index < most; index += 1) {
    splits.push(program.push({ do: 'jump', to: 0 }) - 1)
    if (!emit(node, program)) return false
  }
  for (const split of splits) fork(split, program.length)
  return true
}

/** A place in the program with where its group began and ended, -1 for not yet. */
interface Thread {
  at: number
  begin: number
  end: number
}

function run(program: Instruction[], text: string): { found: string } | null | 'too-much' {
  const seen = new Int32Array(program.length).fill(-1)
  let threads: Thread[] = []
  let best: Thread | null = null
  let steps = 0
  for (let index = 0; ; ) {
    const code = index < text.length ? text.codePointAt(index) ?? -1 : -1
    const next = index + (code > 0xffff ? 2 : 1)
    if (best === null) steps += follow(program, threads, seen, { at: 0, begin: -1, end: -1 }, text, index)
    const following: Thread[] = []
    for (const thread of threads) {
      const instruction = program[thread.at]
      steps += 1
      if (instruction?.do === 'match') {
        best = thread
        break
      }
      if (code >= 0 && instruction?.do === 'test' && instruction.test(code)) steps += follow(program, following, seen, { at: thread.at + 1, begin: thread.begin, end: thread.end }, text, next)
    }
    if (code < 0 || (best !== null && following.length === 0)) break
    if (steps > MOST_STEPS) return 'too-much'
    threads = following
    index = next
  }
  return best === null ? null : { found: best.begin < 0 || best.end < 0 ? '' : text.slice(best.begin, best.end) }
}

/** Adds the places reached without reading a character, most wanted first, each place once for an index. */
function follow(program: Instruction[], threads: Thread[], seen: Int32Array, from: Thread, text: string, index: number): number {
  let steps = 0
  const stack = [from]
  for (let thread = stack.pop(); thread; thread = stack.pop()) {
    const instruction = program[thread.at]
    if (!instruction || seen[thread.at] === index) continue
    seen[thread.at] = index
    steps += 1
    switch (instruction.do) {
      case 'jump': stack.push({ at: instruction.to, begin: thread.begin, end: thread.end }); break
      case 'split': stack.push({ at: instruction.second, begin: thread.begin, end: thread.end }, { at: instruction.first, begin: thread.begin, end: thread.end }); break
      case 'save': stack.push({ at: thread.at + 1, begin: instruction.slot === 0 ? index : thread.begin, end: instruction.slot === 1 ? index : thread.end }); break
      case 'begin':
      case 'end':
      case 'word-edge':
      case 'no-word-edge':
        if (holds(instruction.do, text, index)) stack.push({ at: thread.at + 1, begin: thread.begin, end: thread.end })
        break
      case 'test':
      case 'match':
        threads.push(thread)
        break
    }
  }
  return steps
}

function holds(what: 'begin' | 'end' | 'word-edge' | 'no-word-edge', text: string, index: number): boolean {
  if (what === 'begin') return index === 0 || isLineEnd(text[index - 1])
  if (what === 'end') return index === text.length || isLineEnd(text[index])
  return (isWord(text[index - 1]) !== isWord(text[index])) === (what === 'word-edge')
}

const isLineEnd = (character: string | undefined): boolean => character === '\n' || character === '\r'
const isWord = (character: string | undefined): boolean => character !== undefined && /\w/.test(character)
