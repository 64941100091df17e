"""Ranges of rows, against a plain set."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.ui.views.gallery.selection import RowRanges

ROW = st.integers(0, 30)
STEP = st.tuples(
    st.sampled_from(["add", "cut", "inserted", "removed", "take"]), ROW, st.integers(0, 6)
)


@settings(max_examples=400, deadline=None)
@given(st.lists(STEP, max_size=12))
def test_runs_agree_with_a_plain_set(steps: list[tuple[str, int, int]]) -> None:
    spans = RowRanges()
    plain: set[int] = set()
    for name, first, more in steps:
        last = first + more
        rows = set(range(first, last + 1))
        if name == "take":
            spans.set_rows(sorted(rows - {first + 2}))
        else:
            getattr(spans, name)(first, last)
        if name == "add":
            plain |= rows
        elif name == "cut":
            plain -= rows
        elif name == "inserted":
            plain = {row + more + 1 if row >= first else row for row in plain}
        elif name == "removed":
            plain = {row - more - 1 if row > last else row for row in plain - rows}
        else:
            plain = rows - {first + 2}
        assert {row for low, high in spans for row in range(low, high + 1)} == plain
        assert spans.count == len(plain)
        assert all(spans.holds(row) is (row in plain) for row in range(60))
        runs = list(spans)
        assert all(runs[n][1] + 1 < runs[n + 1][0] for n in range(len(runs) - 1)), "they touch"


def test_ten_thousand_scattered_rows_are_few_numbers() -> None:
    spans = RowRanges()
    spans.set_rows(range(0, 1_000_000, 100))
    spans.inserted(0, 0)
    assert (len(spans), spans.count) == (10_000, 10_000)
    assert spans.holds(101)
    assert not spans.holds(100)
