import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { isMissing } from './needs.ts'

/** Whether Debian's prometheus and node exporter are here; says so loudly when they are not. */
export function hasPrometheus(): boolean {
  return ['prometheus', 'prometheus-node-exporter'].every((name) => !isMissing(name, pathOf(name) !== null, `apt-get install ${name}`))
}

export interface Running {
  /** host:port on loopback. */
  address: string
  stop(): Promise<void>
}

/** A Prometheus of our own with its data in a new folder, asking each target once a second. Started when it says that it is ready. */
export async function startPrometheus(targets: Record<string, string>): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-prometheus-'))
  const jobs = Object.entries(targets).map(([name, address]) => `  - job_name: ${name}\n    static_configs: [{ targets: ["${address}"] }]\n`)
  writeFileSync(join(folder, 'prometheus.yml'), `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${jobs.join('')}`)
  const running = await start('prometheus', '/-/ready', (address) => [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`, '--log.level=error'])
  return { ...running, async stop() {
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  } }
}

export const startNodeExporter = (): Promise<Running> =>
  start('prometheus-node-exporter', '/metrics', (address) => ['--collector.disable-defaults', '--collector.cpu', '--collector.meminfo', `--web.listen-address=${address}`, '--log.level=error'])

async function start(name: string, readyPath: string, args: (address: string) => string[]): Promise<Running> {
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(pathOf(name) ?? name, args(address), { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-4000) })
  const killLeftOver = (): void => void child.kill()
  process.once('exit', killLeftOver)
  const stop = async (): Promise<void> => {
    await end(child)
    process.off('exit', killLeftOver)
  }
  try {
    while (!(await answers(`http://${address}${readyPath}`))) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended at its start: ${said}`)
    }
  } catch (thrown) {
    await stop()
    throw thrown
  }
  return { address, stop }
}

/** No answer yet means that it has not come up: asked again a little later. */
async function answers(url: string): Promise<boolean> {
  const reply = await fetch(url).catch(() => null)
  if (reply?.ok) return true
  await new Promise((resolve) => { setTimeout(resolve, 50) })
  return false
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function pathOf(name: string): string | null {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}
