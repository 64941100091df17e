"""Ctrl+J: informal dates are understood, and the gallery goes there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.domain.entities import Picture
from studio.library.log import records
from studio.library.log.record_log import RecordLog
from studio.library.query import Sort
from studio.ui.controllers.go_to_date import first_of
from studio.ui.dialogs.date_popover import DatePopover
from studio.ui.dialogs.dates import DatePeriod, day_of, understand
from tests.ui import scripted_library
from tests.ui.windows import OpenedWindow, make, opened, until

NOW = time.mktime((2026, 11, 23, 15, 0, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026", (2026, 0, 0)),
        ("2025-03", (2025, 3, 0)),
        ("2025-03-09", (2025, 3, 9)),
        ("9.3.2025", (2025, 3, 9)),
        ("9/3/2025", (2025, 3, 9)),
        ("25/3/2025", (2025, 3, 25)),
        ("3/25/2025", (2025, 3, 25)),
        ("03/2025", (2025, 3, 0)),
        ("today", (2026, 11, 23)),
        (" Yesterday ", (2026, 11, 22)),
        ("nov", (2026, 11, 0)),
        ("December", (2025, 12, 0)),
        ("23 nov", (2026, 11, 23)),
        ("24 nov", (2025, 11, 24)),
        ("Nov 3, 2024", (2024, 11, 3)),
        ("3. august 2024", (2024, 8, 3)),
    ],
)
def test_dates_are_understood_as_people_write_them(text: str, meant: tuple[int, int, int]) -> None:
    year, month, day = meant
    assert understand(text, now=NOW) == DatePeriod(year=year, month=month, day=day)


@pytest.mark.parametrize(
    "text", ["", "ju", "2026-13", "31.2.2026", "soon", "9999", "1 2 3", "nov nov", "12", "٢"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert understand(text, now=NOW) is None


def test_slashes_are_read_as_this_user_writes_them() -> None:
    assert understand("3/9/2025", now=NOW, month_first=True) == DatePeriod(
        year=2025, month=3, day=9
    )


def test_a_period_knows_where_it_ends() -> None:
    december = DatePeriod(year=2025, month=12)
    assert time.localtime(december.end)[:3] == (2026, 1, 1)
    assert DatePeriod(year=2026).start == december.end
    last = DatePeriod(year=2025, month=12, day=31)
    assert (last.end, last.words()) == (december.end, "31 December 2025")
    assert day_of(NOW) == DatePeriod(year=2026, month=11, day=23)


async def test_a_million_are_searched_in_few_steps() -> None:
    asked: list[int] = []

    async def read(rows: Sequence[int]) -> list[Picture]:
        asked.extend(rows)
        # Some are gone meanwhile.
        there = [row for row in rows if row % 7]
        return [replace(scripted_library.picture(row), created=float(row)) for row in there]

    order = range(1_000_000, 0, -1)
    found = await first_of(read, order, lambda picture: picture.created < 500_000)
    assert found is not None
    assert found.row == 499_999
    assert len(asked) <= 25
    none = await first_of(read, order, lambda _picture: False)
    assert none is not None
    assert none.row == 1
    assert await first_of(read, [], lambda _picture: True) is None


DAYS = ((2024, 3, 9), (2025, 7, 1), (2025, 7, 20), (2025, 7, 20), (2026, 1, 2))


def dated(home: Path) -> None:
    """A library with a picture of each of these days, in order of arrival."""
    log = RecordLog(home / "library/.gridbrush/records")
    made = [
        replace(
            scripted_library.picture(number),
            row=0,
            path=f"2026-01/{number}.png",
            created=time.mktime((*day, 12, number, 0, 0, 0, -1)),
        )
        for number, day in enumerate(DAYS, 1)
    ]
    log.append(records.imported(made))
    log.close()


async def popover(window: OpenedWindow) -> DatePopover:
    window.actions_of.every["go_to_date"].trigger()

    def shown() -> list[DatePopover]:
        return [one for one in window.findChildren(DatePopover) if one.isVisible()]

    await until(window.core, shown, "opened")
    return shown()[0]


async def test_the_gallery_goes_to_the_first_picture_of_a_day(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=5, tiles=5)
        core, gallery = window.core, window.gallery
        gallery.go_to_row(3)
        shown = await popover(window)
        assert shown.line.hasFocus()
        QTest.keyClicks(shown.line, "today")
        today = day_of(time.time())
        assert shown.meaning.text() == today.words()
        QTest.keyClick(shown.line, Qt.Key.Key_Return)
        first = window.library_view.order[0]

        def there() -> bool:
            item = gallery.current_item()
            return isinstance(item, Picture) and item.row == first

        await until(core, there, "gone")

        shown = await popover(window)
        QTest.keyClicks(shown.line, "sometime")
        QTest.keyClick(shown.line, Qt.Key.Key_Return)
        assert shown.isVisible()
        assert shown.meaning.text() == "Not a date"
        enabled = [button.accessibleName() for button in shown.months if button.isEnabled()]
        assert enabled == [today.words().split(" ", 1)[1].rsplit(" ", 1)[0]]
        QTest.keyClick(shown.line, Qt.Key.Key_Down)
        assert shown.months[today.month - 1].hasFocus()
        QTest.keyClick(shown.months[today.month - 1], Qt.Key.Key_Escape)
        assert not shown.isVisible()


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
async def test_the_first_of_a_month_or_a_day_is_found_in_either_order(
    tmp_path: Path, sort: Sort
) -> None:
    dated(tmp_path)
    async with opened(tmp_path) as window:
        window.core.settings.change(sort=sort.value)
        first = len(DAYS) if sort is Sort.NEWEST else 1
        await until(window.core, lambda: list(window.library_view.order)[:1] == [first], "listed")

        async def gone(text: str) -> int:
            period = understand(text)
            assert period is not None
            await window.dates.go_to_period(period)
            row = window.gallery.current_row()
            assert row is not None
            return window.library_view.order[row]

        newest = sort is Sort.NEWEST
        assert await gone("2025-07") == (4 if newest else 2)
        assert await gone("2025-07-01") == 2
        assert await gone("2024") == 1
        # Nothing is of that day: the next in this order.
        assert await gone("2025-07-10") == (2 if newest else 3)
        assert await gone("2026-02") == 5
        assert await gone("2020") == 1


async def test_a_day_without_pictures_leads_to_the_next_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=2, tiles=2)
        window.core.settings.change(sort=Sort.RATING.value)
        await window.dates.go_to_period(DatePeriod(year=2001, month=5))
        assert window.library_view.query.sort is Sort.NEWEST
        item = window.gallery.current_item()
        assert isinstance(item, Picture)
        assert item.row == window.library_view.order[-1]
        today = day_of(time.time()).words()
        said = f"No pictures from May 2001; the nearest is from {today}"
        assert window.toast.text == said
