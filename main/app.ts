import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import type { ApiDeps } from '#api/deps.ts'
import { createDispatcher } from '#api/dispatcher.ts'
import { createFeeds } from '#api/feeds.ts'
import { createHandlers } from '#api/handlers.ts'
import { createPromptDesk, type PromptAnswer } from '#api/prompts.ts'
import { operatorOf } from '#api/settings.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { isOnRealHosts } from '#domain/run/view.ts'
import type { SecretReference } from '#domain/secrets/reference.ts'
import type { Machine } from '#domain/run/lead.ts'
import { createEngine, type Engine } from '#engine/engine.ts'
import { createSignal } from '#engine/signal.ts'
import { hideText } from '#kinds/hide-text.ts'
import { secretsOf } from '#kinds/secrets.ts'
import { trySource } from '#kinds/sources/try-source.ts'
import { createLiveClock, readClocks } from '#ports/clock.ts'
import { createHttp } from '#ports/http.ts'
import { createLivePorts } from '#ports/live.ts'
import { createInventoryPorts, createRehearsalPorts } from '#ports/rehearsal.ts'
import { createSecretStore, secretFault } from '#ports/secrets.ts'
import { createSql } from '#ports/sql/sql.ts'
import type { Dispatcher } from '#preload/bridge.ts'
import type { Prompt } from '#preload/contract.ts'
import { createRehearsalClock } from '#rehearsal/clock.ts'
import { followRun } from '#rehearsal/context.ts'
import { createSshPool, type ResolvedHost } from '#ssh/pool.ts'
import { copyData } from '#storage/database.ts'
import { findDataPath } from '#storage/data-path.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { createLog } from './log.ts'
import { thisMachine } from './machine.ts'

export interface App {
  dispatcher: Dispatcher
  engine: Engine
  storage: Storage
  deps: ApiDeps
  dataPath: string
  /** The name recorded with what this person does. */
  operator(): string
  /** The steps that are running on hosts now, for people: closing would leave them behind. */
  running(): string[]
  close(): Promise<void>
}

export interface AppOptions {
  door: 'electron' | 'browser' | 'cli'
  /** Default: HOLDPOINT_HOME, else the platform's usual place. */
  dataPath?: string
  /** For ~/.ssh; tests use another. */
  home?: string
  /** Default: this computer; tests are another. */
  machine?: Machine
  /** False leaves runs that had not ended alone: for reading only. */
  recover?: boolean
  /** Answers questions where there is no window to ask in; the signal says that the answer is no longer needed. */
  answerPrompt?(prompt: Prompt, signal: AbortSignal): Promise<PromptAnswer>
}

/** What keeps a secret from being had on this machine. */
export const faultHere = (reference: SecretReference, home = homedir()): Problem | null => secretFault(reference, { home })

export const VERSION = '0.1.0'

/** Puts the program together on one data folder, which it owns until closed. Throws `storage-…` Problems. */
export async function createApp(options: AppOptions): Promise<App> {
  const dataPath = options.dataPath ?? findDataPath(process.env, process.platform, homedir())
  const home = options.home ?? homedir()
  const storage = openStorage(dataPath)
  const prompts = createPromptDesk({ now: Date.now, newId: randomUUID })
  const secrets = createSecretStore({
    home,
    ask: async (question, signal) => {
      const answer = await prompts.ask({ kind: 'secret', ...question }, signal)
      return 'secret' in answer ? answer.secret : null
    },
  })
  const log = createLog(dataPath, (text) => hideText(secrets.mask(), text))
  if (options.answerPrompt) answerFrom(prompts, options.answerPrompt, log)
  const pool = createSshPool({
    home, ownKnownHostsFile: join(dataPath, 'known_hosts'),
    prompts: {
      hostKey: async (question, signal) => {
        const answer = await prompts.ask({ kind: 'host-key', ...question }, signal)
        return 'accept' in answer && answer.accept
      },
      passphrase: async (question, signal) => {
        const answer = await prompts.ask({ kind: 'passphrase', ...question }, signal)
        return 'passphrase' in answer ? answer.passphrase : null
      },
      login: async (question, signal) => {
        const answer = await prompts.ask({ kind: 'login', ...question }, signal)
        return 'login' in answer ? answer.login : null
      },
    },
  })
  const http = createHttp()
  const sql = createSql()
  const machine = options.machine ?? thisMachine()

  const engine = createEngine({
    readClocks,
    storage, log, machine, newId: randomUUID,
    openClock: (run) => {
      if (isOnRealHosts(run)) return { ...createLiveClock(), setRate: () => undefined, reading: () => ({ at: Date.now(), machineAt: Date.now(), rate: 1 }) }
      return createRehearsalClock({ startAt: run.lastEventAt, rate: 1 })
    },
    // What is secret to the live service is not for another inventory's hosts either.
    openSecrets: (run) => (run.mode === 'live' ? secrets.forRun(secretsOf(run.runbook).map(({ secret }) => secret)) : secrets.forRehearsal()),
    openPorts: async (run, clock, ofRun) => {
      const { mode, inventory, runbook } = run()
      if (mode === 'live') return createLivePorts({ shell: pool, http, sql, secrets: ofRun, clock })
      const world = { runbook, clock, secrets: ofRun, context: followRun(run) }
      return inventory === null ? await createRehearsalPorts(world) : createInventoryPorts({ ...world, shell: pool })
    },
  })

  const runbooksChanged = createSignal()
  const deps: ApiDeps & { runbooksChanged: typeof runbooksChanged } = {
    storage, engine, prompts, runbooksChanged, now: Date.now, newId: randomUUID, libraryChanged: runbooksChanged.emit,
    info: { version: VERSION, door: options.door === 'electron' ? 'electron' : 'browser', platform: process.platform, systemUser: userInfo().username, machine },
    trySource: (source, signal) => trySource(source, createLivePorts({ shell: pool, http, sql, secrets: secrets.forRun(), clock: createLiveClock() }), signal),
    secretFault: (reference) => faultHere(reference, home),
    folderNamed: (text) => folderNamed(text, home),
    template: () => readFileSync(join(resources('template'), 'deployment-task.md'), 'utf8'),
    copyData: (folder) => copyAppData(dataPath, folder),
    leftovers: pool.leftovers,
    clearLeftover: pool.clear,
    describeHost: async (host) => toHostView(await pool.describe(host)),
  }
  seedExamples(storage)
  if (options.recover !== false) engine.recover()

  return {
    dispatcher: createDispatcher({ handlers: createHandlers(deps), feeds: createFeeds(deps), log }),
    engine, storage, deps, dataPath, operator: () => operatorOf(deps), running: () => engine.running(),
    close: async () => {
      await pool.close()
      await engine.close()
      storage.close()
    },
  }
}

