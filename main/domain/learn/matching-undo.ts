import type { Step } from '../step.ts'

/** What takes back what, by the verb a step's words begin with. */
const OPPOSITES: Readonly<Record<string, readonly string[]>> = {
  stop: ['start', 'restart'], start: ['stop'], enable: ['disable'], disable: ['enable'], open: ['close'], close: ['open', 'reopen'],
  add: ['remove'], remove: ['add', 'restore'], create: ['delete', 'remove', 'drop'], pause: ['resume'], suspend: ['resume'], drain: ['undrain'],
  lock: ['unlock'], mount: ['unmount'], attach: ['detach'], install: ['uninstall', 'remove'], register: ['deregister', 'unregister'], block: ['unblock'],
}
const UNDOING = new Set(['undo', 'revert', 'rollback', 'previous', 'restore', 'old', 'roll', 'back', 'down', 'to'])
const FILLING = new Set(['new', 'the', 'a', 'an', 'to', 'up', 'current'])

/**
 * The step of the rollback plan that plainly takes a step back: the same words with one such as “previous” or “rollback”, or the opposite verb about
 * the same thing, on all of its hosts. Null where none does, or more than one.
 */
export function matchingUndo(step: Step, plan: readonly Step[]): Step | null {
  const found = plan.filter((other) => coversHosts(other, step) && (saysItsUndo(step.title, other.title) || isOpposite(step.title, other.title)))
  return found.length === 1 ? (found[0] ?? null) : null
}

const coversHosts = (other: Step, step: Step): boolean => other.hosts.length === 0 || step.hosts.every((host) => other.hosts.includes(host))

function saysItsUndo(title: string, undo: string): boolean {
  const [words, others] = [wordsOf(title).filter((word) => !FILLING.has(word)), wordsOf(undo)]
  const left = others.filter((word) => !UNDOING.has(word) && !FILLING.has(word))
  return words.length > 0 && left.length < others.length && isSameSet(words, left)
}

function isOpposite(title: string, undo: string): boolean {
  const [verb = '', ...about] = wordsOf(title)
  const [other = '', ...otherAbout] = wordsOf(undo)
  const rest = otherAbout.filter((word) => !FILLING.has(word))
  return Object.hasOwn(OPPOSITES, verb) && OPPOSITES[verb]?.includes(other) === true && rest.length > 0 && rest.every((word) => about.includes(word))
}

/** Without numbers and versions, which differ between a release and its undo. */
const wordsOf = (title: string): string[] => title.toLowerCase().split(/[^\p{L}\p{N}._-]+/u).filter((word) => word !== '' && !/\d/.test(word))

const isSameSet = (one: readonly string[], other: readonly string[]): boolean => one.every((word) => other.includes(word)) && other.every((word) => one.includes(word))
