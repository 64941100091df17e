"""Statistics from the index: pictures per view, cost, prompts in use, finished jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from studio.common.json_reader import JsonReader
from studio.domain.entities import Job
from studio.domain.spend import Spend
from studio.library.index import lineage_sql, schema
from studio.library.index.chunks import chunks, marks
from studio.library.query import Cost, Counts, PromptUse

_jobs: JsonReader[Job] = JsonReader(Job)


class StorageTotals(Struct, frozen=True, kw_only=True):
    """Size on disk and cost in US dollars of all pictures.

    Attributes:
        unknown: number of pictures without a known price, which are not in the sum.
    """

    bytes: int = 0
    usd: float = 0.0
    unknown: int = 0


class IndexStatistics:
    """Counts and sums, read through one connection to the index."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def counts(self, since: float) -> Counts:
        """Pictures in each view; `since` is the start of this session."""
        row = self._db.execute(schema.COUNTS, (since,)).fetchone()
        (failed,) = self._db.execute(schema.COUNT_FAILED).fetchone() or (0,)
        (prompts,) = self._db.execute("SELECT count(*) FROM prompts").fetchone() or (0,)
        every, session, picks, trash = row or (0, 0, 0, 0)
        return Counts(
            all=every, session=session, picks=picks, failed=failed, trash=trash, prompts=prompts
        )

    def spend(self, day: float, month: float) -> Spend:
        """Spending since the start of the local day and month (both in seconds since 1970)."""
        row = self._db.execute(schema.SPEND, (day, month)).fetchone()
        today, this_month, unknown, maybe = row or (0.0, 0.0, 0, 0)
        return Spend(
            today=today or 0.0, month=this_month or 0.0, unknown=unknown or 0, maybe=maybe or 0
        )

    def spend_by_day(self, since: float) -> dict[str, float]:
        """Spending by local day, for days with any, such as {"2026-11-23": 1.21}."""
        return dict(self._db.execute(schema.SPEND_BY_DAY, (since,)))

    def cost(self, ids: Sequence[str]) -> Cost:
        """Total cost of these pictures; duplicates count once."""
        usd, unknown = 0.0, 0
        every = dict.fromkeys(ids)
        # Includes the answers that the pictures were made from, each of which was paid for once.
        for some in chunks(list(every)):
            every |= dict.fromkeys(lineage_sql.answers_of_ids(self._db, some))
        for some in chunks(list(every)):
            for cost, count in self._db.execute(
                "SELECT total(f.cost), total(f.cost IS NULL AND f.imported = 0)"
                " FROM pictures p JOIN facts f ON f.row = p.row"
                f" WHERE p.id IN ({marks(some)})",
                tuple(some),
            ):
                usd, unknown = usd + cost, unknown + int(count)
        return Cost(usd, unknown)

    def stored(self) -> StorageTotals:
        """Size and cost of all pictures, including those in the trash."""
        ((size,),) = self._db.execute(
            "SELECT coalesce(sum(CAST(body AS TEXT) ->> '$.bytes'), 0) FROM pictures"
        )
        ((usd, unknown),) = self._db.execute("SELECT total(cost), total(cost IS NULL) FROM facts")
        return StorageTotals(bytes=size, usd=usd, unknown=int(unknown))

    def prompts(self, words: str, limit: int) -> list[PromptUse]:
        """Prompts of the history that contain `words`, most recently used first."""
        found = self._db.execute(
            "SELECT prompt, last, times, coalesce((SELECT id FROM pictures WHERE id = picture), '')"
            " FROM prompts WHERE instr(lower(prompt), lower(?)) > 0 ORDER BY last DESC LIMIT ?",
            (words, limit),
        )
        return [PromptUse(*values) for values in found]

    def failed(self, limit: int) -> list[Job]:
        """Failed jobs that were not dismissed, newest first."""
        found = self._db.execute(schema.FAILED, (limit,))
        return [_jobs.decode(body) for (body,) in found]

    def cancelled(self, limit: int) -> list[Job]:
        """Cancelled jobs that were not dismissed, newest first."""
        found = self._db.execute(schema.CANCELLED, (limit,))
        return [_jobs.decode(body) for (body,) in found]

    def job_state(self, id: str) -> tuple[str, int] | None:
        """State and attempt of a recorded job; None for an unknown one."""
        found = self._db.execute("SELECT state, attempt FROM jobs WHERE id = ?", (id,)).fetchone()
        return (found[0], found[1]) if found else None

    def usual_seconds(self, model: str, size: str) -> float | None:
        """Median seconds of the last 25 pictures of a model and size; None for fewer than three."""
        found = self._db.execute(
            "SELECT seconds FROM pictures WHERE model = ? AND size = ? AND seconds IS NOT NULL"
            " ORDER BY row DESC LIMIT 25",
            (model, size),
        )
        seconds = sorted(one for (one,) in found)
        return seconds[len(seconds) // 2] if len(seconds) >= 3 else None
