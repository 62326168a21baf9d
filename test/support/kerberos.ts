import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMissing } from './needs.ts'
import { accepts, freePort } from './sshd.ts'

const find = (name: string): string | undefined => ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path))

/** True where no Kerberos of MIT's is installed: tests that need one are skipped, loudly. */
export const kerberosMissing = isMissing('Kerberos (krb5kdc, kadmin.local, kinit)', ['krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit'].every((name) => find(name) !== undefined), 'apt install krb5-kdc krb5-admin-server krb5-user')

/** A realm of its own on 127.0.0.1, with a ticket for one account. */
export interface Kerberos {
  /** For sshd: where its realm is, and the key of the host. */
  serverEnvironment: Record<string, string>
  /** For ssh: where its realm is, and the ticket. */
  clientEnvironment: Record<string, string>
  stop(): Promise<void>
}

const REALM = 'HOLDPOINT.TEST'

/** The host is known by its address, as an ssh that looks up no names asks for it. */
export async function startKerberos(account: string): Promise<Kerberos> {
  const home = mkdtempSync(join(tmpdir(), 'holdpoint-krb5-'))
  const file = (name: string): string => join(home, name)
  const port = await freePort()
  writeFileSync(file('krb5.conf'), `[libdefaults]
 default_realm = ${REALM}
 dns_lookup_realm = false
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 ${REALM} = {
  kdc = 127.0.0.1:${port}
 }
`)
  writeFileSync(file('kdc.conf'), `[realms]
 ${REALM} = {
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
  database_name = ${file('principal')}
  key_stash_file = ${file('stash')}
 }
[logging]
 kdc = FILE:${file('log')}
`)
  const environment = { ...process.env, KRB5_CONFIG: file('krb5.conf'), KRB5_KDC_PROFILE: file('kdc.conf'), KRB5CCNAME: `FILE:${file('ticket')}` }
  const call = (name: string, ...words: string[]): void => void execFileSync(find(name) ?? name, words, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  call('kdb5_util', 'create', '-s', '-r', REALM, '-P', 'a realm for one test')
  for (const principal of [account, 'host/127.0.0.1']) call('kadmin.local', '-r', REALM, '-q', `addprinc -randkey ${principal}`)
  call('kadmin.local', '-r', REALM, '-q', `ktadd -k ${file('account.keytab')} ${account}`)
  call('kadmin.local', '-r', REALM, '-q', `ktadd -k ${file('host.keytab')} host/127.0.0.1`)
  const kdc = spawn(find('krb5kdc') ?? 'krb5kdc', ['-n', '-r', REALM], { env: environment, stdio: 'ignore' })
  const gone = new Promise<void>((resolve) => { kdc.once('exit', () => resolve()) })
  while (!(await accepts(port))) {
    if (kdc.exitCode !== null) throw new Error('krb5kdc ended')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  call('kinit', '-k', '-t', file('account.keytab'), account)
  return {
    serverEnvironment: { KRB5_CONFIG: file('krb5.conf'), KRB5_KTNAME: `FILE:${file('host.keytab')}` },
    clientEnvironment: { KRB5_CONFIG: file('krb5.conf'), KRB5CCNAME: `FILE:${file('ticket')}` },
    stop: async () => {
      kdc.kill()
      await gone
      rmSync(home, { recursive: true, force: true })
    },
  }
}
