export const SQL_TLS = ['verify-full', 'verify-ca', 'require', 'disable'] as const
/** As PostgreSQL's own clients call it: certificate and name checked, certificate alone, encrypted to whoever answers, in the clear. */
export type SqlTls = (typeof SQL_TLS)[number]

/** A PostgreSQL database, and as whom it is asked. */
export interface SqlPlace {
  host: string
  port: number
  database: string
  user: string
  tls: SqlTls
  /** A file of certificates to trust instead of the machine's own; null for those. */
  ca: string | null
}

export interface SqlQuestion {
  /** One that gives rows; nothing else gets through. */
  statement: string
  /** The database is told to stop it by then. */
  timeoutMs: number
  maxRows: number
  signal: AbortSignal
}

/** One connection. It is gone for good after a Problem that leaves unclear where it stands. */
export interface SqlSession {
  isOpen(): boolean
  /** The rows as the database writes their values, null for NULL; read in a transaction that can change nothing. Throws a Problem `sql-…`. */
  ask(question: SqlQuestion): Promise<(string | null)[][]>
  close(): void
}

export interface Sql {
  /** Throws a Problem: `sql-refused`, `sql-name`, `sql-tls`, `sql-auth`, `sql-database`… A null password is none. */
  connect(place: SqlPlace, options: { password: string | null; timeoutMs: number; signal: AbortSignal }): Promise<SqlSession>
}
