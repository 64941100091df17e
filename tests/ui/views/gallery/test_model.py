"""Rows of pictures and jobs: their order, and the signals of changes."""

from __future__ import annotations

from array import array
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from studio.domain.entities import JobState, Picture
from studio.ui.views.gallery.model import GalleryModel
from studio.ui.views.gallery.order import RowOrder, places_of
from tests.ui import scripted
from tests.ui.scripted_core import until


def keys(model: GalleryModel) -> list[int | str]:
    return [model.key_at(row) for row in range(model.rowCount())]


async def at_rest(model: GalleryModel) -> None:
    """Until what it was asked for is read."""
    await until(lambda: model.idle)


async def recalled(model: GalleryModel, pictures: list[Picture], *, whole: bool) -> None:
    """As at the start: these pictures of an earlier session are known."""
    assert isinstance(model.source, scripted.ScriptedLibrary)
    model.source.special.update({one.row: one for one in pictures})
    await model.recall([one.row for one in pictures], whole=whole)


class Told:
    """Counts what a model tells its views."""

    def __init__(self, model: GalleryModel) -> None:
        self.changes: list[str] = []
        model.modelReset.connect(self.on_reset)
        model.rowsInserted.connect(self.on_inserted)
        model.rowsRemoved.connect(self.on_removed)
        model.rowsMoved.connect(self.on_moved)
        model.dataChanged.connect(self.on_changed)

    def on_reset(self) -> None:
        self.changes.append("reset")

    def on_inserted(self, _parent: object, first: int, last: int) -> None:
        self.changes.append(f"inserted {first}-{last}")

    def on_removed(self, _parent: object, first: int, last: int) -> None:
        self.changes.append(f"removed {first}-{last}")

    def on_moved(self) -> None:
        self.changes.append("moved")

    def on_changed(self, first: object, _last: object) -> None:
        self.changes.append(f"changed {first.row()}")  # type: ignore[attr-defined]


@pytest.fixture
def model() -> GalleryModel:
    return checked_model()


def checked_model(**options: int) -> GalleryModel:
    """A model whose signals Qt's tester checks."""
    made = GalleryModel(scripted.ScriptedLibrary(), clock=lambda: 1000.0, **options)  # type: ignore[arg-type]
    tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Warning, made
    )
    made.setProperty("tester", tester)
    return made


async def test_jobs_under_way_stand_first_in_the_order_of_their_run(model: GalleryModel) -> None:
    model.set_rows(array("q", [5, 4]))
    for name in ("a", "b"):
        model.job_changed(scripted.job(name))
    assert keys(model) == ["a", "b", 5, 4]
    model.set_rows(array("q", [4]), shown=lambda _job: False)
    assert keys(model) == ["a", "b", 4]


async def test_one_picture_for_one_job_is_a_change_and_nothing_else(model: GalleryModel) -> None:
    model.set_rows(array("q", [5, 4]))
    model.job_changed(scripted.job("a"))
    told = Told(model)
    model.insert_pictures([6], "a")
    assert told.changes == ["changed 0"]
    assert keys(model) == [6, 5, 4]


async def test_several_pictures_of_one_job_are_one_insertion(model: GalleryModel) -> None:
    model.set_rows(array("q", [5]))
    model.job_changed(scripted.job("a"))
    told = Told(model)
    model.insert_pictures([6, 7, 8], "a")
    assert told.changes == ["changed 0", "inserted 1-2"]
    assert keys(model) == [6, 7, 8, 5]


async def test_pictures_of_no_job_come_first_newest_on_top(model: GalleryModel) -> None:
    model.set_rows(array("q", [5]))
    told = Told(model)
    model.insert_pictures([6, 7])
    assert keys(model) == [7, 6, 5]
    assert told.changes == ["inserted 0-1"]
    model.insert_pictures([7])
    assert told.changes == ["inserted 0-1"], "a picture that is here already came again"


