"""Contents of the grid: the first page at once, the rest later, and no outdated rows."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from studio.config.settings import Settings
from studio.domain.entities import Job
from studio.domain.events import PicturesAdded, RecordsChanged
from studio.domain.spend import Spend
from studio.library.query import Counts, Query, Sort
from studio.ui.controllers.library_view import PAGE, LibraryViewController
from studio.ui.style import theme
from studio.ui.support import tasks
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.view import GalleryView
from tests.ui import scripted
from tests.ui.scripted_core import until


class GatedLibrary(scripted.ScriptedLibrary):
    """Answers for any words; all rows of an answer wait for the gate.

    Attributes:
        answers: rows by words; without them ten thousand.
        asked_rows: (words, limit) of each question for rows.
        given_up: words of the questions that were cancelled.
        gate: all rows wait for it while it is not set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, array[int]] = {}
        self.asked_rows: list[tuple[str, int | None]] = []
        self.given_up: list[str] = []
        self.rest = asyncio.Event()
        self.counted = 0

    def _answer(self, query: Query) -> array[int]:
        return self.answers.get(query.words) or scripted.newest(10_000)

    async def rows(self, query: Query, limit: int | None = None) -> array[int]:
        self.asked_rows.append((query.words, limit))
        answer = self._answer(query)[:]
        if limit is None:
            try:
                await self.rest.wait()
            except asyncio.CancelledError:
                self.given_up.append(query.words)
                raise
        await asyncio.sleep(0)
        return answer[:limit]

    async def filter_rows(self, query: Query, rows: Sequence[int]) -> set[int]:
        await asyncio.sleep(0)
        return set(rows).intersection(self._answer(query))

    async def count(self, query: Query) -> int:
        await asyncio.sleep(0)
        return len(self._answer(query))

    async def failed(self) -> list[Job]:
        return []

    async def counts(self, _since: float) -> Counts:
        return Counts(all=10_000)

    async def spend(self) -> Spend:
        return Spend()


class BrowsedGallery:
    """A gallery and what shows pictures in it."""

    def __init__(self) -> None:
        self.library = GatedLibrary()
        core = scripted.ScriptedCore()
        core.library = self.library
        told = SimpleNamespace(
            library=self.library, settings=SimpleNamespace(value=Settings()), session_start=0.0
        )
        self.parent = QObject()
        self.model = GalleryModel(self.library, self.parent, clock=lambda: 1000.0)
        self.view = GalleryView(core, self.model, clock=lambda: 1000.0)
        self.view.resize(920, 600)
        self.view.show()
        self.browsing = LibraryViewController(told, self.model, self.view, self.parent)  # type: ignore[arg-type]
        self.counts: list[int | None] = []
        self.resets = 0
        self.browsing.counted.connect(self.on_counted)
        self.model.modelReset.connect(self.on_reset)

    def on_counted(self) -> None:
        self.counts.append(self.browsing.shown)

    def on_reset(self) -> None:
        self.resets += 1

    async def until(self, rows: int) -> None:
        """Until so many rows are there and nothing is asked for that may come."""
        async with asyncio.timeout(60):
            while self.model.rowCount() != rows:
                await asyncio.sleep(0.001)

    async def rest(self) -> None:
        self.library.rest.set()
        async with asyncio.timeout(60):
            while self.browsing._loads or not self.model.whole:
                await asyncio.sleep(0.001)

    def end(self) -> None:
        for task in tasks.running():
            task.cancel()
        self.view.close()
        shiboken6.delete(self.view)
        shiboken6.delete(self.parent)


@pytest.fixture
def desk(application: QApplication, at_end: list[object]) -> type[BrowsedGallery]:
    theme.install(application, "dark", scale=1.0)

    class Made(BrowsedGallery):
        def __init__(self) -> None:
            super().__init__()
            at_end.append(self.end)

    return Made


async def test_the_first_page_is_shown_before_the_rest_is_known(desk: type[BrowsedGallery]) -> None:
    d = desk()
    await d.browsing.fill(0)
    assert d.model.rowCount() == PAGE
    known = d.browsing.shown
    assert known is None
    assert d.library.asked_rows[0] == ("", PAGE)
    before = d.resets
    await d.rest()
    assert d.model.rowCount() == 10_000
    assert list(d.browsing.order) == list(scripted.newest(10_000))
    assert d.resets == before, "the rest is added, nothing is shown anew"
    assert d.browsing.shown == 10_000
    assert d.view.verticalScrollBar().maximum() == d.view.grid.height - d.view.viewport().height()


async def test_what_fits_on_a_page_is_asked_for_once(desk: type[BrowsedGallery]) -> None:
    d = desk()
    await d.browsing.fill(0)
    await d.rest()
    d.library.asked_rows.clear()
    d.library.answers["few"] = array("q", [9, 7, 5])
    d.browsing.show(words="few")
    await d.until(3)
    await d.rest()
    assert d.library.asked_rows == [("few", PAGE)]
    assert d.browsing.shown == 3


async def test_another_search_ends_the_one_before_it(desk: type[BrowsedGallery]) -> None:
    d = desk()
    await d.browsing.fill(0)
    d.library.answers["li"] = array("q", range(9000, 0, -1))
    d.library.answers["lig"] = array("q", range(8000, 0, -1))
    d.browsing.show(words="li")
    await d.until(PAGE)
    await until(lambda: ("li", None) in d.library.asked_rows)
    d.browsing.show(words="lig")
    await d.rest()
    assert d.library.given_up[-1:] == ["li"]
    assert d.browsing.shown == 8000


