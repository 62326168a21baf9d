import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { parseRunbook } from '../../main/document/parse.ts'

const STEPS = 2000
const SAMPLES = 9

const step = (number: number): string => `${number}. Restart worker ${number} on the application hosts @dana
   \`\`\`sh {id=restart-${number} hosts=app timeout=2m planned=1m undo="sudo systemctl stop worker-${number}"}
   sudo systemctl restart worker-${number}
   \`\`\`
`
const phases = Array.from({ length: 20 }, (_, phase) => `### Phase ${phase + 1}: Part ${phase + 1}\n\n${Array.from({ length: STEPS / 20 }, (_, index) => step(phase * (STEPS / 20) + index + 1)).join('')}`)
const text = `---\nhosts: [app1, app2]\ngroups: { app: [app1, app2] }\n---\n\n# A long night\n\n## Deployment Steps\n\n${phases.join('\n')}`

const ours = (): unknown => parseRunbook(text)
const theirs = (): unknown => unified().use(remarkParse).parse(text)
const found = parseRunbook(text).runbook.phases.flatMap((phase) => phase.steps).length
if (found !== STEPS) throw new Error(`${found} of ${STEPS} steps were read`)

function time(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

time(ours)
time(theirs)
const samples = Array.from({ length: SAMPLES }, () => ({ ours: time(ours), theirs: time(theirs) }))
const [mine, reference] = [median(samples.map((sample) => sample.ours)), median(samples.map((sample) => sample.theirs))]
console.log(`open-runbook  ${(mine / reference).toFixed(2)}x  (n=${SAMPLES}, ${STEPS} steps read and checked in ${mine.toFixed(0)} ms; remark-parse alone ${reference.toFixed(0)} ms)`)
