import { checkRunbook } from '#api/check.ts'
import { fileNameOf, learnFrom, takeProposals, type Learned } from '#api/learn.ts'
import { unifiedDiff } from '#domain/text-patch.ts'
import { createApp, faultHere, type App } from '../app.ts'
import { createAsker, type Asker } from './asker.ts'
import { runNamed } from './run-named.ts'
import { readRunbookFile, replaceRunbookFile } from './runbook-file.ts'
import { harmless, paint, talk, UsageError } from './terminal.ts'
import { textOption, type Command } from './usage.ts'

export const learn: Command = {
  name: 'learn', summary: 'Proposes what the runbook could learn from a run, as a patch.', words: ['RUN'],
  options: {
    file: { type: 'string', value: 'FILE', help: 'change this file too; without it only the library gets a new revision' },
    rehearsals: { type: 'boolean', help: 'count rehearsals too, and learn from one' },
    yes: { type: 'boolean', help: 'take every proposal' },
    patch: { type: 'boolean', help: 'only print all of it as a unified diff, for patch -p1 or git apply' },
    json: { type: 'boolean', help: 'only print the proposals as JSON' },
    'data-dir': { type: 'string', value: 'DIR', help: 'keep the data there instead of the usual place' },
  },
  details: 'RUN is an id from holdpoint runs, or `last`; it has to have ended. It learns from that run and those before it. Each proposal is shown and asked about: y takes it, n leaves it, a takes all that are left, q leaves all that are left. Every byte outside of what is taken stays; nothing taken changes nothing.',
  run: async (args) => {
    const asks = args.options['yes'] !== true && args.options['patch'] !== true && args.options['json'] !== true
    if (asks && !process.stdin.isTTY) throw new UsageError('Without a person at a terminal it needs --yes, --patch or --json.')
    const app = await createApp({ door: 'cli', dataPath: textOption(args, 'data-dir'), recover: false })
    const asker = asks ? createAsker({ input: process.stdin, output: process.stderr }) : null
    try {
      const runId = runNamed(app, args.positionals)
      const target = targetOf(app, runId, textOption(args, 'file'))
      const learned = learnFrom(app.engine, runId, { ...target, runbook: checkRunbook(target.text, faultHere).runbook, rehearsals: args.options['rehearsals'] === true })
      const patchOf = (proposals: Learned['proposals']) => unifiedDiff(target.text, proposals.flatMap(({ splices }) => splices), fileNameOf(target.name))
      if (args.options['json'] === true) process.stdout.write(`${JSON.stringify({ name: target.name, runs: learned.runs, proposals: learned.proposals.map((proposal) => ({ id: proposal.id, title: proposal.title, why: proposal.why, diff: patchOf([proposal]) })) }, null, 2)}\n`)
      else if (args.options['patch'] === true) process.stdout.write(patchOf(learned.proposals))
      if (!asks && args.options['yes'] !== true) return 0
      const accepted = asker === null ? learned.proposals.map(({ id }) => id) : await decide(asker, learned, (proposal) => patchOf([proposal]))
      if (accepted.length === 0) talk(learned.proposals.length === 0 ? `Nothing to learn: the plan is what ${learned.runs} ${learned.runs === 1 ? 'run' : 'runs'} took.` : 'Nothing was changed.')
      else save(app, target, takeProposals(target.text, learned.proposals, accepted), accepted.length)
      return 0
    } finally {
      asker?.close()
      await app.close()
    }
  },
}

interface Target {
  runbookId: string
  /** The newest revision in the library. */
  revision: number
  name: string
  text: string
  file: string | null
}

function targetOf(app: App, runId: string, file: string | undefined): Target {
  const { runbookId } = app.engine.state(runId)
  const { name, revision, text } = app.storage.runbooks.read(runbookId)
  return file === undefined ? { runbookId, revision, name, text, file: null } : { runbookId, revision, name: file, text: readRunbookFile(file), file }
}

/** Asks about one proposal after the other; resolves with the ids taken. */
export async function decide(asker: Pick<Asker, 'ask' | 'say'>, { proposals }: Learned, diffOf: (proposal: Learned['proposals'][number]) => string): Promise<string[]> {
  const accepted: string[] = []
  for (const [index, proposal] of proposals.entries()) {
    asker.say(`${paint('bold', harmless(proposal.title))}\n${harmless(proposal.why)}\n${harmless(diffOf(proposal)).split('\n').map(coloured).join('\n')}`)
    const answer = await answerOf(asker, `Take it? (${index + 1} of ${proposals.length})`)
    if (answer === 'q') return accepted
    if (answer === 'a') return [...accepted, ...proposals.slice(index).map(({ id }) => id)]
    if (answer === 'y') accepted.push(proposal.id)
  }
  return accepted
}

const coloured = (line: string): string => (line.startsWith('+') ? paint('green', line) : line.startsWith('-') ? paint('red', line) : line)

async function answerOf(asker: Pick<Asker, 'ask'>, text: string): Promise<string> {
  for (;;) {
    const answer = (await asker.ask(`${paint('cyan', '?')} ${text}\n  ${paint('dim', 'y takes it, n leaves it, a takes all that are left, q leaves all that are left')}`)).trim().toLowerCase()
    if (['y', 'n', 'a', 'q'].includes(answer)) return answer
  }
}

/** The file first: a revision that was never written to it could not be told from one that was. */
function save(app: App, { runbookId, revision, name, text, file }: Target, changed: string, count: number): void {
  if (file !== null) replaceRunbookFile(file, text, changed)
  const stored = app.storage.runbooks.save({ id: runbookId, expectedRevision: revision, text: changed, at: Date.now() })
  talk(`${count} ${count === 1 ? 'proposal' : 'proposals'} taken. ${file === null ? '' : `${harmless(file)} was changed. `}The library has revision ${stored.revision} of ${harmless(name)}.`)
}
