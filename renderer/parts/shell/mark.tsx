/** The product's mark: two posts, a held line between them. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} role="img" aria-label="Holdpoint">
      <path d="M8 6v20M24 6v20" stroke="var(--accent)" strokeWidth="3.4" strokeLinecap="round" />
      <path d="M8 16h16" stroke="var(--accent)" strokeWidth="2.6" strokeDasharray="3.2 9.6" />
      <circle cx="16" cy="16" r="3.8" fill="var(--rehearsal)" />
    </svg>
  )
}
