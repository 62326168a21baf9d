/**
 * Every change ever made to the schema, oldest first: entry n takes a database from version n to n + 1. Entries are never
 * edited once released; a change is a new entry. All times are epoch ms.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runbooks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    example INTEGER NOT NULL CHECK (example IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER
  ) STRICT;

  CREATE TABLE revisions (
    runbook_id TEXT NOT NULL REFERENCES runbooks (id),
    revision INTEGER NOT NULL CHECK (revision > 0),
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (runbook_id, revision)
  ) STRICT;

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    runbook_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'rehearsal')),
    title TEXT NOT NULL,
    operator TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    FOREIGN KEY (runbook_id, revision) REFERENCES revisions (runbook_id, revision)
  ) STRICT;

  CREATE TABLE events (
    run_id TEXT NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL CHECK (seq > 0),
    body TEXT NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    PRIMARY KEY (run_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE output (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    step_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    host TEXT NOT NULL,
    stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')),
    at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX output_by_step ON output (run_id, step_id, seq, host, size);

  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    metric TEXT NOT NULL,
    UNIQUE (run_id, metric)
  ) STRICT;

  CREATE TABLE samples (
    series INTEGER NOT NULL REFERENCES series (id),
    at INTEGER NOT NULL,
    value REAL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (series, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX samples_by_ordinal ON samples (series, ordinal);

  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  CREATE TRIGGER events_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
  CREATE TRIGGER events_not_deleted BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the journal is never deleted'); END;
  CREATE TRIGGER revisions_not_changed BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END;
  CREATE TRIGGER revisions_not_deleted BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END;
  CREATE TRIGGER output_not_changed BEFORE UPDATE ON output BEGIN SELECT RAISE(ABORT, 'output is never changed'); END;
  CREATE TRIGGER output_not_deleted BEFORE DELETE ON output BEGIN SELECT RAISE(ABORT, 'output is never deleted'); END;
  `,
  `
  CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs (id),
    step_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    host TEXT NOT NULL,
    cmd_sha256 TEXT NOT NULL,
    token INTEGER NOT NULL CHECK (token > 0),
    boot_id TEXT NOT NULL,
    host_key TEXT NOT NULL,
    helper TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('intended', 'launched', 'finished', 'acknowledged')),
    created_at INTEGER NOT NULL,
    late BLOB NOT NULL,
    UNIQUE (run_id, step_id, attempt, host)
  ) STRICT;

  ALTER TABLE output ADD COLUMN job_id TEXT;
  ALTER TABLE output ADD COLUMN off INTEGER;
  CREATE UNIQUE INDEX output_by_offset ON output (job_id, stream, off, size) WHERE job_id IS NOT NULL;
  `,
  `
  ALTER TABLE output ADD COLUMN codec TEXT NOT NULL DEFAULT 'raw' CHECK (codec IN ('raw', 'deflate'));
  ALTER TABLE output ADD COLUMN ends_line INTEGER CHECK (ends_line IN (0, 1));
  CREATE INDEX output_by_stream ON output (run_id, step_id, host, attempt, stream, seq, off, size, ends_line);
  CREATE INDEX output_by_host ON output (run_id, step_id, host, seq, size);
  CREATE INDEX output_errors ON output (run_id, step_id, seq, host) WHERE stream = 'stderr';
  `,
  `
  -- How far a job's stream on its host has been read with this chunk: secrets are hidden in what is kept, so its own length says
  -- nothing of that. NULL in older chunks, which are as long as what they stand for.
  ALTER TABLE output ADD COLUMN job_end INTEGER;
  DROP INDEX output_by_offset;
  CREATE UNIQUE INDEX output_by_offset ON output (job_id, stream, off, size, job_end) WHERE job_id IS NOT NULL;
  `,
  `
  -- Lengths of steps that a person has said are not to be counted.
  CREATE TABLE excluded_samples (
    run_id TEXT NOT NULL REFERENCES runs (id),
    step_id TEXT NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt > 0),
    at INTEGER NOT NULL,
    by_whom TEXT NOT NULL,
    PRIMARY KEY (run_id, step_id, attempt)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- A third way to keep a chunk. A rule of a column cannot be changed, so the column is made anew.
  DROP TRIGGER output_not_changed;
  ALTER TABLE output ADD COLUMN packed TEXT NOT NULL DEFAULT 'raw' CHECK (packed IN ('raw', 'deflate', 'zstd'));
  UPDATE output SET packed = codec WHERE codec <> 'raw';
  ALTER TABLE output DROP COLUMN codec;
  ALTER TABLE output RENAME COLUMN packed TO codec;
  CREATE TRIGGER output_not_changed BEFORE UPDATE ON output BEGIN SELECT RAISE(ABORT, 'output is never changed'); END;
  `,
  `
  -- Until when a run is watched, where that is all it does: for the list of runs, as its status is.
  ALTER TABLE runs ADD COLUMN monitoring_ends_at INTEGER;
  `,
  `
  -- What the readings of each ten seconds come to, where one of them has a value, so that a chart of a whole day does not read every
  -- reading. Whoever adds a sample keeps it in the same transaction (sample-extents.ts); samples are never changed.
  CREATE TABLE sample_extents (
    series INTEGER NOT NULL REFERENCES series (id),
    at INTEGER NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    last REAL NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (series, at)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO sample_extents (series, at, low, high, last, last_at)
    SELECT slots.series, slots.at, low, high, value, last_at FROM (
      SELECT series, at - ((at % 10000) + 10000) % 10000 AS at, min(value) AS low, max(value) AS high, max(at) AS last_at
      FROM samples WHERE value IS NOT NULL GROUP BY series, at - ((at % 10000) + 10000) % 10000
    ) slots JOIN samples ON samples.series = slots.series AND samples.at = last_at;
  `,
]
