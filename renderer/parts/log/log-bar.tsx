import { ArrowDownToLine, ArrowUpToLine, ChevronDown, ChevronUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { announce } from '#renderer/ui/announce.ts'
import type { OutputStore } from '#renderer/stores/output.ts'
import { useRegisterCommands } from '#renderer/stores/commands.ts'
import { Button } from '#renderer/ui/button.tsx'
import { formatBytes } from '#renderer/ui/format.ts'
import styles from './log-bar.module.css'

const GROUP = 'Output'

/** How long the output is, whether it is followed, and the ways through it: start, end, errors. */
export function LogBar({ output, placeInView }: { output: OutputStore; placeInView: () => number }) {
  const { bytes, before, after, following, newer, loading } = useStore(output)
  const toError = async (direction: 'earlier' | 'later'): Promise<void> => {
    const { target } = output.getState()
    const from = target?.offset === null ? target.seq : following ? Number.MAX_SAFE_INTEGER : placeInView()
    const found = await output.getState().toError(from, direction)
    if (!found) announce(direction === 'earlier' ? 'No earlier line on stderr' : 'No later line on stderr')
  }
  useRegisterCommands([
    { id: 'output-start', title: 'Output: go to its start', group: GROUP, run: () => void output.getState().toStart() },
    { id: 'output-end', title: 'Output: go to its end and follow', group: GROUP, run: () => void output.getState().toEnd() },
    { id: 'output-error-earlier', title: 'Output: the error before (stderr)', group: GROUP, shortcut: '[', run: () => void toError('earlier') },
    { id: 'output-error-later', title: 'Output: the next error (stderr)', group: GROUP, shortcut: ']', run: () => void toError('later') },
  ])
  const says = following ? 'following the end' : newer || after ? 'held; there is more below' : 'held'
  return (
    <div className={styles.bar}>
      <span className={styles.size}>{formatBytes(bytes)}</span>
      <span className={styles.says}>{loading ? 'reading…' : says}{before && following ? ', earlier lines above' : ''}</span>
      <Way title="Start of the output (Home)" icon={<ArrowUpToLine size={13} />} onClick={() => void output.getState().toStart()} />
      <Way title="Error before ([)" icon={<ChevronUp size={13} />} onClick={() => void toError('earlier')} />
      <Way title="Next error (])" icon={<ChevronDown size={13} />} onClick={() => void toError('later')} />
      <Button
        size="s" variant={following ? 'quiet' : 'primary'} icon={<ArrowDownToLine size={13} />} title="End of the output (End)" aria-pressed={following}
        onClick={() => void output.getState().toEnd()}
      >
        {following ? 'Following' : 'Follow'}
      </Button>
    </div>
  )
}

function Way({ title, icon, onClick }: { title: string; icon: ReactNode; onClick: () => void }) {
  return <Button size="s" variant="quiet" title={title} aria-label={title} icon={icon} onClick={onClick} />
}
