import { mkdtempSync, chmodSync, readFileSync, rmSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { ConnectConfig } from 'ssh2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { JobIntent, OutputStream } from '#kinds/ports.ts'
import { createRehearsalClock } from '#rehearsal/clock.ts'
import { startRehearsalHosts } from '#rehearsal/hosts.ts'
import { markScript } from '#rehearsal/marked-script.ts'
import { readScript } from '#rehearsal/script.ts'
import { readFrames } from '#ssh/durable/frames.ts'
import { HELPER_SHA } from '#ssh/durable/helper.ts'
import { probeHost } from '#ssh/durable/probe.ts'
import { askOnAndOn } from '#ssh/durable/questions.ts'
import { openTalk, type Talk as HelperTalk } from '#ssh/durable/talk.ts'
import { BOOT_ID_FILE, callAck, callFollow, callGo, callStop, type HelperCall, type HelperPlace } from '#ssh/durable/verbs.ts'
import { createLink, type Link } from '#ssh/link.ts'
import { createSsh2Wire } from '#ssh/ssh2-wire.ts'
import { until } from '#support/fake-world.ts'
import { sshdMissing, startSshd } from '#support/sshd.ts'
import { sampleOutcome, sampleRunbook, sampleStep } from './sample-runbook.ts'

/**
 * The contract of the durable protocol, held by the helper on a real host and by the rehearsal's stand-in alike: the same
 * calls, read by the same reader, are answered with the same words.
 */
interface World {
  config: ConnectConfig
  port: number
  /** The text that prints and exits so there. */
  command(step: keyof typeof COMMANDS): Buffer
  close(): Promise<void>
}

const COMMANDS = {
  seven: { script: "printf 'out\\n'; printf 'problem\\n' >&2; exit 7", outcome: { exitCode: 7, stdout: 'out\n', stderr: 'problem\n' } },
  hangs: { script: "printf 'begun\\n'; sleep 600", outcome: { stdout: 'begun\n', fault: 'hang' } },
} as const

async function realHost(): Promise<World> {
  const state = mkdtempSync(join(tmpdir(), 'holdpoint-protocol-'))
  chmodSync(state, 0o777)
  const sshd = await startSshd({ config: [`SetEnv XDG_STATE_HOME=${state}`] })
  return {
    port: sshd.port, config: { username: sshd.user, privateKey: readFileSync(sshd.keyFile) },
    command: (step) => Buffer.from(`${COMMANDS[step].script}\n`),
    close: async () => {
      await sshd.stop()
      rmSync(state, { recursive: true, force: true })
    },
  }
}

async function standIn(): Promise<World> {
  const steps = Object.keys(COMMANDS)
  const outcomes = Object.entries(COMMANDS).map(([step, { outcome }]) => sampleOutcome({ step, durationMs: 1000, ...outcome }))
  const plan = readScript(sampleRunbook({ hosts: ['web-1'], steps: steps.map((id) => sampleStep({ id })), outcomes }))
  const hosts = await startRehearsalHosts({ hosts: ['web-1'], plan, clock: createRehearsalClock({ startAt: 0, rate: 20 }) })
  const { port, user, privateKey } = hosts.address('web-1')
  return { port, config: { username: user, privateKey }, command: (step) => Buffer.from(markScript({ stepId: step, attempt: 1, script: `${COMMANDS[step].script}\n` })), close: hosts.close }
}

const WORLDS = [['the helper on a real host', realHost, sshdMissing], ['a stand-in of the rehearsal', standIn, false]] as const

for (const [name, start, isMissing] of WORLDS) {
  describe.skipIf(isMissing)(name, () => {
    let world: World
    let link: Link
    let at: HelperPlace
    let boot: string
    let jobs = 0

    beforeAll(async () => { world = await start() })
    afterAll(() => world.close())
    beforeEach(async () => {
      link = await connectTo(world)
      const probe = await probeHost(link, 'web-1', BOOT_ID_FILE, NEVER)
      if (probe.probed !== 'durable') throw new Error(`the host is not durable: ${JSON.stringify(probe)}`)
      boot = probe.bootId
      at = { bootIdFile: BOOT_ID_FILE, root: probe.root }
    })
    afterEach(() => link.close())

    const intentOf = (change: Partial<JobIntent> = {}): JobIntent =>
      ({ id: `rtest-s${jobs++}-${process.pid}`, run: 'test', token: 1, bootId: boot, hostKey: '', helper: HELPER_SHA, launched: false, at: 0, ...change })
    const go = (intent: JobIntent, step: keyof typeof COMMANDS, place = at) => talk(link, callGo(intent, world.command(step), { stdout: 0, stderr: 0 }, place))
    const ended = async (talking: Talk) => {
      await until(() => talking.last() !== undefined && END.test(talking.last() ?? ''), 'the end')
      return talking.heard()
    }

    test('the end, both streams and their lengths are told, and the job is forgotten when that is acknowledged', async () => {
      const intent = intentOf()
      const going = await go(intent, 'seven')
      expect(await ended(going)).toMatchObject({ boot, stdout: 'out\n', stderr: 'problem\n' })
      expect(going.last()).toBe('done exit 7 4 8')
      going.leave()
      expect((await ended(await talk(link, callAck(intent, at)))).said).toEqual(['acked'])
      const again = await go(intent, 'seven')
      expect(await ended(again)).toEqual({ boot, stdout: '', stderr: '', said: ['absent'] })
    })

    test('a job is followed from any offset, as often as is asked, over another connection and without the place of the helper', async () => {
      const intent = intentOf()
      await ended(await go(intent, 'seven'))
      const other = await connectTo(world)
      const following = await talk(other, callFollow(intent, { stdout: 2, stderr: 8 }, { bootIdFile: BOOT_ID_FILE, root: null }))
      expect(await ended(following)).toMatchObject({ stdout: 't\n', stderr: '', said: ['done exit 7 4 8'] })
      other.close()
    })

    test('a job launched several times at once runs once, and every launch hears the same', async () => {
      const intent = intentOf()
      const launches = await Promise.all(Array.from({ length: 4 }, () => go(intent, 'seven')))
      for (const launch of launches) expect((await ended(launch)).said.at(-1)).toBe('done exit 7 4 8')
    })

    test('what was never launched is absent, and may be forgotten all the same', async () => {
      const intent = intentOf()
      expect((await ended(await talk(link, callFollow(intent, { stdout: 0, stderr: 0 }, at)))).said).toEqual(['absent'])
      expect((await ended(await talk(link, callAck(intent, at)))).said).toEqual(['acked'])
    })

    test('calls one after another share one channel, and calls at the same time do not', async () => {
      const opened = vi.spyOn(link, 'exec')
      const intents = Array.from({ length: 3 }, () => intentOf())
      for (const intent of intents) {
        const going = await go(intent, 'seven')
        expect(await ended(going)).toMatchObject({ stdout: 'out\n', stderr: 'problem\n' })
        expect(going.last()).toBe('done exit 7 4 8')
        going.leave()
      }
      for (const intent of intents) {
        const forgetting = await talk(link, callAck(intent, at))
        expect((await ended(forgetting)).said).toEqual(['acked'])
        forgetting.leave()
      }
      expect(opened).toHaveBeenCalledTimes(1)
      const both = await Promise.all([go(intentOf(), 'seven'), go(intentOf(), 'seven')])
      for (const going of both) expect((await ended(going)).said.at(-1)).toBe('done exit 7 4 8')
      expect(opened).toHaveBeenCalledTimes(2)
    })

    test('what is not read of a command is never taken for a call', async () => {
      const kept = intentOf()
      const going = await go(kept, 'seven')
      await ended(going)
      going.leave()
      const text = Buffer.from(`echo 'é'\nleave\n${callAck(kept, at).stay?.line}\n`.repeat(200))
      const refused = await talk(link, callGo(intentOf({ bootId: 'another-boot' }), text, { stdout: 0, stderr: 0 }, at))
      await until(refused.isClosed, 'the end of the channel')
      expect(refused.heard().said).toEqual(['lost rebooted'])
      expect((await ended(await talk(link, callFollow(kept, { stdout: 0, stderr: 0 }, at)))).said).toEqual(['done exit 7 4 8'])
    })

    test('a launch for another boot is lost, and one that did not arrive whole is not staged', async () => {
      expect((await ended(await go(intentOf({ bootId: 'another-boot' }), 'seven'))).said).toEqual(['lost rebooted'])
      // Its sum is looked at where it is more than a few lines of ASCII.
      const call = callGo(intentOf(), Buffer.concat([world.command('seven'), Buffer.from('# é\n')]), { stdout: 0, stderr: 0 }, at)
      const garbled = await talk(link, { ...call, input: Buffer.alloc(call.input?.length ?? 0, '#') })
      expect((await ended(garbled)).said).toEqual(['unstaged the command did not arrive whole; the disk may be full'])
    })

    test('a running command is stopped, and what follows it hears its end', async () => {
      const intent = intentOf()
      const going = await go(intent, 'hangs')
      await until(() => going.heard().stdout === 'begun\n', 'the output')
      expect((await ended(await talk(link, callStop(intent, 1000, at)))).said).toEqual(['stopped running 0 '])
      expect((await ended(going)).said).toEqual(['started running', 'done exit 143 6 0'])
    })

    test('a stop before the launch keeps it from beginning, and one after the end changes nothing', async () => {
      const never = intentOf()
      expect((await ended(await talk(link, callStop(never, 1000, at)))).said).toEqual(['stopped never 0'])
      expect((await ended(await go(never, 'seven'))).said).toEqual(['done never 0 0 0'])
      const over = intentOf()
      await ended(await go(over, 'seven'))
      expect((await ended(await talk(link, callStop(over, 1000, at)))).said).toEqual(['stopped ended 0'])
    })

    test('a launch below the fence of its run is refused', async () => {
      const nonce = '0123456789abcdef'
      const fence = await talk(link, { nonce, input: null, stay: null, command: `exec /bin/sh ${at.root}/helper-${HELPER_SHA} fence ${nonce} ${BOOT_ID_FILE} fenced-run 3` })
      expect((await ended(fence)).said).toEqual(['fence 3'])
      expect((await ended(await go(intentOf({ run: 'fenced-run', token: 2 }), 'seven'))).said).toEqual(['fenced 3'])
      expect((await ended(await go(intentOf({ run: 'fenced-run', token: 3 }), 'seven'))).said.at(-1)).toBe('done exit 7 4 8')
    })

    test('a helper that is not there does not greet', async () => {
      const { stay, ...rest } = callFollow(intentOf(), { stdout: 0, stderr: 0 }, at)
      const command = (stay?.command ?? '').replace(HELPER_SHA, '0000000000000000')
      const talking = await talk(link, { ...rest, stay: { line: stay?.line ?? '', command } })
      await until(talking.isClosed, 'the end of the channel')
      expect(talking.heard()).toEqual({ boot: null, stdout: '', stderr: '', said: [] })
    })
  })
}

test('nothing in the rehearsal can start a program', () => {
  const folder = join(import.meta.dirname, '..', '..', 'main', 'rehearsal')
  const able = readdirSync(folder).filter((file) => /child_process|node:(?:cluster|worker_threads)/.test(readFileSync(join(folder, file), 'utf8')))
  expect(able).toEqual([])
})

const NEVER = new AbortController().signal
const END = /^(done|absent|lost|fenced|unstaged|stopped|acked|fence)\b/

function connectTo({ port, config }: World): Promise<Link> {
  const client = new ssh2.Client()
  const sock = connect({ host: '127.0.0.1', port, noDelay: true })
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(createLink(createSsh2Wire({ client, sock, hostKey: '', loss: () => ({ isFlood: false, why: '' }) }), { name: 'web-1', through: null, channelLimit: 8 }))).on('error', reject).connect({ sock, hostVerifier: () => true, ...config })
  })
}

