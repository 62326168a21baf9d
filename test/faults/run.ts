// The long fault campaign: npm run test:faults [SEED [KILLS [CUTS]]]. Ends with 1 when a promise was broken.
import { attachAliases } from './aliases.ts'
import { campaign, tableOf } from './campaign.ts'
import { hostFaults, lineOf, WHOLE } from './host/host-faults.ts'
import { compareVerdicts } from './known-hosts.ts'

const [seed = Math.floor(Math.random() * 2 ** 31), kills = 200, cuts = 100] = process.argv.slice(2).map(Number)
console.log(`seed ${seed}`)
const started = performance.now()
const figures = await campaign({ seed, steps: 12, kills, cuts }, console.log)
const { text, isClean } = tableOf(figures)
console.log(`\n${text}\n`)
const rows = await hostFaults({ seed, ...WHOLE }, (row) => console.log(lineOf(row)))
const aliases = await attachAliases(1000)
console.log(`1000 loopback addresses on one sshd with its own limits: ${aliases.attached} attached in ${aliases.seconds} s, ${aliases.dropped} connections dropped on the way`, ...aliases.others)
const verdicts = await compareVerdicts(seed, 5000)
console.log(`host keys compared with ssh: ${verdicts.pairs} pairs ${JSON.stringify(verdicts.verdicts)}, ${verdicts.differences.length} differences`, ...verdicts.differences)
const isKept = isClean && aliases.attached === 1000 && verdicts.differences.length === 0 && rows.every(({ broken }) => broken === 0)
console.log(`\nseed ${seed}, ${Math.round((performance.now() - started) / 1000)} s${isKept ? '' : ': A PROMISE WAS BROKEN'}`)
process.exit(isKept ? 0 : 1)
