"""The tables of the index. A change here is a new VERSION: the index is then made anew."""

from __future__ import annotations

VERSION = 2

TABLES = """
CREATE TABLE applied(file TEXT NOT NULL, offset INTEGER NOT NULL);
CREATE TABLE pictures(
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, job TEXT, created REAL NOT NULL,
  path TEXT NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, cost REAL, seconds REAL,
  model TEXT NOT NULL, size TEXT NOT NULL,
  rating INTEGER NOT NULL DEFAULT 0, flag TEXT NOT NULL DEFAULT '',
  title TEXT, note TEXT, tags TEXT,
  trashed INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 1,
  missing INTEGER NOT NULL DEFAULT 0, draft INTEGER NOT NULL DEFAULT 0,
  body BLOB NOT NULL);
CREATE INDEX pictures_created ON pictures(created);
CREATE INDEX pictures_job ON pictures(job);
CREATE INDEX pictures_picked ON pictures(row) WHERE flag = 'pick' AND trashed = 0;
CREATE INDEX pictures_trashed ON pictures(row) WHERE trashed = 1;
CREATE INDEX pictures_timed ON pictures(model, size, row);
CREATE TABLE jobs(
  id TEXT PRIMARY KEY, run TEXT NOT NULL, created REAL NOT NULL, state TEXT NOT NULL,
  dismissed INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX jobs_failed ON jobs(created)
  WHERE dismissed = 0 AND state IN ('failed', 'unknown', 'cut');
CREATE TABLE bills(
  job TEXT NOT NULL, attempt INTEGER NOT NULL, at REAL NOT NULL, billed TEXT NOT NULL, cost REAL,
  kept INTEGER NOT NULL, PRIMARY KEY(job, attempt)) WITHOUT ROWID;
CREATE INDEX bills_at ON bills(at);
CREATE TABLE prompts(
  prompt TEXT PRIMARY KEY, last REAL NOT NULL, times INTEGER NOT NULL, run TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX prompts_last ON prompts(last);
CREATE TABLE lineage(
  row INTEGER NOT NULL, position INTEGER NOT NULL, parent TEXT, sha256 TEXT NOT NULL,
  role TEXT NOT NULL, PRIMARY KEY(row, position)) WITHOUT ROWID;
CREATE INDEX lineage_parent ON lineage(parent, role, row);
CREATE TABLE history(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, offset INTEGER NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0);
CREATE INDEX history_standing ON history(seq) WHERE undone = 0;
CREATE VIRTUAL TABLE words USING fts5(
  text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2",
  prefix='2 3');
"""

COLUMNS = {
    "rating": "rating",
    "flag": "flag",
    "title": "title",
    "note": "note",
    "tags": "tags",
    "trashed": "trashed",
    "seen": "seen",
    "missing": "missing",
    "path": "path",
}
"""Fields of a picture that records may change, and where the index keeps them."""

PICTURE = "row, rating, flag, title, note, tags, trashed, seen, missing, path, body"

COUNTS = """
SELECT (SELECT count(*) FROM pictures) - (SELECT count(*) FROM pictures WHERE trashed = 1),
  (SELECT count(*) FROM pictures WHERE created >= ? AND trashed = 0),
  (SELECT count(*) FROM pictures WHERE flag = 'pick' AND trashed = 0),
  (SELECT count(*) FROM pictures WHERE trashed = 1)
"""

_FAILED = "dismissed = 0 AND state IN ('failed', 'unknown', 'cut')"
COUNT_FAILED = f"SELECT count(*) FROM jobs WHERE {_FAILED}"
FAILED = f"SELECT body FROM jobs WHERE {_FAILED} ORDER BY created DESC LIMIT ?"

# A failed attempt that was billed counts with what it should have cost, also when the job was
# tried again and brought its picture; one that may have been billed is only told beside the sum.
SPEND = """
WITH spent(at, cost) AS (
  SELECT created, cost FROM pictures WHERE created >= min(?1, ?2)
  UNION ALL
  SELECT at, cost FROM bills WHERE billed = 'yes' AND at >= min(?1, ?2))
SELECT sum(CASE WHEN at >= ?1 THEN cost END), sum(CASE WHEN at >= ?2 THEN cost END),
  sum(CASE WHEN at >= ?2 AND cost IS NULL THEN 1 ELSE 0 END),
  (SELECT count(*) FROM bills WHERE billed = 'maybe' AND at >= ?2) FROM spent
"""

SPEND_BY_DAY = """
WITH spent(at, cost) AS (
  SELECT created, cost FROM pictures WHERE created >= ?1
  UNION ALL
  SELECT at, cost FROM bills WHERE billed = 'yes' AND at >= ?1)
SELECT date(at, 'unixepoch', 'localtime') AS day, sum(cost) FROM spent
WHERE cost > 0 GROUP BY day ORDER BY day
"""

TO_UNDO = "SELECT file, offset FROM history WHERE undone = 0 ORDER BY seq DESC LIMIT 1"

TO_REDO = """
SELECT file, offset FROM history
WHERE undone = 1 AND seq > coalesce((SELECT max(seq) FROM history WHERE undone = 0), 0)
ORDER BY seq LIMIT 1
"""