async def test_the_place_is_kept_where_its_picture_is_still_found(
    desk: type[BrowsedGallery],
) -> None:
    d = desk()
    await d.browsing.fill(0)
    await d.rest()
    d.library.rest.clear()
    d.view.verticalScrollBar().setValue(d.view.cell(5000).top())
    key = d.model.key_at(d.view.visible_rows().start)
    assert isinstance(key, int)
    d.library.answers["kept"] = array("q", [row for row in scripted.newest(10_000) if row % 7])
    assert key % 7
    d.browsing.show(words="kept")
    top = d.view.cell(d.view.visible_rows().start).top()
    # The page is there, and all of it is asked for because the page would not hold the place.
    await until(lambda: ("kept", None) in d.library.asked_rows)
    assert ("kept", PAGE) in d.library.asked_rows
    assert d.model.rowCount() == 10_000, "the page would not hold it"
    await d.rest()
    row = d.model.row_of(key)
    assert row is not None
    assert row != 5000
    assert d.view.cell(row).top() == top


async def test_what_does_not_hold_the_place_begins_at_the_top_at_once(
    desk: type[BrowsedGallery],
) -> None:
    d = desk()
    await d.browsing.fill(0)
    await d.rest()
    d.library.rest.clear()
    d.view.verticalScrollBar().setValue(d.view.cell(5000).top())
    d.library.answers["gone"] = array("q", range(4000, 0, -1))
    d.browsing.show(words="gone")
    await d.until(PAGE)
    assert d.view.at_top
    assert d.model.key_at(0) == 4000


async def test_what_is_selected_beyond_the_page_is_selected_when_it_comes(
    desk: type[BrowsedGallery],
) -> None:
    d = desk()
    await d.browsing.fill(0)
    await d.rest()
    d.library.rest.clear()
    d.view.selection.rows([3, 9000])
    chosen = list(d.view.selected_rows())
    d.library.answers["all"] = scripted.newest(10_000)
    d.browsing.show(words="all")
    await d.until(PAGE)
    assert list(d.view.selected_rows()) == chosen[:1]
    await d.rest()
    assert list(d.view.selected_rows()) == chosen


async def test_what_was_chosen_meanwhile_stays_alone(desk: type[BrowsedGallery]) -> None:
    d = desk()
    await d.browsing.fill(0)
    await d.rest()
    d.library.rest.clear()
    d.view.selection.rows([3, 9000])
    d.browsing.show(words="all")
    await d.until(PAGE)
    d.view.go_to_row(5)
    await d.rest()
    assert d.view.selection.spans() == [(5, 5)]


async def test_everything_of_one_shelf_is_not_everything_of_the_next(
    desk: type[BrowsedGallery],
) -> None:
    d = desk()
    await d.browsing.fill(0)
    d.library.answers["few"] = array("q", [9, 7, 5])
    d.browsing.show(words="few")
    await d.until(3)
    d.view.select_everything()
    d.browsing.show(words="")
    await d.until(PAGE)
    await d.rest()
    assert list(d.view.selected_rows()) == [9, 7, 5]
    d.view.select_everything()
    d.browsing.reload()
    await d.rest()
    assert d.view.selected_count() == 10_000


async def test_an_order_by_rating_finds_its_pictures(desk: type[BrowsedGallery]) -> None:
    d = desk()
    mixed = array("q", sorted(range(1, 10_001), key=lambda row: (row % 6, -row)))
    d.library.answers["mixed"] = mixed
    d.browsing.show(words="mixed", sort=Sort.RATING)
    await d.until(PAGE)
    await until(lambda: 10_000 in d.counts)
    assert d.model.rowCount() == PAGE, "the count is known before all are sorted"
    await d.rest()
    assert [d.model.row_of(mixed[n]) for n in (0, 5000, 9999)] == [0, 5000, 9999]


async def test_a_picture_that_comes_while_all_are_read_is_not_lost(
    desk: type[BrowsedGallery],
) -> None:
    d = desk()
    await d.browsing.fill(0)
    await until(lambda: ("", None) in d.library.asked_rows)
    d.browsing.on_core_event(PicturesAdded(("p10001",), (10_001,)))
    assert d.model.key_at(0) == 10_001
    # What was read before it came does not know it; it is asked for again.
    d.library.answers[""] = scripted.newest(10_001)
    await d.rest()
    assert d.model.key_at(0) == 10_001
    assert d.browsing.shown == 10_001
    assert d.library.asked_rows.count(("", None)) == 2


@pytest.mark.parametrize(
    ("words", "sort", "asked_again"),
    [("", Sort.DRIFT, True), ("drift:<5%", Sort.NEWEST, True), ("sea", Sort.NEWEST, False)],
)
async def test_drift_measured_in_the_background_moves_pictures_only_where_it_matters(
    desk: type[BrowsedGallery], words: str, sort: Sort, *, asked_again: bool
) -> None:
    d = desk()
    d.library.answers[words] = scripted.newest(10_000)
    d.browsing.show(words=words, sort=sort)
    await d.rest()
    d.library.asked_rows.clear()
    d.browsing.on_core_event(RecordsChanged(("p5",), ("drift",)))
    await d.rest()
    assert bool(d.library.asked_rows) is asked_again


async def test_changes_of_many_pictures_ask_for_the_rows_once(desk: type[BrowsedGallery]) -> None:
    d = desk()
    await d.browsing.fill(0)
    await d.rest()
    d.browsing.show(sort=Sort.RATING)
    await d.rest()
    d.library.asked_rows.clear()
    ids = tuple(f"p{row}" for row in range(1, 5000))
    d.browsing.on_core_event(RecordsChanged(ids, ("rating",)))
    d.browsing.on_core_event(RecordsChanged(ids[:1], ("rating",)))
    await d.rest()
    assert d.library.asked_rows.count(("", None)) <= 2
    assert ("", PAGE) not in d.library.asked_rows, "the same question begins with all rows"
