import { FileDown } from 'lucide-react'
import { useState } from 'react'
import type { DragEvent, ReactNode } from 'react'
import styles from './drop-zone.module.css'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

/** A region that files may be dropped on; it says so while some hover over it. */
export function DropZone({ onFiles, children }: { onFiles: (files: File[]) => void; children: ReactNode }) {
  const [over, setOver] = useState(false)
  return (
    <div
      className={styles.zone}
      onDragOver={(event) => {
        if (!carriesFiles(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) setOver(false)
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return
        event.preventDefault()
        setOver(false)
        onFiles([...event.dataTransfer.files])
      }}
    >
      {children}
      {over && <div className={styles.veil}><FileDown size={28} strokeWidth={1.5} aria-hidden="true" />Drop Markdown files to import them</div>}
    </div>
  )
}
