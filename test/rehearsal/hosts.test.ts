import { connect } from 'node:net'
import ssh2 from 'ssh2'
import type { ClientChannel, ConnectConfig } from 'ssh2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRehearsalClock } from '#rehearsal/clock.ts'
import { startRehearsalHosts, type RehearsalHosts, type StandInAddress } from '#rehearsal/hosts.ts'
import { generateKey } from '#rehearsal/keys.ts'
import { markScript } from '#rehearsal/marked-script.ts'
import { readScript } from '#rehearsal/script.ts'
import { wrapScript } from '#ssh/script-command.ts'
import { sampleOutcome, sampleRunbook, sampleStep } from './sample-runbook.ts'

const stepScript = (stepId: string, script = 'x') => markScript({ stepId, attempt: 1, script })

const steps = ['stop', 'deploy', 'migrate', 'cut', 'stuck'].map((id) => sampleStep({ id }))
const outcomes = [
  sampleOutcome({ step: 'deploy', host: 'web-2', exitCode: 7, stdout: 'one\n\u001b[32mtwo\u001b[0m\nthree', stderr: 'no space left\n', durationMs: 60_000 }),
  sampleOutcome({ step: 'migrate', durationMs: 0, stdout: 'x'.repeat(200_000) }),
  sampleOutcome({ step: 'cut', fault: 'link-drop', stdout: 'first\nsecond\nthird\nfourth\n', durationMs: 60_000 }),
  sampleOutcome({ step: 'stuck', fault: 'hang', stdout: 'waiting for a lock\n' }),
]

let hosts: RehearsalHosts
let clients: ssh2.Client[]

beforeEach(async () => {
  clients = []
  const plan = readScript(sampleRunbook({ steps, outcomes }))
  const clock = createRehearsalClock({ startAt: 0, rate: 1000 })
  hosts = await startRehearsalHosts({ hosts: ['web-1', 'web-2'], clock, plan })
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await hosts.close()
})

function login(to: StandInAddress, change: Partial<ConnectConfig> = {}): Promise<ssh2.Client> {
  const client = new ssh2.Client()
  clients.push(client)
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client)).on('error', reject).connect({
      sock: connect({ host: to.address, port: to.port, noDelay: true }), username: to.user, privateKey: to.privateKey,
      hostVerifier: (key: Buffer) => key.equals(to.knownKey), ...change,
    })
  })
}

interface Ended { code: number | null; signal: string | undefined; stdout: string; stderr: string }

async function run(client: ssh2.Client, script: string, onChannel: (channel: ClientChannel) => void = () => undefined): Promise<Ended> {
  const { command, input } = wrapScript(script)
  const channel = await new Promise<ClientChannel>((resolve, reject) => client.exec(command, (error, opened) => (error ? reject(error) : resolve(opened))))
  const ended: Ended = { code: null, signal: undefined, stdout: '', stderr: '' }
  channel.on('data', (chunk: Buffer) => void (ended.stdout += chunk.toString()))
  channel.stderr.on('data', (chunk: Buffer) => void (ended.stderr += chunk.toString()))
  channel.on('exit', (code: number | null, signal?: string) => Object.assign(ended, { code, signal }))
  const closed = new Promise((resolve) => channel.once('close', resolve))
  channel.write(input)
  onChannel(channel)
  await closed
  return ended
}

test('a step with nothing scripted succeeds with marked output made from its command', async () => {
  const client = await login(hosts.address('web-1'))
  expect(await run(client, stepScript('stop', 'systemctl stop shop\n'))).toMatchObject({
    code: 0, stdout: '[rehearsal] + systemctl stop shop\n[rehearsal] ok\n', stderr: '',
  })
})

test('a scripted step gives its output byte for byte, and its exit code on its host alone', async () => {
  const script = stepScript('deploy', 'install')
  const scripted = await run(await login(hosts.address('web-2')), script)
  expect(scripted).toMatchObject({ code: 7, stdout: 'one\n\u001b[32mtwo\u001b[0m\nthree', stderr: 'no space left\n' })
  expect(await run(await login(hosts.address('web-1')), script)).toMatchObject({ code: 0 })
})

test('long output arrives whole', async () => {
  expect((await run(await login(hosts.address('web-1')), stepScript('migrate', ''))).stdout).toHaveLength(200_000)
})