function folderNamed(text: string, home: string): string {
  const path = text.replace(/^~(?=$|[/\\])/, () => home)
  if (!isAbsolute(path)) throw new Problem('folder-relative', `${JSON.stringify(text)} does not say where the folder is.`, 'Give its whole path, or one that begins with ~/. Nothing was copied.')
  return normalize(path)
}

/**
 * Copies all data to a folder for another machine, also while the program has it open; returns what was copied. The host
 * keys a person accepted go with it: without them the other machine would ask again at the worst moment.
 */
export async function copyAppData(from: string | undefined, folder: string): Promise<string> {
  const dataPath = from ?? findDataPath(process.env, process.platform, homedir())
  const copy = await copyData(dataPath, folder)
  if (existsSync(join(dataPath, 'known_hosts'))) copyFileSync(join(dataPath, 'known_hosts'), join(folder, 'known_hosts'))
  return copy
}

/** A folder of what ships unread, beside the source or beside what was built of it. */
function resources(name: string): string {
  const [source, built] = ['..', join('..', '..')].map((up) => join(import.meta.dirname, up, 'resources', name))
  return existsSync(source!) ? source! : built!
}

/** The examples come with the first start; one that was removed or edited stays as the person left it. */
function seedExamples(storage: Storage): void {
  const folder = resources('examples')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.md')).toSorted()) {
    const id = `example-${file.replace(/\.md$/, '')}`
    if (!storage.runbooks.exists(id)) storage.runbooks.create({ id, name: file, text: readFileSync(join(folder, file), 'utf8'), example: true, at: Date.now() })
  }
}

function answerFrom(prompts: ReturnType<typeof createPromptDesk>, answer: NonNullable<AppOptions['answerPrompt']>, log: ReturnType<typeof createLog>): void {
  const asked = new Map<string, AbortController>()
  prompts.changed.on(() => {
    const open = prompts.open()
    for (const [id, controller] of asked) {
      if (open.some((prompt) => prompt.id === id)) continue
      asked.delete(id)
      controller.abort(new Error('no longer needed'))
    }
    for (const prompt of open.filter(({ id }) => !asked.has(id))) {
      const controller = new AbortController()
      asked.set(prompt.id, controller)
      answer(prompt, controller.signal).then((given) => prompts.answer(prompt.id, given)).catch((thrown: unknown) => {
        if (!controller.signal.aborted) log('answering a prompt', toProblem(thrown))
      })
    }
  })
}

function toHostView(resolved: ResolvedHost): Awaited<ReturnType<ApiDeps['describeHost']>> {
  const { address, user, port, transport, notes } = resolved
  return {
    address, user, port, transport, notes,
    jump: resolved.jumps.map((hop) => `${hop.user}@${hop.name}${hop.transport === transport ? '' : " (the system's ssh)"}`),
    identity: resolved.identities.filter(({ state }) => state !== 'missing').map(({ file, state }) => (state === 'locked' ? `${file} (passphrase)` : file)),
    knownKeys: resolved.knownKeys.map(({ keyType, fingerprint, file, line, marker }) => ({ type: marker === 'none' ? keyType : `${keyType} ${marker}`, fingerprint, source: `${file}:${line}` })),
  }
}
