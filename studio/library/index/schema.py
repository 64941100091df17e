"""Tables of the index. A change here needs a new VERSION: the index is then rebuilt."""

from __future__ import annotations

VERSION = 7
UNFINISHED = -1
"""Version of a new index to which the log has not been applied completely."""

TABLES = """
CREATE TABLE applied(file TEXT NOT NULL, offset INTEGER NOT NULL);
CREATE TABLE pictures(
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, job TEXT, path TEXT NOT NULL,
  sha256 TEXT NOT NULL, name TEXT NOT NULL, seconds REAL, model TEXT NOT NULL, size TEXT NOT NULL,
  title TEXT, note TEXT, tags TEXT, collections TEXT, body BLOB NOT NULL);
CREATE TABLE facts(
  row INTEGER PRIMARY KEY, created REAL NOT NULL, model TEXT NOT NULL, aspect TEXT NOT NULL,
  tier INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, cost REAL,
  rating INTEGER NOT NULL DEFAULT 0, flag TEXT NOT NULL DEFAULT '',
  trashed INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 1,
  missing INTEGER NOT NULL DEFAULT 0, draft INTEGER NOT NULL DEFAULT 0,
  late INTEGER NOT NULL DEFAULT 0, offline INTEGER NOT NULL DEFAULT 0,
  edited INTEGER NOT NULL DEFAULT 0, imported INTEGER NOT NULL DEFAULT 0, run INTEGER,
  parent INTEGER, stack INTEGER NOT NULL DEFAULT 0, cover INTEGER NOT NULL DEFAULT 0, drift REAL);
CREATE TABLE gone(
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created REAL NOT NULL, cost REAL, run INTEGER);
CREATE TABLE branches(row INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL);
CREATE TABLE stacked(row INTEGER PRIMARY KEY, stack TEXT NOT NULL);
CREATE TABLE drifts(row INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE rounds(
  id TEXT PRIMARY KEY, field TEXT NOT NULL, body TEXT, place INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE decisions(
  seq INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE, round TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE texts(row INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE terms(term TEXT PRIMARY KEY, docs INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tags(tag INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folded TEXT NOT NULL);
CREATE TABLE tagged(tag INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(tag, row))
  WITHOUT ROWID;
CREATE TABLE collections(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT, folded TEXT, search TEXT,
  place INTEGER);
CREATE TABLE members(collection INTEGER NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY(collection, row)) WITHOUT ROWID;
CREATE TABLE jobs(
  id TEXT PRIMARY KEY, run TEXT NOT NULL, created REAL NOT NULL, state TEXT NOT NULL,
  attempt INTEGER NOT NULL, dismissed INTEGER NOT NULL DEFAULT 0, body BLOB, parent TEXT
) WITHOUT ROWID;
CREATE TABLE bills(
  job TEXT NOT NULL, attempt INTEGER NOT NULL, at REAL NOT NULL, billed TEXT NOT NULL, cost REAL,
  kept INTEGER NOT NULL, PRIMARY KEY(job, attempt)) WITHOUT ROWID;
CREATE TABLE prompts(
  prompt TEXT PRIMARY KEY, last REAL NOT NULL, times INTEGER NOT NULL, run TEXT NOT NULL,
  picture TEXT
) WITHOUT ROWID;
CREATE TABLE lineage(
  row INTEGER NOT NULL, position INTEGER NOT NULL, parent TEXT, sha256 TEXT NOT NULL,
  role TEXT NOT NULL, PRIMARY KEY(row, position)) WITHOUT ROWID;
CREATE TABLE history(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, offset INTEGER NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0);
CREATE VIRTUAL TABLE words USING fts5(
  text, content='', contentless_delete=1, detail=none, tokenize='ascii', prefix='2 3');
"""
# `run`, `parent` and `stack` of facts are keys (`entities.key_of`) of the ids of a run, of the
# edited picture and of a stack made by hand; `stack` is -1 for a picture taken out of its stack.
# `lineage` keeps the rows of deleted pictures, so that a family stays in one piece.
# `trashed` of facts is the sum of 1 for a picture in the trash and 2 for a hidden answer: no view
# shows the answer, and it follows the picture made from it into the trash.
# Words are normalized (text_normalization.py). They are also in `texts`, separated by spaces, where
# phrases, negations and small selections are looked up row by row.

