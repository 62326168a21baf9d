import { useEffect, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { HostLeftovers, LeftoverView } from '#preload/contract.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { formatBytes, formatLength } from '#renderer/ui/format.ts'
import { Loading } from '#renderer/ui/loading.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { useRoom, useView } from './room-context.ts'
import styles from './leftovers-dialog.module.css'

/** What the hosts of this run still keep of commands; what is over there and recorded here can be removed. */
export function LeftoversDialog() {
  const shown = useView((view) => view.leftovers)
  return shown && <Open />
}

function Open() {
  const { client, runId, view } = useRoom()
  const [hosts, setHosts] = useState<HostLeftovers[] | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const [busy, setBusy] = useState(false)
  const close = (): void => view.getState().showLeftovers(false)

  const [turn, setTurn] = useState(0)

  useEffect(() => {
    let wanted = true
    void client.call('list-leftovers', { runId }).then((reply) => {
      if (!wanted) return
      if (reply.ok) setHosts(reply.value)
      else setProblem(reply.problem)
      setBusy(false)
    })
    return () => {
      wanted = false
    }
  }, [client, runId, turn])

  const over = (hosts ?? []).map(({ host, jobs }) => ({ host, jobs: jobs.filter(({ kept }) => kept === '').map(({ id }) => id) })).filter(({ jobs }) => jobs.length > 0)
  const count = over.reduce((sum, { jobs }) => sum + jobs.length, 0)
  const remove = async (): Promise<void> => {
    if (busy || count === 0) return
    setBusy(true)
    setProblem(null)
    for (const { host, jobs } of over) {
      const reply = await client.call('remove-leftovers', { runId, host, jobs })
      if (!reply.ok) setProblem(reply.problem)
    }
    setTurn((before) => before + 1)
  }
  return (
    <Dialog
      title="What hosts still keep of commands" size="xl" onClose={close} onSubmit={() => void remove()}
      description="A host forgets a command by itself once its end is recorded here; what stays was cut off before that. Nothing that is alive, or whose end is not recorded here, is removed."
      actions={<>
        <Button data-autofocus onClick={close} shortcut="Escape">Close</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={count === 0}>{count === 0 ? 'Nothing to remove' : `Remove the ${count === 1 ? 'one' : count} that ${count === 1 ? 'is' : 'are'} over`}</Button>
      </>}
    >
      {problem && <ProblemNote problem={problem} />}
      {hosts === null ? problem === null && <Loading title="Asking the hosts" problem={null} /> : (
        <div className={styles.scroller}>
          <table className={styles.table}>
            <thead><tr><th>Host</th><th>Command</th><th>State</th><th className={styles.number}>Ended or last heard</th><th className={styles.number}>Output</th><th>Can it go?</th></tr></thead>
            <tbody>{hosts.map((host) => <Host key={host.host} host={host} />)}</tbody>
          </table>
        </div>
      )}
    </Dialog>
  )
}

const MARKS = { done: 'succeeded', running: 'running', orphan: 'running', starting: 'running', rebooted: 'unknown', lost: 'unknown' } as const
const WORDS: Record<LeftoverView['state'], string> = { done: 'Over', running: 'Running', orphan: 'Running unwatched', starting: 'Beginning', rebooted: 'Host rebooted', lost: 'Watcher killed' }

function Host({ host: { host, jobs, problem } }: { host: HostLeftovers }) {
  if (problem !== null || jobs.length === 0) return <tr><th scope="row">{host}</th><td colSpan={5} className={styles.none}>{problem === null ? 'Nothing is left.' : `${problem.message} ${problem.hint}`}</td></tr>
  return jobs.map((job, index) => (
    <tr key={job.id}>
      {index === 0 && <th scope="row" rowSpan={jobs.length}>{host}</th>}
      <td><code className={styles.id} title={job.id}>{job.id}</code></td>
      <td><StatusMark status={MARKS[job.state]} size="s" word={WORDS[job.state]} /></td>
      <td className={styles.number}>{formatLength(job.ageMs)} ago</td>
      <td className={styles.number}>{formatBytes(job.bytes)}{job.onlyThere > 0 && <span className={styles.more}>{formatBytes(job.onlyThere)} only there</span>}</td>
      <td className={styles.why}>{job.kept === '' ? 'Yes: it is recorded here.' : job.kept}</td>
    </tr>
  ))
}