async def test_a_job_that_failed_keeps_its_place_and_then_stands_where_its_picture_would_be(
    model: GalleryModel,
) -> None:
    model.set_rows(array("q", [5, 4]))
    model.job_changed(scripted.job("a"))
    model.job_changed(scripted.job("b"))
    model.job_changed(scripted.job("a", JobState.FAILED))
    assert keys(model) == ["a", "b", 5, 4]
    model.insert_pictures([6], "b")
    model.job_changed(scripted.job("c", run="run 2"))
    model.insert_pictures([7], "c")
    model.set_rows(array("q", [7, 6, 5, 4]))
    assert keys(model) == [7, "a", 6, 5, 4]
    model.set_rows(array("q", [7, 4]))
    assert keys(model) == [7, "a", 4]
    model.set_rows(array("q", [7, 4]), shown=lambda _job: False)
    assert keys(model) == [7, 4]
    model.set_rows(array("q", [7, 4]))
    assert keys(model) == [7, "a", 4]


async def test_a_run_keeps_its_order_whoever_came_first_and_whatever_is_asked_again(
    model: GalleryModel,
) -> None:
    model.set_rows(array("q", [5, 4]))
    for name in ("a", "b", "c"):
        model.job_changed(scripted.job(name, run="run 1"))
    for name in ("d", "e"):
        model.job_changed(scripted.job(name, run="run 2"))
    assert keys(model) == ["d", "e", "a", "b", "c", 5, 4]
    for row, name in ((6, "c"), (7, "e"), (8, "a"), (9, "b"), (10, "d")):
        model.insert_pictures([row], name)
    assert keys(model) == [10, 7, 8, 9, 6, 5, 4]
    model.set_rows(array("q", [10, 9, 8, 7, 6, 5, 4]))
    assert keys(model) == [10, 7, 8, 9, 6, 5, 4]
    model.set_rows(array("q", [10, 9, 7, 6, 5, 4]))
    assert keys(model) == [10, 7, 9, 6, 5, 4], "the others changed places when one left"
    model.set_rows(array("q", [4, 5, 6, 7]), newest_first=False)
    assert keys(model) == [4, 5, 6, 7]


async def test_runs_of_an_earlier_session_have_their_order_too(model: GalleryModel) -> None:
    runs = {9: ("run 2", "e"), 8: ("run 2", "d"), 7: ("run 1", "a"), 6: ("run 1", "b")}
    found = [scripted.picture(row, run=run, job=job) for row, (run, job) in runs.items()]
    await recalled(model, found, whole=True)
    model.set_rows(array("q", [9, 8, 7, 6, 5]))
    assert keys(model) == [8, 9, 7, 6, 5]


async def test_a_run_that_may_go_on_is_left_as_it_is(model: GalleryModel) -> None:
    runs = {9: ("run 2", "e"), 8: ("run 2", "d"), 7: ("run 1", "b")}
    found = [scripted.picture(row, run=run, job=job) for row, (run, job) in runs.items()]
    await recalled(model, found, whole=False)
    model.set_rows(array("q", [9, 8, 7, 6, 5]))
    assert keys(model) == [8, 9, 7, 6, 5]


async def test_pictures_that_arrive_out_of_sight_have_their_place_too(model: GalleryModel) -> None:
    model.set_rows(array("q", [5]))
    for name in ("a", "b"):
        model.job_changed(scripted.job(name))
    model.learn([6], "b")
    model.learn([7], "a")
    for name in ("a", "b"):
        model.job_changed(scripted.job(name, JobState.DONE))
    model.set_rows(array("q", [7, 6, 5]))
    assert keys(model) == [7, 6, 5]


async def test_a_new_run_stands_before_all_others_and_moves_none(model: GalleryModel) -> None:
    model.set_rows(array("q", [5]))
    model.job_changed(scripted.job("a"))
    model.job_changed(scripted.job("b"))
    model.insert_pictures([6], "a")
    model.job_changed(scripted.job("c", run="run 2"))
    assert keys(model) == ["c", 6, "b", 5]
    model.job_changed(scripted.job("d", run="run 2"))
    assert keys(model) == ["c", "d", 6, "b", 5]


async def test_queued_tiles_are_read_in_the_order_of_sending(model: GalleryModel) -> None:
    """Newest first too: a later run stands behind what is sent before it."""
    model.set_rows(array("q", [5]))
    for place, name in enumerate("abc", 1):
        model.job_changed(scripted.job(name))
        model.job_changed(scripted.job(name, queue_place=place))
    for place, name in enumerate("de", 4):
        model.job_changed(scripted.job(name, run="run 2"))
        model.job_changed(scripted.job(name, run="run 2", queue_place=place))
    assert keys(model) == ["a", "b", "c", "d", "e", 5]
    model.job_changed(scripted.job("a", JobState.WAITING))
    for place, name in enumerate("bc", 1):
        model.job_changed(scripted.job(name, queue_place=place))
    assert keys(model) == ["a", "b", "c", "d", "e", 5], "nothing moves while the queue goes on"
    model.set_rows(array("q", [5]))
    assert keys(model) == ["a", "b", "c", "d", "e", 5]


