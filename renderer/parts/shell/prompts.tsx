import { useState } from 'react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { ProblemValue } from '#domain/problem.ts'
import type { CallInput, Prompt } from '#preload/contract.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { Field, TextInput } from '#renderer/ui/field.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './prompts.module.css'

/** What a connection or a step waits for a person to answer, one at a time, oldest first, over whatever screen is open. */
export function Prompts() {
  const { open, problem } = useStore(useAppStores().prompts)
  const first = open[0]
  if (problem) return <div className={styles.lost}><ProblemNote problem={{ ...problem, hint: `Questions about host keys and secrets cannot be shown. ${problem.hint}` }} /></div>
  if (!first) return null
  const waiting = open.length - 1
  switch (first.kind) {
    case 'host-key': return <HostKeyPrompt key={first.id} prompt={first} waiting={waiting} />
    case 'passphrase': return <PassphrasePrompt key={first.id} prompt={first} waiting={waiting} />
    case 'login': return <LoginPrompt key={first.id} prompt={first} waiting={waiting} />
    case 'secret': return <SecretPrompt key={first.id} prompt={first} waiting={waiting} />
  }
}

type Answer = CallInput<'answer-prompt'>['answer']

function useAnswer(promptId: string) {
  const { prompts } = useAppStores()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const send = async (value: Answer) => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    setProblem(await prompts.getState().answer(promptId, value))
    setBusy(false)
  }
  return { busy, problem, send: (value: Answer) => void send(value) }
}

const more = (waiting: number): ReactNode => (waiting > 0 ? <span className={styles.more}>{waiting} more after this</span> : null)

function HostKeyPrompt({ prompt, waiting }: { prompt: Extract<Prompt, { kind: 'host-key' }>; waiting: number }) {
  const { busy, problem, send } = useAnswer(prompt.id)
  return (
    <Dialog
      title={`Is this really ${prompt.host}?`}
      description="Holdpoint has not seen this host before. Compare the fingerprint with what the host's owner tells you, not with anything this connection says."
      onClose={() => send({ accept: false })}
      actions={<>
        {more(waiting)}
        <Button data-autofocus busy={busy} onClick={() => send({ accept: false })} shortcut="Escape">Refuse</Button>
        <Button variant="primary" busy={busy} onClick={() => send({ accept: true })}>Accept and remember</Button>
      </>}
    >
      <dl className={styles.facts}>
        <dt>Host</dt><dd>{prompt.host}</dd>
        <dt>Address</dt><dd>{prompt.address}</dd>
        <dt>Key type</dt><dd>{prompt.keyType}</dd>
        <dt>Fingerprint</dt><dd className={styles.fingerprint}>{prompt.fingerprint}</dd>
      </dl>
      <p className={styles.fine}>No credential has been sent. Refusing fails the step on this host before anything runs there.</p>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

function PassphrasePrompt({ prompt, waiting }: { prompt: Extract<Prompt, { kind: 'passphrase' }>; waiting: number }) {
  const { busy, problem, send } = useAnswer(prompt.id)
  const [passphrase, setPassphrase] = useState('')
  return (
    <Dialog
      title="Passphrase for a key file"
      description={<>To connect to {prompt.host}, Holdpoint needs to open <code>{prompt.file}</code>.</>}
      onClose={() => send({ passphrase: null })}
      onSubmit={() => send({ passphrase })}
      actions={<>
        {more(waiting)}
        <Button busy={busy} onClick={() => send({ passphrase: null })} shortcut="Escape">Go on without it</Button>
        <Button type="submit" variant="primary" busy={busy} shortcut="Enter">Open key</Button>
      </>}
    >
      <Field label="Passphrase" hint="Kept in memory until Holdpoint ends. Never stored." error={prompt.attempt > 1 ? `That passphrase did not open the file (try ${prompt.attempt - 1}).` : null}>
        <TextInput data-autofocus type="password" value={passphrase} onChange={(event) => setPassphrase(event.target.value)} />
      </Field>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

/** What the server says is shown as a quotation of that server, and typed text is never shown: it may be a password. */
function LoginPrompt({ prompt, waiting }: { prompt: Extract<Prompt, { kind: 'login' }>; waiting: number }) {
  const { busy, problem, send } = useAnswer(prompt.id)
  const [typed, setTyped] = useState('')
  const isPassword = prompt.words === null
  return (
    <Dialog
      title={isPassword ? `Password for ${prompt.host}` : `${prompt.host} asks a question`}
      description={isPassword ? <>To log in to {prompt.host} as <code>{prompt.account}</code>.</> : <>It wants an answer before it lets <code>{prompt.account}</code> in. The words are the host’s own.</>}
      onClose={() => send({ login: null })}
      onSubmit={() => send({ login: typed })}
      actions={<>
        {more(waiting)}
        <Button busy={busy} onClick={() => send({ login: null })} shortcut="Escape">Cancel the login</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={isPassword && typed === ''} shortcut="Enter">{isPassword ? 'Log in' : 'Answer'}</Button>
      </>}
    >
      {!isPassword && <blockquote className={styles.words}>{prompt.words || '(no words)'}</blockquote>}
      <Field
        label={isPassword ? 'Password' : 'Answer'}
        hint={isPassword ? 'Kept in memory until Holdpoint ends, for when the connection is lost. Never stored.' : 'Not kept: it may be good for once only. Never stored.'}
        error={prompt.attempt > 1 ? `That was not accepted (try ${prompt.attempt - 1}). After the second the login is left alone for a minute.` : null}
      >
        <TextInput data-autofocus type="password" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
      </Field>
      <p className={styles.fine}>The host waits about two minutes for it, with the connection open.</p>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

function SecretPrompt({ prompt, waiting }: { prompt: Extract<Prompt, { kind: 'secret' }>; waiting: number }) {
  const { busy, problem, send } = useAnswer(prompt.id)
  const [secret, setSecret] = useState('')
  return (
    <Dialog
      title={`Secret “${prompt.name}”`}
      description={<>It is needed for {prompt.why}, which waits for it.</>}
      onClose={() => send({ secret: null })}
      onSubmit={() => send({ secret })}
      actions={<>
        {more(waiting)}
        <Button busy={busy} onClick={() => send({ secret: null })} shortcut="Escape">Give none</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={secret === ''} shortcut="Enter">Use it</Button>
      </>}
    >
      <Field label="Secret" hint="Kept in memory until Holdpoint ends, asked once in this run. Never stored, and hidden in output, records and reports.">
        <TextInput data-autofocus type="password" autoComplete="off" value={secret} onChange={(event) => setSecret(event.target.value)} />
      </Field>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
