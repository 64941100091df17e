"""Order of pictures and jobs in the gallery: an array of numbers and a few exceptions.

The rows consist of a short head (a plain list), a tail (an array of index rows with a few ended
jobs between them) and a foot. The head holds the current jobs and their pictures; the tail is the
library's query result; the foot holds cancelled jobs, which come after all pictures.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from studio.domain.entities import Job, Picture, new_id

Turn = tuple[str, str]
"""Run and job; ids rise with time."""


class RecentOrder:
    """Sort order of recent items: newest run first, prompt order within a run.

    Pictures arrive in any order. The library knows only the order of arrival, so its next query
    result would move them.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Turn] = {}
        self._pictures: dict[int, Turn] = {}

    def note(self, job: Job) -> None:
        """Record a job."""
        self._jobs[job.id] = job.run, job.id

    def took(self, rows: Iterable[int], job: str | None) -> None:
        """Record the job that made these index rows; None for imported ones, each its own run."""
        if job is None:
            for row in rows:
                self._pictures.setdefault(row, (new_id(), ""))
        elif (turn := self._jobs.get(job)) is not None:
            self._pictures.update(dict.fromkeys(rows, turn))

    def recall(self, pictures: Sequence[Picture], *, whole: bool) -> None:
        """Record pictures of earlier sessions, newest first.

        Unless they are the `whole` library, the last run among them may be incomplete and is left
        out.
        """
        oldest = pictures[-1].run if pictures and not whole else None
        for picture in pictures:
            if not picture.run or not picture.job:
                # Imported: the picture's own id contains the time.
                self._pictures[picture.row] = picture.id, ""
            elif picture.run != oldest:
                self._pictures[picture.row] = picture.run, picture.job

    def run_of(self, row: int) -> str:
        """Run of a picture by index row; empty if it is imported or unknown."""
        run, job = self._pictures.get(row, ("", ""))
        return run if job else ""

    def goes_before(self, job: Job, other: Job) -> bool:
        """Whether a job sorts before another."""
        return job.run > other.run or (job.run == other.run and job.id < other.id)

    def took_before(self, row: int, job: Job) -> bool:
        """Whether the picture of an index row sorts before a job."""
        run, id = self._pictures.get(row, ("", ""))
        return run > job.run or (run == job.run and id < job.id)

    def in_turn(self, jobs: Iterable[Job]) -> list[str]:
        """Ids of these jobs, sorted in this order."""
        by_job = sorted(jobs, key=_id)
        return [job.id for job in sorted(by_job, key=_run, reverse=True)]

    def split(self, rows: array[int], ended: Sequence[Job]) -> tuple[list[Entry], array[int]]:
        """Split into sorted recent items and the rows of all other pictures.

        `rows` are index rows, newest first; `ended` are jobs without a picture.
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
        """Index row of the oldest picture with a known run; 0 without any."""
        return min(self._pictures, default=0)


def _id(job: Job) -> str:
    return job.id


def _run(job: Job) -> str:
    return job.run


def _within(each: tuple[str, str, int, Entry]) -> tuple[str, int]:
    return each[1], each[2]


def _run_of(each: tuple[str, str, int, Entry]) -> str:
    return each[0]


LINEAR = 5000  # rows searched linearly where a picture's place is unknown
_SLICE = 10_000
_BREATH = 0.0005
"""Seconds to sleep after each slice, so that the window's thread gets its turn."""

Entry = int | str
"""Index row of a picture, or id of a job."""