async def test_a_job_sent_first_comes_first(model: GalleryModel) -> None:
    model.set_rows(array("q", [5]))
    for place, name in enumerate("abcd", 1):
        model.job_changed(scripted.job(name, queue_place=place))
    told = Told(model)
    for place, name in enumerate("dabc", 1):
        model.job_changed(scripted.job(name, queue_place=place))
    model.on_places_changed()
    assert keys(model) == ["d", "a", "b", "c", 5]
    assert told.changes.count("reset") == 1
    model.on_places_changed()
    assert told.changes.count("reset") == 1, "once is enough"


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(1, 9)), st.integers(0, 4))
def test_whatever_the_places_are_they_are_read_from_first_to_last(
    places: list[int], running: int
) -> None:
    model = GalleryModel(scripted.ScriptedLibrary())
    for number, place in enumerate(places):
        name = f"j{number}"
        model.job_changed(scripted.job(name, run=f"run {number // 3}"))
        state = JobState.WAITING if number < running else JobState.QUEUED
        model.job_changed(scripted.job(name, state, run=f"run {number // 3}", queue_place=place))
    model.on_places_changed()
    read = [job.queue_place for _row, job in model.jobs_shown() if job.state is JobState.QUEUED]
    assert read == sorted(read)
    model.set_rows(array("q"))
    again = [job.queue_place for _row, job in model.jobs_shown() if job.state is JobState.QUEUED]
    assert again == read


@pytest.mark.parametrize("newest_first", [True, False])
async def test_a_cancelled_job_takes_no_place_among_pictures(
    model: GalleryModel, newest_first: bool
) -> None:
    rows = [5, 4] if newest_first else [4, 5]
    model.set_rows(array("q", rows), newest_first=newest_first)
    for name in "abc":
        model.job_changed(scripted.job(name))
    told = Told(model)
    model.job_changed(scripted.job("b", JobState.CANCELLED))
    assert keys(model) == ["a", "c", *rows, "b"]
    assert told.changes == ["removed 1-1", "inserted 4-4"]
    model.job_changed(scripted.job("d", run="run 2"))
    model.job_changed(scripted.job("d", JobState.CANCELLED, run="run 2"))
    assert keys(model) == ["a", "c", *rows, "d", "b"], "newest run first there too"
    model.set_rows(array("q", rows), newest_first=newest_first)
    assert keys(model) == ["a", "c", *rows, "d", "b"]
    model.remove_jobs(["b"])
    assert keys(model) == ["a", "c", *rows, "d"]
    model.job_changed(scripted.job("d", run="run 2"))
    assert keys(model)[-2:] == rows, "tried again it is under way"


async def test_the_rest_of_an_answer_comes_before_cancelled_jobs(model: GalleryModel) -> None:
    model.job_changed(scripted.job("a"))
    model.job_changed(scripted.job("a", JobState.CANCELLED))
    model.set_rows(array("q", [9, 8]), whole=False)
    assert keys(model) == [9, 8, "a"]
    assert model.append(array("q", [7, 6]))
    assert keys(model) == [9, 8, 7, 6, "a"]


async def test_a_cancelled_job_whose_answer_was_complete_gives_its_picture(
    model: GalleryModel,
) -> None:
    model.set_rows(array("q", [5]))
    model.job_changed(scripted.job("a"))
    model.job_changed(scripted.job("a", JobState.CANCELLED))
    model.insert_pictures([6], "a")
    assert keys(model) == [6, 5]


async def test_a_job_tried_again_stays_and_then_joins_those_under_way(model: GalleryModel) -> None:
    model.set_rows(array("q", [5]))
    model.job_changed(scripted.job("a"))
    model.job_changed(scripted.job("a", JobState.FAILED))
    model.job_changed(scripted.job("b", run="run 2"))
    model.insert_pictures([6], "b")
    model.set_rows(array("q", [6, 5]))
    assert keys(model) == [6, "a", 5]
    model.job_changed(scripted.job("a"))
    assert keys(model) == [6, "a", 5], "what is tried again stays under the pointer"
    model.set_rows(array("q", [6, 5]))
    assert keys(model) == ["a", 6, 5]
    model.insert_pictures([7], "a")
    assert keys(model) == [7, 6, 5]


