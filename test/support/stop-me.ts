// Waits to be stopped, with work running, and says what it is told.
import { untilStopped } from '#hosts/until-stopped.ts'

const alive = setInterval(() => undefined, 1000)
const stopped = untilStopped({ print: (line) => process.stdout.write(`${line}\n`), warning: () => 'A step is running.', close: () => Promise.resolve(), onEnter: () => undefined })
process.stdout.write('ready\n')
const code = await stopped
clearInterval(alive)
process.exit(code)
