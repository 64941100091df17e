"""Cancelled and failed tiles: their place, finding them, and dismissing all at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Job, JobState, Picture
from studio.library.query import Sort, View
from tests.ui.windows import OpenedWindow, make, opened, until


async def submit(window: OpenedWindow, prompt: str, model: str = "sketch") -> tuple[Job, ...]:
    core = window.core
    draft = Draft(prompt=prompt, model=model, size="512", seed=1)
    planned = runs.plan(draft, core.catalogue.find("sketch", model), prompt_variants.expand(prompt))
    return await core.submit(planned)


async def cancelled(window: OpenedWindow, prompt: str = "A {red|green} lamp") -> list[str]:
    queue = window.core.queue
    queue.pause()
    jobs = await submit(window, prompt)
    queue.cancel_all()
    await queue.idle()
    queue.pause(on=False)
    ids = [job.id for job in jobs]
    await until(
        window.core,
        lambda: all(queue.jobs[id].state is JobState.CANCELLED for id in ids),
        "cancelled",
    )
    return ids


async def failed(window: OpenedWindow, prompt: str = "A blue lamp") -> list[str]:
    jobs = await submit(window, prompt, "sketch-refuses")
    await window.core.queue.idle()
    return [job.id for job in jobs]


def stand(window: OpenedWindow) -> list[int | str]:
    return [window.model.key_at(row) for row in range(window.model.rowCount())]


async def test_cancelled_jobs_never_push_pictures_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=3)
        ids = await cancelled(window)
        for pictures, sort in enumerate(Sort, 3):
            window.core.settings.change(sort=sort.value)
            window.library_view.reload()
            await window.library_view.settled()
            tiles = partial(_tiles, window, pictures + len(ids))
            await until(window.core, tiles, "tiles")
            assert stand(window)[-2:] == ids, sort
            assert all(isinstance(key, int) for key in stand(window)[:-2])
            await make(window, f"A tram, {sort.value}", tiles=1)
            assert stand(window)[-2:] == ids, sort


def _tiles(window: OpenedWindow, number: int) -> bool:
    return len(stand(window)) == number


async def test_all_are_dismissed_by_key_and_come_back_with_one_undo(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        ids = {*await cancelled(window), *await failed(window)}
        await until(core, lambda: len(stand(window)) == 4, "tiles")
        before = stand(window)
        window.activateWindow()
        await until(core, window.isActiveWindow, "active")
        window.gallery.setFocus()
        mods = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window.gallery, Qt.Key.Key_Delete, mods)
        await until(core, lambda: stand(window) == [picture.row], "dismissed")
        await until(core, lambda: window.toast.text == "3 jobs dismissed", "told")
        assert window.toast.button.isVisible()
        window.pictures.undo()
        await until(core, lambda: stand(window) == before, "back in their places")
        assert ids <= set(core.queue.jobs)


async def test_nothing_paid_for_is_dismissed_with_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (cut,) = await submit(window, "A cut lamp", "sketch-cut")
        await core.queue.idle()
        await cancelled(window)
        await until(core, lambda: len(stand(window)) == 3, "tiles")
        window.actions_of.every["dismiss_all"].trigger()
        await until(core, lambda: stand(window) == [cut.id], "the answer is kept")
        window.actions_of.every["dismiss_all"].trigger()
        await until(core, lambda: window.toast.text == "No failed or cancelled jobs", "told")
        assert stand(window) == [cut.id]


async def test_the_menu_of_a_tile_and_the_bar_offer_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (one,) = await failed(window)
        await cancelled(window)
        names = [name for name, _words in window.jobs_controller.offers(core.queue.jobs[one])]
        assert names[-2:] == ["discard", "discard_all"]
        window.show_shelf(View.FAILED)
        await until(core, lambda: stand(window) == [one], "failures only")
        button = window.grid_bar.dismissal
        assert button is not None
        await until(core, button.isVisible, "offered")
        button.click()
        await until(core, lambda: not core.queue.jobs, "all, also those not listed here")
        await until(core, lambda: not button.isVisible(), "nothing left")


async def test_cancelled_jobs_are_found_by_search_also_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        await make(window)
        ids = await cancelled(window)
        (one,) = await failed(window)
        window.view_options.on_searched("is:cancelled")
        await until(core, lambda: stand(window) == ids, "cancelled only")
        window.view_options.on_searched("is:failed")
        await until(core, lambda: stand(window) == [one], "failed only")
        window.view_options.on_searched("-is:failed green")
        await until(core, lambda: len(stand(window)) == 1, "words and states")
    async with opened(tmp_path) as window:
        core = window.core
        assert not any(isinstance(key, str) for key in stand(window))
        window.view_options.on_searched("is:cancelled")
        await until(core, lambda: set(stand(window)) == set(ids), "of the earlier session")
        items = [window.model.item_at(row) for row in range(2)]
        assert {item.state for item in items if isinstance(item, Job)} == {JobState.CANCELLED}
        window.actions_of.every["dismiss_all"].trigger()
        await until(core, lambda: not stand(window), "dismissed")
        window.pictures.undo()
        await until(core, lambda: set(stand(window)) == set(ids), "back")


async def test_a_selected_job_stays_selected_when_its_tile_moves(tmp_path: Path) -> None:
    """The inspector goes on to tell what became of it."""
    async with opened(tmp_path) as window:
        core, gallery = window.core, window.gallery
        await make(window, count=2)
        core.queue.pause()
        jobs = await submit(window, "A {red|green} lamp")
        gallery.select_keys([jobs[0].id])
        core.queue.cancel(jobs[0].id)
        await until(core, lambda: stand(window)[-1] == jobs[0].id, "at the end")
        assert [item.id for item in gallery.selected_items()] == [jobs[0].id]
        assert gallery.at_top, "nothing scrolls"
        core.queue.retry(jobs[0].id)
        await until(core, lambda: stand(window)[:2] == [jobs[1].id, jobs[0].id], "in the queue")
        assert [item.id for item in gallery.selected_items()] == [jobs[0].id]
        core.queue.cancel_all()
        await core.queue.idle()


async def test_the_neighbour_of_dismissed_tiles_is_selected(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core, gallery = window.core, window.gallery
        (picture,) = await make(window)
        ids = await cancelled(window)
        gallery.select_keys(ids)
        window.actions_of.every["dismiss_all"].trigger()
        await until(core, lambda: stand(window) == [picture.row], "dismissed")
        assert [item.id for item in gallery.selected_items()] == [picture.id]


async def test_cancelling_is_reported_once_and_shows_where_the_jobs_are(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        await make(window)
        ids = await cancelled(window)
        await until(core, lambda: window.toast.text == "2 jobs cancelled.", "told")
        window.toast.button.click()
        await until(core, lambda: stand(window) == ids, "shown")
        assert window.library_view.query.words == "is:cancelled"


async def test_the_star_filter_hides_failed_jobs_but_not_where_they_are_listed(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        await core.library.rate([picture.id], 4)
        (one,) = await failed(window)
        await until(core, lambda: len(stand(window)) == 2, "tiles")
        core.settings.change(least_stars=4)
        await until(core, lambda: stand(window) == [picture.row], "a job has no stars")
        window.show_shelf(View.FAILED)
        await until(core, lambda: stand(window) == [one], "its own shelf")
        window.show_shelf(View.ALL)
        window.view_options.on_searched("is:failed")
        await until(core, lambda: stand(window) == [one], "asked for")


async def test_queue_places_are_read_from_first_to_last_in_a_large_queue(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        await make(window)
        core.queue.pause()
        variants = "|".join(f"v{n}" for n in range(30))
        await submit(window, f"A {{{variants}}} lamp")
        later = await submit(window, "A {red|green|blue} lamp")

        def places() -> list[str]:
            items = (window.model.item_at(row) for row in range(window.model.rowCount()))
            return [window.gallery.tile_of(one).big for one in items if isinstance(one, Job)]

        def wanted() -> bool:
            found = [int("".join(filter(str.isdigit, one)) or 0) for one in places()]
            return found == list(range(1, 34))

        await until(core, wanted, "1st, 2nd, 3rd …")
        core.queue.move(later[-1].id, "first")
        await until(core, lambda: stand(window)[0] == later[-1].id, "sent first, read first")
        await until(core, wanted, "and all others after it")
        core.queue.cancel_all()
        await core.queue.idle()


async def test_pictures_dragged_to_the_trash_make_room_for_their_neighbour(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core, gallery = window.core, window.gallery
        pictures = await make(window, count=4)
        gallery.select_keys([pictures[1].row, pictures[2].row])
        ids = (pictures[1].id, pictures[2].id)
        window.built.places.dropped.emit(View.TRASH, ids)
        await until(core, lambda: len(stand(window)) == 2, "gone")
        assert [item.id for item in gallery.selected_items()] == [pictures[3].id]
        # What was not selected leaves the selection alone.
        window.built.places.dropped.emit(View.TRASH, (pictures[0].id,))
        await until(core, lambda: len(stand(window)) == 1, "gone too")
        assert [item.id for item in gallery.selected_items()] == [pictures[3].id]
        assert isinstance(gallery.current_item(), Picture)
