"""Who stands before whom among what was made of late: the newest run first, in a run in the order
of its prompts. Pictures arrive in any order; without this they would change places with every new
answer of the library, which knows only the order of arrival.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from studio.domain.entities import Job, Picture, new_id
from studio.ui.views.gallery.order import Entry

Turn = tuple[str, str]
"""Run and job; ids rise with time."""


class RecentOrder:
    """The runs of this session's jobs and pictures, and of the last ones before."""

    def __init__(self) -> None:
        self._jobs: dict[str, Turn] = {}
        self._pictures: dict[int, Turn] = {}

    def note(self, job: Job) -> None:
        """Take note of a job."""
        self._jobs[job.id] = job.run, job.id

    def took(self, rows: Iterable[int], job: str | None) -> None:
        """These index rows are what became of a job, or came from outside (None): each alone."""
        if job is None:
            for row in rows:
                self._pictures.setdefault(row, (new_id(), ""))
        elif (turn := self._jobs.get(job)) is not None:
            self._pictures.update(dict.fromkeys(rows, turn))

    def recall(self, pictures: Sequence[Picture], *, whole: bool) -> None:
        """Take note of pictures of earlier sessions, newest first.

        Unless they are the `whole` library, the last run among them may go on: it is left out.
        """
        oldest = pictures[-1].run if pictures and not whole else None
        for picture in pictures:
            if not picture.run or not picture.job:
                # From outside: its own id tells when it came.
                self._pictures[picture.row] = picture.id, ""
            elif picture.run != oldest:
                self._pictures[picture.row] = picture.run, picture.job

    def goes_before(self, job: Job, other: Job) -> bool:
        """Whether a job stands before another."""
        return job.run > other.run or (job.run == other.run and job.id < other.id)

    def took_before(self, row: int, job: Job) -> bool:
        """Whether the picture of an index row stands before a job."""
        run, id = self._pictures.get(row, ("", ""))
        return run > job.run or (run == job.run and id < job.id)

    def in_turn(self, jobs: Iterable[Job]) -> list[str]:
        """The ids of jobs in their order."""
        by_job = sorted(jobs, key=_id)
        return [job.id for job in sorted(by_job, key=_run, reverse=True)]

    def split(self, rows: array[int], ended: Sequence[Job]) -> tuple[list[Entry], array[int]]:
        """What was made of late in its order, and the rows of all other pictures.

        `rows` are index rows, newest first; `ended` are jobs that became no picture.
        """
        known = self._pictures
        lowest = self.lowest
        mine: list[tuple[str, str, int, Entry]] = []
        rest = array("q")
        place = 0
        if known:
            for row in rows:
                if row < lowest:
                    break
                place += 1
                if row in known:
                    mine.append((*known[row], row, row))
                else:
                    rest.append(row)
        mine += [(job.run, job.id, 0, job.id) for job in ended]
        mine.sort(key=_within)
        mine.sort(key=_run_of, reverse=True)
        if not place:
            return [each[3] for each in mine], rows
        rest.extend(rows[place:])
        return [each[3] for each in mine], rest

    @property
    def lowest(self) -> int:
        """The oldest picture whose run is known, by index row; 0 without any."""
        return min(self._pictures, default=0)


def _id(job: Job) -> str:
    return job.id


def _run(job: Job) -> str:
    return job.run


def _within(each: tuple[str, str, int, Entry]) -> tuple[str, int]:
    return each[1], each[2]


def _run_of(each: tuple[str, str, int, Entry]) -> str:
    return each[0]