async def test_a_finished_job_without_a_tile_makes_none(model: GalleryModel) -> None:
    model.job_changed(scripted.job("a"))
    model.insert_pictures([6], "a")
    model.job_changed(scripted.job("a", JobState.DONE))
    assert keys(model) == [6]


async def test_dismissed_tiles_go_and_older_failures_have_their_shelf(model: GalleryModel) -> None:
    model.job_changed(scripted.job("a"))
    model.job_changed(scripted.job("a", JobState.FAILED))
    old = [scripted.job(name, JobState.FAILED) for name in ("x", "y")]
    model.set_rows(array("q"), older=old)
    assert keys(model) == ["a", "x", "y"]
    model.remove_jobs(["x", "a"])
    assert keys(model) == ["y"]
    model.set_rows(array("q", [3]))
    assert keys(model) == [3]


async def test_a_picture_is_read_once_and_again_when_it_changed(model: GalleryModel) -> None:
    library = model.source
    assert isinstance(library, scripted.ScriptedLibrary)
    model.set_rows(array("q", [2, 1]))
    assert model.picture_at(0) is None
    await at_rest(model)
    assert model.picture_at(0) is not None
    assert library.asked.count(2) == 1
    library.special[2] = scripted.picture(2, title="renamed", rating=5)
    model.refresh(["p2"])
    before = model.picture_at(0)
    assert before is not None
    assert before.title == "picture 2", "the old value stays until the new one is here"
    await at_rest(model)
    after = model.picture_at(0)
    assert after is not None
    assert after.title == "renamed"
    name = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert name == "renamed, 5 stars, square"


async def test_a_picture_that_is_being_read_is_not_read_twice(model: GalleryModel) -> None:
    library = model.source
    assert isinstance(library, scripted.ScriptedLibrary)
    library.reading.clear()
    model.set_rows(array("q", [2, 1]))
    assert model.picture_at(0) is None
    await until(lambda: library.asked == [2])
    assert [model.picture_at(row) for row in (0, 1)] == [None, None]
    library.reading.set()
    await at_rest(model)
    assert library.asked == [2, 1]


