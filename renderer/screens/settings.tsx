import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { HostsTable } from '#renderer/parts/settings/hosts-table.tsx'
import { OperatorForm } from '#renderer/parts/settings/operator-form.tsx'
import { ThemeChoice } from '#renderer/parts/settings/theme-choice.tsx'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { announce } from '#renderer/ui/announce.ts'
import { Button } from '#renderer/ui/button.tsx'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { Loading } from '#renderer/ui/loading.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './settings.module.css'

const doors = { electron: 'The desktop window', browser: 'A browser on this machine (127.0.0.1 only)' } as const

export function SettingsScreen() {
  const store = useAppStores().settings
  const { info, settings, hosts, problem } = useStore(store)
  useEffect(() => void store.getState().loadHosts(), [store])

  return (
    <div className={styles.settings}>
      {problem && <ProblemNote problem={problem} />}
      <Section title="You">{settings && <OperatorForm key={settings.operator} operator={settings.operator} />}</Section>
      <Section title="Appearance">{settings && <ThemeChoice theme={settings.theme} />}</Section>
      <Section title="Hosts" text="The hosts that runbooks name, as a connection would find them now. Addresses, users and jump hosts may come from ~/.ssh/config; change them there or in the runbook.">
        {hosts === null && problem === null && <Loading title="Looking the hosts up" problem={null} />}
        {hosts === null && problem !== null && <p className={styles.text}>The hosts could not be read.</p>}
        {hosts !== null && hosts.length > 0 && <HostsTable hosts={hosts} />}
        {hosts?.length === 0 && <EmptyState title="No hosts" text="No runbook names a host yet. Name them under hosts: at the top of a runbook." />}
      </Section>
      <Section title="This installation">
        {info && (
          <dl className={styles.facts}>
            <dt>Version</dt><dd>Holdpoint {info.version} on {info.platform}</dd>
            <dt>Opened in</dt><dd>{doors[info.door]}</dd>
            <dt>Data</dt><dd><code className={styles.path}>{info.dataPath}</code> <CopyPath path={info.dataPath} /></dd>
            <dt>Privacy</dt><dd>No telemetry, no account. Holdpoint connects only to what a runbook names.</dd>
          </dl>
        )}
      </Section>
    </div>
  )
}

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <div className={styles.words}>
        <h2 className={styles.title}>{title}</h2>
        {text !== undefined && <p className={styles.text}>{text}</p>}
      </div>
      <div className={styles.content}>{children}</div>
    </section>
  )
}

function CopyPath({ path }: { path: string }) {
  const copy = () => {
    navigator.clipboard.writeText(path).then(() => announce('Path copied.', 'ok'), () => announce('The path could not be copied. Select it and copy it by hand.', 'bad'))
  }
  return <Button size="s" variant="quiet" onClick={copy}>Copy</Button>
}
