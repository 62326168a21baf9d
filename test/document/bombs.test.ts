import { Worker } from 'node:worker_threads'
import { afterAll, expect, test } from 'vitest'
import type { Finding } from '#domain/finding.ts'
import { bombs } from '../fixtures/runbooks/bombs.ts'

const HARD_KILL_MS = 25_000

const parserUrl = new URL('../../main/document/parse.ts', import.meta.url).href
const script = `
  import { parentPort, workerData } from 'node:worker_threads'
  const { parseRunbook } = await import(workerData)
  parentPort.on('message', (text) => {
    const { runbook, findings } = parseRunbook(text)
    parentPort.postMessage({ findings, kept: runbook.other.map((section) => section.text.length) })
  })
`
interface Answer { findings: Finding[]; kept: number[] }

/** A text is parsed once, however many tests ask about it. */
const answers = new Map<string, Promise<Answer>>()
const parsed = (text: string): Promise<Answer> => answers.get(text) ?? answers.set(text, parseOrKill(text)).get(text)!

let worker: Worker | null = null
afterAll(() => worker?.terminate())

/** Parses in a thread that is killed when it does not end: a hang is a failure, not a hanging test run. */
async function parseOrKill(text: string): Promise<Answer> {
  const thread = (worker ??= new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { workerData: parserUrl, resourceLimits: { maxOldGenerationSizeMb: 1024 } }))
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`still parsing after ${HARD_KILL_MS} ms`)), HARD_KILL_MS)
      const settle = () => {
        clearTimeout(timer)
        thread.removeAllListeners('message')
        thread.removeAllListeners('error')
      }
      thread.once('message', (answer: Answer) => {
        settle()
        resolve(answer)
      })
      thread.once('error', (error) => {
        settle()
        reject(error)
      })
      thread.postMessage(text)
    })
  } catch (error) {
    worker = null
    await thread.terminate()
    throw error
  }
}

for (const [name, text] of Object.entries(bombs)) {
  test(`${name}: parsing ends, and says what is wrong`, async () => {
    const { findings } = await parsed(text)
    expect(findings.length).toBeGreaterThan(0)
    expect(findings.length).toBeLessThanOrEqual(1000)
    expect(findings.some((finding) => finding.severity === 'error')).toBe(true)
  })
}

test('a text that would become far more than it is is refused at the step where it does', async () => {
  const { findings, kept } = await parsed(bombs['a group of thousands in thousands of steps'] ?? '')
  expect(findings).toMatchObject([{ code: 'too-large', severity: 'error', line: 6004 + 3 + 33 * 4 + 1 }])
  expect(kept.length).toBe(1)
})

test('a refused text is kept whole, with the reason and its place', async () => {
  const text = `# A\n\n${'> '.repeat(101)}a\n`
  const { findings, kept } = await parsed(text)
  expect(findings).toMatchObject([{ code: 'too-deep', severity: 'error', line: 3, column: 1 }])
  expect(kept).toEqual([text.length])
})

test.each([
  ['too-large', 'a'.repeat(1024 * 1024 + 1)],
  ['too-large', 'a\n'.repeat(30_001)],
  ['too-large', 'a'.repeat(10_001)],
  ['too-large', `## Deployment Steps\n### Phase 1: A\n${'- a\n'.repeat(5001)}`],
  ['too-deep', '- '.repeat(101)],
  ['too-complex', ' - a\n'.repeat(4000)],
])('%s is said', async (code, text) => {
  const { findings } = await parsed(text)
  expect(findings.map((finding) => finding.code)).toContain(code)
})