interface Talk {
  heard(): { boot: string | null; said: string[] } & Record<OutputStream, string>
  /** The last thing said. */
  last(): string | undefined
  leave(): void
  isClosed(): boolean
}

/** Makes a helper call and reads the answers with the reader of the live run. */
async function talk(link: Link, call: HelperCall): Promise<Talk> {
  const heard: ReturnType<Talk['heard']> = { boot: null, stdout: '', stderr: '', said: [] }
  let isClosed = false
  let open: HelperTalk | null = null
  const questions = askOnAndOn(() => open?.write('?\n'))
  const onBytes = readFrames(call.nonce, {
    onHello: (boot) => {
      heard.boot = boot
      questions.begin()
    },
    onLine: (words) => { if (words[0] !== 'beat') heard.said.push(words.join(' ')) },
    onData: (stream, _, bytes) => { heard[stream] += bytes.toString() },
    onLate: () => undefined,
    onGarbage: (why) => { throw new Error(why) },
  })
  const onClose = (): void => {
    questions.end()
    isClosed = true
  }
  const opened = await openTalk(link, call, { onBytes, onSign: questions.sign, onClose }, NEVER)
  if (opened.opened !== 'yes') throw new Error(`no channel: ${opened.opened}`)
  open = opened.talk
  const leave = (): void => {
    questions.end()
    opened.talk.leave()
  }
  return { heard: () => heard, last: () => heard.said.at(-1), leave, isClosed: () => isClosed }
}