class JobNumbers:
    """Negative numbers that stand for jobs, constant for a session."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._ids: dict[int, str] = {}

    def number(self, entry: Entry) -> int:
        """Number of an entry: the index row of a picture, or the negative number of a job."""
        if isinstance(entry, int):
            return entry
        found = self._numbers.get(entry)
        if found is None:
            found = self._numbers[entry] = -len(self._numbers) - 1
            self._ids[found] = entry
        return found

    def entry(self, number: int) -> Entry:
        """Entry of a number, the inverse of `number`."""
        return self._ids[number] if number < 0 else number


def places_of(rows: array[int]) -> array[int]:
    """Position of each picture, by index row, in an order other than that of arrival.

    Slow: use a thread. Yields to other threads regularly.
    """
    found = array("i", [-1]) * (max(rows, default=-1) + 1)
    for start in range(0, len(rows), _SLICE):
        for at, row in enumerate(rows[start : start + _SLICE], start):
            found[row] = at
        time.sleep(_BREATH)
    return found


class RowOrder:
    """The sequence of entries; every lookup by row takes logarithmic time at worst."""

    def __init__(self) -> None:
        self._head: list[Entry] = []
        self._tail: array[int] = array("q")
        self._foot: list[str] = []
        self._newest_first = True
        # Ended jobs in the tail: number of pictures before each, and its id.
        self._before: list[int] = []
        self._ended: list[str] = []
        # Newest picture at the time a job ended: its own would have followed it.
        self._anchors: dict[str, int] = {}
        self._highest = 0
        # For orders other than that of arrival: position of each picture in the query result, and
        # numbers of pictures added and removed since.
        self._stood: array[int] | None = None
        self._came = self._went = 0

    def __len__(self) -> int:
        return self.end + len(self._foot)

    @property
    def end(self) -> int:
        """Row after the last picture: the first of the foot."""
        return len(self._head) + len(self._tail) + len(self._ended)

    @property
    def front(self) -> int:
        """Row at which pictures of unknown origin are inserted."""
        return len(self._head)

    def known(self, job: str) -> bool:
        """Whether a job has a row here, or had one and ended."""
        return job in self._anchors or job in self._head or job in self._foot

    def entry(self, row: int) -> Entry:
        """Entry of a row. Raises IndexError outside the rows."""
        if row < 0:
            raise IndexError(row)
        place = row - len(self._head)
        if place < 0:
            return self._head[row]
        # Asked for each tile of each paint event, and few rows are those of ended jobs.
        number = bisect_right(self._places, place) if self._ended else 0
        if number and self._places[number - 1] == place:
            return self._ended[number - 1]
        after = place - number - len(self._tail)
        return self._tail[place - number] if after < 0 else self._foot[after]

    @property
    def _places(self) -> Sequence[int]:
        return _Places(self._before)

    def find(self, entry: Entry) -> int | None:
        """Row of an entry; None if it has none."""
        if entry in self._head:
            return self._head.index(entry)
        return self._find_in_tail(entry)

    def _find_in_tail(self, entry: Entry) -> int | None:
        if isinstance(entry, str):
            if entry in self._foot:
                return self.end + self._foot.index(entry)
            if entry not in self._ended:
                return None
            number = self._ended.index(entry)
            return len(self._head) + self._before[number] + number
        at = self._find_picture(entry)
        return None if at is None else self._row_of_picture(at)

    def find_all(self, entries: Iterable[Entry]) -> list[int]:
        """Rows of the entries found, ascending."""
        wanted = list(entries)
        if len(wanted) <= 4:
            found = (self.find(entry) for entry in wanted)
            return sorted(row for row in found if row is not None)
        if self._newest_first or self._stood is not None:
            head = {entry: row for row, entry in enumerate(self._head)}
            here = [head[entry] for entry in wanted if entry in head]
            rest = [entry for entry in wanted if entry not in head]
            found = (self._find_in_tail(entry) for entry in rest if isinstance(entry, str))
            pictures = (entry for entry in rest if isinstance(entry, int))
            here += self._find_pictures(pictures)
            return sorted([*here, *(row for row in found if row is not None)])
        wanted_pictures = {entry for entry in wanted if isinstance(entry, int)}
        rows = [self.find(entry) for entry in wanted if isinstance(entry, str)]
        rows += [row for row, entry in enumerate(self._head) if entry in wanted_pictures]
        tail = self._tail
        rows += [
            self._row_of_picture(at) for at, value in enumerate(tail) if value in wanted_pictures
        ]
        return sorted(row for row in rows if row is not None)

    def pictures(self, first: int, last: int) -> array[int]:
        """Index rows of the pictures between two rows, both included."""
        return self.gather(((first, last),))

    def gather(self, spans: Iterable[tuple[int, int]]) -> array[int]:
        """Index rows of the pictures in these ranges of rows, in display order."""
        found = array("q")
        head, places = len(self._head), self._places
        for first, last in spans:
            if first < head:
                found.extend(e for e in self._head[first : last + 1] if isinstance(e, int))
            if last >= head:
                low, high = max(0, first - head), last - head
                if self._before:
                    low -= bisect_left(places, low)
                    high -= bisect_right(places, high)
                found.extend(self._tail[low : high + 1])
        return found

    def jobs(self) -> Iterator[tuple[int, str]]:
        """Rows and ids of all jobs."""
        for row, entry in enumerate(self._head):
            if isinstance(entry, str):
                yield row, entry
        for number, id_ in enumerate(self._ended):
            yield len(self._head) + self._before[number] + number, id_
        yield from enumerate(self._foot, self.end)

    def numbers(self, number: Callable[[Entry], int]) -> array[int]:
        """All entries in order, jobs as the numbers returned by `number`."""
        found = array("q", map(number, self._head))
        at = 0
        for before, id_ in zip(self._before, self._ended, strict=True):
            found.extend(self._tail[at:before])
            found.append(number(id_))
            at = before
        found.extend(self._tail[at:] if at else self._tail)
        found.extend(map(number, self._foot))
        return found

    def draft(self) -> RowOrder:
        """An empty order that would arrange a query result exactly as this one would."""
        found = RowOrder()
        found._anchors = dict(self._anchors)
        found._highest = self._highest
        return found

    @property
    def picture_count(self) -> int:
        return len(self._tail) + sum(isinstance(entry, int) for entry in self._head)

    # --- changes --------------------------------------------------------------------------

    def reset(
        self,
        rows: array[int],
        *,
        newest_first: bool,
        head: Sequence[Entry],
        ended: Sequence[str],
        older: set[str],
        foot: Sequence[str] = (),
        stood: array[int] | None = None,
        highest: int | None = None,
    ) -> None:
        """Set a new query result, which is kept; `head` precedes its rows, `foot` follows them.

        `stood` is the result of `places_of` for the rows, if they are many and not newest first;
        `highest` is the newest of them, if known.
        """
        self._newest_first = newest_first
        self._tail = rows
        self._stood, self._came, self._went = stood, 0, 0
        if rows:
            newest = rows[0] if newest_first else max(rows) if highest is None else highest
            self._highest = max(self._highest, newest)
        self._head = list(head)
        self._foot = list(foot)
        places = []
        for number, id_ in enumerate(ended):
            if id_ in older:
                places.append((len(rows), number, id_))
                continue
            anchor = self._anchors.setdefault(id_, self._highest)
            at = bisect_left(rows, -anchor, key=_negative) if newest_first else 0
            places.append((at, -number, id_))
        places.sort()
        self._before = [at for at, _number, _id in places]
        self._ended = [id_ for _at, _number, id_ in places]

    @property
    def newest_first(self) -> bool:
        """Whether the tail is sorted newest first."""
        return self._newest_first

    @property
    def may_append(self) -> bool:
        """Whether the remaining rows can simply be appended."""
        # A job at the end may belong further down.
        ends = self._newest_first and self._before and self._before[-1] == len(self._tail)
        return not (ends or self._came or self._went)

    def append(self, rows: array[int], stood: array[int] | None = None) -> None:
        """Append the remaining rows; `stood` as in `reset`, for all of them."""
        self._tail.extend(rows)
        self._stood = stood

    def ended(self, job: str) -> None:
        """Remember where the picture of a job that just ended would be."""
        self._anchors.setdefault(job, self._highest)

    def remove_job(self, job: str) -> None:
        self._anchors.pop(job, None)

    def replace(self, row: int, picture: int) -> None:
        """Replace the job at `row` by a picture."""
        self._highest = max(self._highest, picture)
        entry = self.entry(row)
        if row < len(self._head):
            self._head[row] = picture
        else:
            number = self._ended.index(str(entry))
            at = self._before[number]
            del self._ended[number], self._before[number]
            self._tail.insert(at, picture)
            self._came += 1
            if self._stood is not None:
                missing = picture + 1 - len(self._stood)
                self._stood.extend(array("i", [-1]) * max(0, missing))
                self._stood[picture] = at
            for later in range(number, len(self._before)):
                self._before[later] += 1
            # A late result may now be out of order; the next query fixes that.
            if not self._sorted_at(at):
                self._newest_first = False
        if isinstance(entry, str):
            self._anchors.pop(entry, None)

    def insert_pictures(self, row: int, pictures: Sequence[int]) -> None:
        """Insert pictures at a row: in the head, or at the start of the tail."""
        self._highest = max(self._highest, *pictures)
        if row < len(self._head) or not self._descends_into(pictures):
            self._head[row:row] = pictures
            return
        self._tail[0:0] = array("q", pictures)
        self._came += len(pictures)
        self._before = [each + len(pictures) for each in self._before]

    def insert_job(self, row: int, job: str) -> None:
        """Insert a job into the head."""
        self._head.insert(row, job)

    def insert_in_foot(self, row: int, job: str) -> None:
        """Insert a job into the foot, which begins at row `end`."""
        self._foot.insert(row - self.end, job)

    def swap(self, jobs: Mapping[int, str]) -> None:
        """Reorder jobs within the head: the new job of each row."""
        for row, job in jobs.items():
            self._head[row] = job

    def remove(self, first: int, last: int) -> None:
        """Remove the rows from `first` to `last`."""
        head, end = len(self._head), self.end
        del self._foot[max(0, first - end) : max(0, last + 1 - end)]
        last = min(last, end - 1)
        if last < first:
            return
        if last >= head:
            low, high = max(0, first - head), last - head
            places = self._places
            early, late = bisect_left(places, low), bisect_right(places, high)
            start, stop = low - early, high + 1 - late
            self._went += stop - start
            del self._tail[start:stop], self._ended[early:late], self._before[early:late]
            for number in range(early, len(self._before)):
                self._before[number] -= stop - start
        del self._head[first : min(last + 1, head)]

    def after_last(self, wanted: Callable[[Entry], bool]) -> int:
        """Row after the last matching entry of the head; 0 without one."""
        rows = [row for row, each in enumerate(self._head) if wanted(each)]
        return rows[-1] + 1 if rows else 0

    # --- pictures of the tail -------------------------------------------------------------

    def _row_of_picture(self, at: int) -> int:
        return len(self._head) + at + bisect_right(self._before, at)

    def _find_picture(self, value: int) -> int | None:
        tail = self._tail
        if self._newest_first:
            at = bisect_left(tail, -value, key=_negative)
            return at if at < len(tail) and tail[at] == value else None
        low, high = 0, len(tail)
        if self._stood is not None:
            stood = self._stood[value] if 0 <= value < len(self._stood) else -1
            if stood < 0:
                return None
            low, high = max(0, stood - self._went), min(high, stood + self._came + 1)
        try:
            return tail.index(value, low, high)
        except ValueError:
            return None

    def _find_pictures(self, values: Iterable[int]) -> list[int]:
        """Rows of pictures of the tail; each search starts from the previous match."""
        tail, found = self._tail, []
        at, wanted = 0, sorted(values, reverse=True)
        for value in wanted:
            place: int | None = None
            if not self._newest_first:
                place = self._find_picture(value)
            elif at < len(tail):
                # Index rows fall by at least one per position: it is here, or before.
                place = high = min(at + max(0, tail[at] - value), len(tail) - 1)
                step = 1
                while place > at and tail[place] < value:
                    high, place, step = place, max(at, place - step), step * 2
                if tail[place] != value:
                    place = bisect_left(tail, -value, place, high + 1, key=_negative)
                at = place
                if place >= len(tail) or tail[place] != value:
                    place = None
            if place is not None:
                found.append(self._row_of_picture(place))
        return found

    def _sorted_at(self, at: int) -> bool:
        tail = self._tail
        fits = at == 0 or tail[at - 1] > tail[at]
        return fits and (at + 1 >= len(tail) or tail[at] > tail[at + 1])

    def _descends_into(self, pictures: Sequence[int]) -> bool:
        if not self._newest_first:
            return False
        chain = [*pictures, self._tail[0]] if self._tail else [*pictures]
        return all(chain[n] > chain[n + 1] for n in range(len(chain) - 1))


class _Places(Sequence[int]):
    """Position of each ended job in the tail, counting the pictures and ended jobs before it."""

    def __init__(self, before: list[int]) -> None:
        self._before = before

    def __len__(self) -> int:
        return len(self._before)

    def __getitem__(self, number: int) -> int:  # type: ignore[override]
        return self._before[number] + number


def _negative(value: int) -> int:
    return -value
