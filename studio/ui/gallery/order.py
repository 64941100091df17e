"""Which picture or job stands at which row, in an array of numbers and a few exceptions.

The rows are a short head, which is a plain list, and a tail, which is an array of index rows with
a few ended jobs between them. In the head stand the jobs of now and what became of them; the tail
is the answer of the library.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

Entry = int | str
"""The index row of a picture, or the id of a job."""


class Order:
    """The sequence of entries; every lookup by row takes logarithmic time at worst."""

    def __init__(self) -> None:
        self._head: list[Entry] = []
        self._tail: array[int] = array("q")
        self._newest_first = True
        # Ended jobs in the tail: how many pictures stand before each, and the row it gets.
        self._before: list[int] = []
        self._ended: list[str] = []
        # The newest picture there was when a job ended: its own would have come next.
        self._anchors: dict[str, int] = {}
        self._highest = 0

    def __len__(self) -> int:
        return len(self._head) + len(self._tail) + len(self._ended)

    @property
    def front(self) -> int:
        """The row where pictures of unknown origin are put."""
        return len(self._head)

    def known(self, job: str) -> bool:
        """Whether a job has a place here, or had one and ended."""
        return job in self._anchors or job in self._head

    def entry(self, row: int) -> Entry:
        """What stands at a row. Raises IndexError outside."""
        if row < 0:
            raise IndexError(row)
        if row < len(self._head):
            return self._head[row]
        place = row - len(self._head)
        number = bisect_right(self._places, place)
        if number and self._places[number - 1] == place:
            return self._ended[number - 1]
        return self._tail[place - number]

    @property
    def _places(self) -> Sequence[int]:
        return _Places(self._before)

    def find(self, entry: Entry) -> int | None:
        """The row of an entry, None if it has none."""
        if entry in self._head:
            return self._head.index(entry)
        return self._find_in_tail(entry)

    def _find_in_tail(self, entry: Entry) -> int | None:
        if isinstance(entry, str):
            if entry not in self._ended:
                return None
            number = self._ended.index(entry)
            return len(self._head) + self._before[number] + number
        at = self._find_picture(entry)
        return None if at is None else self._row_of_picture(at)

    def find_all(self, entries: Iterable[Entry]) -> list[int]:
        """The rows of those that are here, rising."""
        wanted = list(entries)
        if len(wanted) <= 4:
            found = (self.find(entry) for entry in wanted)
            return sorted(row for row in found if row is not None)
        if self._newest_first:
            head = {entry: row for row, entry in enumerate(self._head)}
            here = [head[entry] for entry in wanted if entry in head]
            found = (self._find_in_tail(entry) for entry in wanted if entry not in head)
            return sorted([*here, *(row for row in found if row is not None)])
        pictures = {entry for entry in wanted if isinstance(entry, int)}
        rows = [self.find(entry) for entry in wanted if isinstance(entry, str)]
        rows += [row for row, entry in enumerate(self._head) if entry in pictures]
        tail = self._tail
        rows += [self._row_of_picture(at) for at, value in enumerate(tail) if value in pictures]
        return sorted(row for row in rows if row is not None)

    def pictures(self, first: int, last: int) -> array[int]:
        """Index rows of pictures from row to row, both included."""
        found = array("q", (e for e in self._head[first : last + 1] if isinstance(e, int)))
        low = max(0, first - len(self._head))
        high = last - len(self._head)
        if high >= 0:
            places = self._places
            start = low - bisect_left(places, low)
            stop = high + 1 - bisect_right(places, high)
            found.extend(self._tail[start:stop])
        return found

    def jobs(self, first: int, last: int) -> Iterator[str]:
        """Ids of jobs from row to row, both included."""
        yield from (e for e in self._head[first : last + 1] if isinstance(e, str))
        for number, id_ in enumerate(self._ended):
            if first <= len(self._head) + self._before[number] + number <= last:
                yield id_

    # --- changes --------------------------------------------------------------------------

    def reset(
        self,
        rows: array[int],
        *,
        newest_first: bool,
        head: Sequence[Entry],
        ended: Sequence[str],
        older: set[str],
    ) -> None:
        """Take a new answer of the library; `head` stands before its rows."""
        self._newest_first = newest_first
        self._tail = rows[:]
        if rows:
            self._highest = max(self._highest, rows[0] if newest_first else max(rows))
        self._head = list(head)
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

    def ended(self, job: str) -> None:
        """A job ended now: remember where its picture would be."""
        self._anchors.setdefault(job, self._highest)

    def forget(self, job: str) -> None:
        """A job is gone for good."""
        self._anchors.pop(job, None)

    def replace(self, row: int, picture: int) -> None:
        """Put a picture in the place of the job at `row`."""
        self._highest = max(self._highest, picture)
        entry = self.entry(row)
        if row < len(self._head):
            self._head[row] = picture
        else:
            number = self._ended.index(str(entry))
            at = self._before[number]
            del self._ended[number], self._before[number]
            self._tail.insert(at, picture)
            for later in range(number, len(self._before)):
                self._before[later] += 1
            # A late answer may lie out of order now; the next query puts it right.
            if not self._sorted_at(at):
                self._newest_first = False
        if isinstance(entry, str):
            self._anchors.pop(entry, None)

    def insert_pictures(self, row: int, pictures: Sequence[int]) -> None:
        """Put pictures at a row: in the head, or before everything in the tail."""
        self._highest = max(self._highest, *pictures)
        if row < len(self._head) or not self._descends_into(pictures):
            self._head[row:row] = pictures
            return
        self._tail[0:0] = array("q", pictures)
        self._before = [each + len(pictures) for each in self._before]

    def insert_job(self, row: int, job: str) -> None:
        """Put a job into the head."""
        self._head.insert(row, job)

    def remove(self, first: int, last: int) -> None:
        """Take the rows from `first` to `last` away."""
        head = len(self._head)
        if last >= head:
            low, high = max(0, first - head), last - head
            places = self._places
            early, late = bisect_left(places, low), bisect_right(places, high)
            start, stop = low - early, high + 1 - late
            del self._tail[start:stop], self._ended[early:late], self._before[early:late]
            for number in range(early, len(self._before)):
                self._before[number] -= stop - start
        del self._head[first : min(last + 1, head)]

    def drop(self, entries: set[Entry]) -> None:
        """Take many entries away at once."""
        keep = array("q")
        before = []
        number = 0
        for at, value in enumerate(self._tail):
            while number < len(self._before) and self._before[number] == at:
                before.append(len(keep))
                number += 1
            if value not in entries:
                keep.append(value)
        before.extend(len(keep) for _rest in self._before[number:])
        pairs = [
            (at, id_) for at, id_ in zip(before, self._ended, strict=True) if id_ not in entries
        ]
        self._before = [at for at, _id in pairs]
        self._ended = [id_ for _at, id_ in pairs]
        self._tail = keep
        self._head = [entry for entry in self._head if entry not in entries]

    def after_last(self, wanted: Callable[[Entry], bool]) -> int:
        """The row after the last of these in the head; 0 when there is none."""
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
        try:
            return tail.index(value)
        except ValueError:
            return None

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
    """The place in the tail of each ended job: pictures before it, and ended jobs before it."""

    def __init__(self, before: list[int]) -> None:
        self._before = before

    def __len__(self) -> int:
        return len(self._before)

    def __getitem__(self, number: int) -> int:  # type: ignore[override]
        return self._before[number] + number


def _negative(value: int) -> int:
    return -value