test('several steps run side by side on one connection', async () => {
  const client = await login(hosts.address('web-2'))
  const ended = await Promise.all(['stop', 'deploy', 'migrate'].map((id) => run(client, stepScript(id, 'x'))))
  expect(ended.map(({ code }) => code)).toEqual([0, 7, 0])
})

test('a step id may hold anything', async () => {
  const odd = 'Schritt 1: „Größe“ \n%'
  const plan = readScript(sampleRunbook({ steps: [sampleStep({ id: odd })], outcomes: [sampleOutcome({ step: odd, exitCode: 9, durationMs: 0 })] }))
  const own = await startRehearsalHosts({ hosts: ['web-1'], clock: createRehearsalClock({ startAt: 0, rate: 1000 }), plan })
  expect(await run(await login(own.address('web-1')), stepScript(odd, 'x'))).toMatchObject({ code: 9 })
  await own.close()
})

test('a link drop ends the connection midway, without an exit status', async () => {
  const client = await login(hosts.address('web-1')).then((one) => one.on('error', () => undefined))
  const lost = new Promise<void>((resolve) => client.once('close', () => resolve()))
  // What was under way when the connection went is lost with it, on a busy machine all of it.
  expect(await run(client, stepScript('cut', 'x'))).toMatchObject({ code: null, signal: undefined, stdout: expect.stringMatching(/^(?:first\n|$)/) })
  await lost
})

test('a hanging step ends only by the signal it is sent, and says by which', async () => {
  const ended = await run(await login(hosts.address('web-1')), stepScript('stuck', 'x'), (channel) => {
    channel.once('data', () => channel.signal('TERM'))
  })
  expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', stdout: 'waiting for a lock\n' })
})

test('a script that is no step of the runbook fails instead of passing for a success', async () => {
  const ended = await run(await login(hosts.address('web-1')), 'true\n')
  expect(ended.code).toBe(127)
  expect(ended.stderr).toContain('[rehearsal]')
})

test('nobody else gets in: another key, another user, a password, no key', async () => {
  const address = hosts.address('web-1')
  const stranger = generateKey()
  await expect(login(address, { privateKey: stranger.privateKey })).rejects.toThrow('authentication')
  await expect(login(address, { username: 'root' })).rejects.toThrow('authentication')
  await expect(login(address, { privateKey: undefined, password: 'rehearsal' })).rejects.toThrow('authentication')
  await expect(login(address, { privateKey: undefined })).rejects.toThrow('authentication')
  await expect(login(address)).resolves.toBeDefined()
})

test('a host that refuses logins lets nobody in until it stops', async () => {
  hosts.refuseLogins('web-1', true)
  await expect(login(hosts.address('web-1'))).rejects.toThrow('authentication')
  await expect(login(hosts.address('web-2'))).resolves.toBeDefined()
  hosts.refuseLogins('web-1', false)
  await expect(login(hosts.address('web-1'))).resolves.toBeDefined()
})

test('every host has its own key, and the impostor of a host has another', async () => {
  expect(hosts.address('web-1').knownKey.equals(hosts.address('web-2').knownKey)).toBe(false)
  const impostor = await hosts.startImpostor('web-1')
  expect(impostor.address.knownKey.equals(hosts.address('web-1').knownKey)).toBe(true)
  await expect(login(impostor.address)).rejects.toThrow(/verif/i)
  await impostor.close()
  await expect(login(hosts.address('web-1'))).resolves.toBeDefined()
})

test('a shell, a terminal and forwarding are refused', async () => {
  const client = await login(hosts.address('web-1'))
  await expect(new Promise((resolve, reject) => client.shell((error) => (error ? reject(error) : resolve(null))))).rejects.toThrow()
  await expect(new Promise((resolve, reject) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, (error) => (error ? reject(error) : resolve(null))))).rejects.toThrow()
})

test('a host without a stand-in is refused by name', () => {
  expect(() => hosts.address('db-9')).toThrow('no stand-in for the host db-9')
})

test('closing ends open connections and running steps', async () => {
  const client = await login(hosts.address('web-1')).then((one) => one.on('error', () => undefined))
  let started = () => undefined as void
  const hasStarted = new Promise<void>((resolve) => (started = resolve))
  const running = run(client, stepScript('stuck', 'x'), (channel) => channel.once('data', started))
  await hasStarted
  await hosts.close()
  expect(await running).toMatchObject({ code: null })
})
