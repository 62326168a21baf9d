import { useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { useClient } from '#renderer/client.ts'
import { go } from '#renderer/stores/route.ts'
import { announce } from '#renderer/ui/announce.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'

export function RemoveDialog({ runbookId, title, onClose }: { runbookId: string; title: string; onClose: () => void }) {
  const client = useClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const remove = async () => {
    if (busy) return
    setBusy(true)
    const reply = await client.call('remove-runbook', { runbookId })
    setBusy(false)
    if (!reply.ok) return setProblem(reply.problem)
    announce(`Removed “${title}”.`, 'ok')
    onClose()
    go({ screen: 'library' })
  }
  return (
    <Dialog
      tone="danger"
      title="Remove this runbook?"
      description={`“${title}” leaves the library. Its runs and their reports stay, each with the text it ran.`}
      onClose={onClose}
      onSubmit={() => void remove()}
      actions={<>
        <Button data-autofocus variant="quiet" onClick={onClose} shortcut="Escape">Keep it</Button>
        <Button type="submit" variant="danger" busy={busy}>Remove runbook</Button>
      </>}
    >
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