INDEXES = """
CREATE INDEX pictures_timed ON pictures(model, size, row);
CREATE INDEX pictures_name ON pictures(name COLLATE NOCASE, row);
CREATE INDEX pictures_sha256 ON pictures(substr(sha256, 1, 16));
CREATE INDEX facts_created ON facts(created);
CREATE INDEX facts_model ON facts(model);
CREATE INDEX facts_aspect ON facts(aspect);
CREATE INDEX facts_tier ON facts(tier);
CREATE INDEX facts_cost ON facts(cost);
CREATE INDEX facts_rating ON facts(rating);
CREATE INDEX facts_picked ON facts(row) WHERE flag = 'pick' AND trashed = 0;
CREATE INDEX facts_flag ON facts(flag) WHERE flag <> '';
CREATE INDEX facts_trashed ON facts(row) WHERE trashed = 1;
CREATE INDEX facts_answers ON facts(row) WHERE trashed >= 2;
CREATE INDEX facts_unseen ON facts(row) WHERE seen = 0;
CREATE INDEX facts_drift ON facts(drift);
CREATE INDEX facts_run ON facts(run) WHERE run IS NOT NULL;
CREATE INDEX facts_parent ON facts(parent) WHERE parent IS NOT NULL;
CREATE INDEX facts_stack ON facts(stack) WHERE stack > 0;
CREATE INDEX facts_cover ON facts(cover) WHERE cover > 0;
CREATE INDEX facts_edited ON facts(row) WHERE edited = 1;
CREATE INDEX branches_folded ON branches(folded);
CREATE INDEX decisions_round ON decisions(round);
CREATE INDEX jobs_parent ON jobs(parent) WHERE parent IS NOT NULL;
CREATE INDEX gone_created ON gone(created);
CREATE INDEX tags_folded ON tags(folded);
CREATE INDEX tagged_row ON tagged(row);
CREATE INDEX members_row ON members(row);
CREATE INDEX jobs_failed ON jobs(created)
  WHERE dismissed = 0 AND state IN ('failed', 'unknown', 'cut');
CREATE INDEX bills_at ON bills(at);
CREATE INDEX prompts_last ON prompts(last);
CREATE INDEX lineage_parent ON lineage(parent, role, row);
CREATE INDEX history_standing ON history(seq) WHERE undone = 0;
"""
"""SQL indexes, created after the whole log is applied: a sort is faster than inserting."""

COLUMNS = {
    "rating": ("facts", "rating"),
    "flag": ("facts", "flag"),
    "trashed": ("facts", "trashed & 1"),
    "answer": ("facts", "trashed >> 1"),
    "seen": ("facts", "seen"),
    "missing": ("facts", "missing"),
    "title": ("pictures", "title"),
    "note": ("pictures", "note"),
    "tags": ("pictures", "tags"),
    "collections": ("pictures", "collections"),
    "path": ("pictures", "path"),
    "cover": ("facts", "cover"),
    "branch": ("branches", "name"),
    "stack": ("stacked", "stack"),
    "drift": ("drifts", "body"),
}
"""Table and column of each field of a picture that records may change."""

PICTURE = (
    "f.row, f.rating, f.flag, p.title, p.note, p.tags, p.collections, f.trashed, f.seen,"
    " f.missing, p.path, p.body"
)
"""Columns of a picture, from `facts f` and `pictures p`."""

IDS_BY_PREFIX = (
    "SELECT id FROM pictures WHERE id LIKE ?1 || '%' ESCAPE '\\'"
    " OR id LIKE '%' || ?1 ESCAPE '\\' LIMIT 20"
)

COUNTS = """
SELECT (SELECT count(*) FROM facts) - (SELECT count(*) FROM facts WHERE trashed = 1)
    - (SELECT count(*) FROM facts WHERE trashed >= 2),
  (SELECT count(*) FROM facts WHERE created >= ? AND trashed = 0),
  (SELECT count(*) FROM facts WHERE flag = 'pick' AND trashed = 0),
  (SELECT count(*) FROM facts WHERE trashed = 1)
"""

_FAILED = "dismissed = 0 AND state IN ('failed', 'unknown', 'cut')"
COUNT_FAILED = f"SELECT count(*) FROM jobs WHERE {_FAILED}"
FAILED = f"SELECT body FROM jobs WHERE {_FAILED} ORDER BY created DESC LIMIT ?"
CANCELLED = (
    "SELECT body FROM jobs WHERE dismissed = 0 AND state = 'cancelled'"
    " ORDER BY created DESC LIMIT ?"
)

# A failed attempt that was billed adds its estimate to the sum, even if a retry brought the
# picture; attempts that may have been billed are only counted. Deleted pictures are in the sum,
# imported ones are not.
SPEND = """
WITH spent(at, cost) AS (
  SELECT created, cost FROM facts WHERE created >= min(?1, ?2) AND imported = 0
  UNION ALL
  SELECT created, cost FROM gone WHERE created >= min(?1, ?2)
  UNION ALL
  SELECT at, cost FROM bills WHERE billed = 'yes' AND at >= min(?1, ?2))
SELECT sum(CASE WHEN at >= ?1 THEN cost END), sum(CASE WHEN at >= ?2 THEN cost END),
  sum(CASE WHEN at >= ?2 AND cost IS NULL THEN 1 ELSE 0 END),
  (SELECT count(*) FROM bills WHERE billed = 'maybe' AND at >= ?2) FROM spent
"""

SPEND_BY_DAY = """
WITH spent(at, cost) AS (
  SELECT created, cost FROM facts WHERE created >= ?1
  UNION ALL
  SELECT created, cost FROM gone WHERE created >= ?1
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