async def test_what_is_kept_in_memory_is_bounded() -> None:
    model = checked_model(most_cached=100)
    model.set_rows(array("q", range(900, 0, -1)))
    for start in range(0, 900, 300):
        for row in range(start, start + 300):
            model.item_at(row)
        await at_rest(model)
    assert 0 < model.cached <= 100


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_changes_agree_with_a_plain_list(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, 12))
    rows = array("q", range(start, 0, -1))
    order = RowOrder()
    ended = [f"e{n}" for n in range(data.draw(st.integers(0, 3)))]
    for id_ in ended:
        order._anchors[id_] = data.draw(st.integers(0, start + 1))
    foot = [f"c{n}" for n in range(data.draw(st.integers(0, 3)))]
    order.reset(rows, newest_first=True, head=["j0", "j1"], ended=ended, older=set(), foot=foot)
    plain: list[int | str] = [order.entry(row) for row in range(len(order))]
    assert sorted(map(str, plain)) == sorted(map(str, [*rows, *ended, *foot, "j0", "j1"]))
    assert plain[order.end :] == foot
    newest = start
    for _step in range(data.draw(st.integers(0, 12))):
        kind = data.draw(st.sampled_from(["front", "replace", "remove", "cancel"]))
        if kind == "front":
            count = data.draw(st.integers(1, 3))
            fresh = list(range(newest + count, newest, -1))
            newest += count
            at = order.front
            order.insert_pictures(at, fresh)
            plain[at:at] = fresh
        elif kind == "cancel":
            at = data.draw(st.integers(order.end, len(plain)))
            order.insert_in_foot(at, f"c{len(plain)}-{_step}")
            plain.insert(at, f"c{len(plain)}-{_step}")
        elif kind == "replace" and (jobs := [e for e in plain[: order.end] if isinstance(e, str)]):
            id_ = data.draw(st.sampled_from(jobs))
            newest += 1
            order.replace(plain.index(id_), newest)
            plain[plain.index(id_)] = newest
        elif kind == "remove" and plain:
            first = data.draw(st.integers(0, len(plain) - 1))
            last = data.draw(st.integers(first, min(len(plain) - 1, first + 3)))
            order.remove(first, last)
            del plain[first : last + 1]
        assert [order.entry(row) for row in range(len(order))] == plain
        assert [order.find(entry) for entry in plain] == list(range(len(plain)))
        low = data.draw(st.integers(0, max(0, len(plain))))
        high = data.draw(st.integers(low, len(plain) + 1))
        part = plain[low : high + 1]
        assert list(order.pictures(low, high)) == [e for e in part if isinstance(e, int)]
        found = [(row, e) for row, e in enumerate(part, low) if isinstance(e, str)]
        assert [one for one in order.jobs() if low <= one[0] <= high] == found
        if low < high:
            both = [*plain[: low + 1], *plain[high : high + 1]]
            pictures = [e for e in both if isinstance(e, int)]
            assert list(order.gather([(0, low), (high, high)])) == pictures
        if len(plain) > 4:
            asked = data.draw(st.lists(st.sampled_from([*plain, -1, 999]), min_size=5, unique=True))
            assert order.find_all(asked) == [row for row, e in enumerate(plain) if e in asked]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_picture_is_found_in_any_order_through_all_changes(data: st.DataObject) -> None:
    rows = array("q", data.draw(st.permutations(range(1, 15))))
    order = RowOrder()
    head = ["j0", "j1"]
    order.reset(
        rows,
        newest_first=False,
        head=head,
        ended=[],
        older=set(),
        stood=places_of(rows),
        highest=14,
    )
    plain: list[int | str] = [*head, *rows]
    newest = 14
    for _step in range(data.draw(st.integers(0, 8))):
        kind = data.draw(st.sampled_from(["replace", "remove", "front"]))
        if kind == "replace" and (jobs := [e for e in plain if isinstance(e, str)]):
            newest += 1
            at = plain.index(data.draw(st.sampled_from(jobs)))
            order.replace(at, newest)
            plain[at] = newest
        elif kind == "front":
            newest += 1
            order.insert_pictures(order.front, [newest])
            plain.insert(order.front - 1, newest)
        elif plain:
            at = data.draw(st.integers(0, len(plain) - 1))
            order.remove(at, at)
            del plain[at]
        assert [order.find(entry) for entry in plain] == list(range(len(plain)))
        assert order.find_all([*plain, 99]) == list(range(len(plain)))


async def test_the_rest_of_an_answer_is_added_to_its_beginning(model: GalleryModel) -> None:
    model.job_changed(scripted.job("a"))
    model.set_rows(array("q", [9, 8]), whole=False, another=True)
    told = Told(model)
    completed: list[bool] = []
    model.completed.connect(partial(completed.append, True))
    assert model.append(array("q", [7, 6, 5]))
    assert keys(model) == ["a", 9, 8, 7, 6, 5]
    assert told.changes == ["inserted 3-5"]
    assert completed == [True]
    assert not model.append(array("q", [4])), "all rows are here"


async def test_what_has_its_place_among_the_first_rows_is_not_added_at_the_end(
    model: GalleryModel,
) -> None:
    model.set_rows(array("q", [9, 8]))
    model.job_changed(scripted.job("a", JobState.FAILED))
    model.learn([7], None)
    model.set_rows(array("q", [9, 8]), whole=False)
    assert not model.append(array("q", [7, 6])), "7 came in this session and stands first"
    model.set_rows(array("q", [9, 8, 7, 6]))
    assert keys(model) == ["a", 7, 9, 8, 6]


async def test_of_many_changed_pictures_only_those_that_are_looked_at_are_read(
    model: GalleryModel,
) -> None:
    library = model.source
    assert isinstance(library, scripted.ScriptedLibrary)
    model.set_rows(array("q", range(900, 0, -1)))
    for start in range(0, 900, 300):
        for row in range(start, start + 300):
            model.item_at(row)
        await at_rest(model)
    library.asked.clear()
    told = Told(model)
    model.refresh([f"p{row}" for row in range(900, 0, -1)])
    assert len(told.changes) == 1
    for row in range(5, 25):
        model.item_at(row)
    await at_rest(model)
    # The tester looks at the first of what changed.
    assert sorted({*library.asked} - {900}) == list(range(876, 896))
    library.special[100] = scripted.picture(100, rating=4)
    (read,) = await model.read([100])
    assert read.rating == 4, "what changed is never told from memory"
