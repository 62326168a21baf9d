/** Something `holdpoint check` has to say about a runbook. A live run refuses a runbook with errors. */
export interface Finding {
  severity: 'error' | 'warning' | 'info'
  /** Permanent, kebab-case: `placeholder-left`, `host-unknown`, `window-too-short`… */
  code: string
  message: string
  /** What to do about it. */
  hint: string
  /** 1-based. */
  line: number
  column: number
}
