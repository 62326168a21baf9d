import { useImperativeHandle, useRef } from 'react'
import type { Ref } from 'react'
import type { Finding } from '#domain/finding.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import styles from './source-editor.module.css'

/** As line-height in the style sheet. */
const LINE_PX = 19

export interface SourceEditorHandle {
  /** Puts the cursor at a 1-based place, marks the rest of the line and shows it. */
  goTo(line: number, column?: number): void
}

export interface SourceEditorProps {
  ref: Ref<SourceEditorHandle>
  text: string
  findings: Finding[]
  onEdit: (text: string) => void
}

/** The runbook's text with line numbers; lines with findings are marked beside it by shape and colour. */
export function SourceEditor({ ref, text, findings, onEdit }: SourceEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLDivElement>(null)
  const lines = countLines(text)

  useImperativeHandle(ref, () => ({
    goTo(line, column = 1) {
      const element = area.current
      if (!element) return
      const start = offsetOf(element.value, line)
      const end = element.value.indexOf('\n', start)
      element.focus()
      element.setSelectionRange(start + column - 1, end === -1 ? element.value.length : end)
      element.scrollTop = Math.max(0, (line - 1) * LINE_PX - element.clientHeight / 3)
    },
  }))

  const followScroll = () => {
    if (gutter.current && area.current) gutter.current.style.transform = `translateY(${-area.current.scrollTop}px)`
  }

  return (
    <div className={styles.editor}>
      <div className={styles.rail} aria-hidden="true">
        <div ref={gutter} className={styles.gutter}>
          <pre className={styles.numbers}>{Array.from({ length: lines }, (_, index) => index + 1).join('\n')}</pre>
          {findings.filter(({ severity }) => severity !== 'info').map((finding) => (
            <span key={`${finding.line}:${finding.column} ${finding.code}`} className={classNames(styles.mark, styles[finding.severity])} style={{ top: (finding.line - 1) * LINE_PX }}>
              {finding.severity === 'error' ? '✕' : '△'}
            </span>
          ))}
        </div>
      </div>
      <textarea
        ref={area}
        className={styles.text}
        aria-label="The runbook's text"
        spellCheck={false}
        wrap="off"
        value={text}
        onScroll={followScroll}
        onChange={(event) => onEdit(event.target.value)}
      />
    </div>
  )
}

function countLines(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

/** Offset of the first character of a 1-based line; the end when there are fewer lines. */
export function offsetOf(text: string, line: number): number {
  let offset = 0
  for (let left = line - 1; left > 0; left -= 1) {
    const next = text.indexOf('\n', offset)
    if (next === -1) return text.length
    offset = next + 1
  }
  return offset
}
