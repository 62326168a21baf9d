import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useClient } from '#renderer/client.ts'
import { openRoom } from '#renderer/parts/room/open-room.ts'
import { AskDialog } from '#renderer/parts/room/ask-dialog.tsx'
import { Breaches } from '#renderer/parts/room/breaches.tsx'
import { ElsewherePanel, Takeover, useElsewhere } from '#renderer/parts/room/lead-panel.tsx'
import { Middle } from '#renderer/parts/room/detail.tsx'
import { EventFeed } from '#renderer/parts/room/event-feed.tsx'
import { FaultsDialog } from '#renderer/parts/room/faults-dialog.tsx'
import { HandOverDialog } from '#renderer/parts/room/hand-over-dialog.tsx'
import { Health } from '#renderer/parts/room/health.tsx'
import { LeftoversDialog } from '#renderer/parts/room/leftovers-dialog.tsx'
import { LengthsDialog } from '#renderer/parts/room/lengths-dialog.tsx'
import { Messages } from '#renderer/parts/room/messages.tsx'
import { NextPanel } from '#renderer/parts/room/next-panel.tsx'
import { RehearsalBanner } from '#renderer/parts/room/rehearsal-banner.tsx'
import { ResumeDialog } from '#renderer/parts/room/resume-dialog.tsx'
import { RoomCommands } from '#renderer/parts/room/room-commands.tsx'
import { RoomContext, useRunRoom } from '#renderer/parts/room/room-context.ts'
import { Announcer } from '#renderer/parts/room/announcer.tsx'
import { ThresholdStrip } from '#renderer/parts/room/threshold-strip.tsx'
import { TimelineDialog } from '#renderer/parts/timeline/timeline-dialog.tsx'
import { RoomSources, VerdictsDialog } from '#renderer/parts/room/verdicts-dialog.tsx'
import { TopBar } from '#renderer/parts/room/top-bar.tsx'
import { RunbookTree } from '#renderer/parts/room/tree.tsx'
import { Triggers } from '#renderer/parts/room/triggers.tsx'
import { Loading } from '#renderer/ui/loading.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './room.module.css'

/** The room of one run: what state it is in, what is next and whose it is, how much time is left, and the way back. */
export function RoomScreen({ runId }: { runId: string }) {
  const client = useClient()
  const [room] = useState(() => openRoom(client, runId))
  useEffect(() => room.start(), [room])
  const known = useStore(room.run, ({ state }) => state !== null)
  const problem = useStore(room.run, ({ ended }) => ended)
  if (!known) return <Loading title="Opening the run" problem={problem} />
  return (
    <RoomContext value={room}>
      <OpenRoom />
    </RoomContext>
  )
}

function OpenRoom() {
  const isElsewhere = useElsewhere()
  return (
    <div className={styles.room}>
      <TopBar />
      <RehearsalBanner />
      <FeedProblem />
      <div className={styles.columns}>
        <nav className={styles.runbook} aria-label="Runbook"><RunbookTree /></nav>
        <div className={styles.work}>
          {isElsewhere ? <ElsewherePanel /> : <NextPanel />}
          <Takeover />
          <Middle />
        </div>
        <aside className={styles.health} aria-label="Health and communications">
          <div className={styles.watch}>
            <Breaches />
            <ThresholdStrip />
            <LengthsDialog />
            <VerdictsDialog />
            <RoomSources />
            <Health />
            <Triggers />
            <Messages />
          </div>
          <div className={styles.events}><EventFeed /></div>
        </aside>
      </div>
      <RoomCommands />
      <Announcer />
      <TimelineDialog />
      <AskDialog />
      <FaultsDialog />
      <ResumeDialog />
      <HandOverDialog />
      <LeftoversDialog />
    </div>
  )
}

function FeedProblem() {
  const problem = useRunRoom((room) => room.ended)
  return problem && <div className={styles.feedProblem}><ProblemNote problem={problem} /></div>
}
