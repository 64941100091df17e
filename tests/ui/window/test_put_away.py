"""Jobs without a picture in the window: shown as tiles, dismissed and restored."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Job, JobState, Picture
from tests.generation.earlier_process import left_behind
from tests.generation.harness import ANSWER
from tests.ui.windows import OpenedWindow, make, opened, until


async def refused(window: OpenedWindow) -> None:
    """A job that failed."""
    model = window.core.catalogue.find("sketch", "sketch-refuses")
    draft = Draft(prompt="x", model="sketch-refuses", size="512")
    await window.core.submit(runs.plan(draft, model, ("x",)))
    await window.core.queue.idle()


async def test_a_failed_job_stays_as_a_tile_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        await refused(window)
        await until(core, lambda: window.library_view.counts.failed == 1, "counted")
        item = window.model.item_at(0)
        assert item is not None
        assert not isinstance(item, Picture)
        assert item.state is JobState.FAILED
        told: list[int] = []
        monkeypatch.setattr(window.sidebar.model, "set_failed_new", told.append)
        core.queue.retry(item.id)
        await until(core, lambda: told == [0, 1], "one new failure, however often it is tried")


async def test_a_failed_job_is_found_by_its_date_and_not_by_what_only_pictures_have(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        await refused(window)
        await until(core, lambda: window.model.rowCount() == 1, "tile")
        for words, tiles in (
            ("before:today", 0),
            ("after:7d", 1),
            ("after:7d rating:>=1", 0),
            ("-before:today x", 1),
            ("-after:7d", 0),
            ("is:failed", 1),
            ("-is:failed", 0),
        ):
            window.library_view.show(words=words)
            seen = partial(_shows, window, tiles)
            await until(core, seen, words)


def _shows(window: OpenedWindow, tiles: int) -> bool:
    return window.model.rowCount() == tiles


async def test_a_failed_tile_that_was_put_away_comes_back_to_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        model = core.catalogue.find("sketch", "sketch-refuses")
        draft = Draft(prompt="{a|b}", model="sketch-refuses", size="512")
        first, second = await core.submit(runs.plan(draft, model, prompt_variants.expand("{a|b}")))
        await core.queue.idle()
        await until(core, lambda: window.model.rowCount() == 2, "tiles")
        window.gallery.select_keys([first.id])
        await until(core, lambda: len(window.gallery.selected_jobs()) == 1, "selected")
        window.pictures.trash()
        await until(core, lambda: window.model.rowCount() == 1, "put away")
        window.pictures.undo()
        await until(core, lambda: window.model.rowCount() == 2, "brought back")
        await until(core, lambda: window.model.key_at(0) == first.id, "in its place")
        assert window.model.key_at(1) == second.id


async def test_what_an_earlier_start_left_stands_where_it_was_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (old,) = await make(window)
        core = window.core
        model = core.catalogue.find("sketch", "sketch-slow")
        draft = Draft(prompt="a", model="sketch-slow", size="512", count=4)
        jobs = await core.submit(runs.plan(draft, model, prompt_variants.expand("a")))
        await until(core, lambda: window.model.rowCount() == 5, "tiles")
        await until(core, lambda: core.queue.running == 3, "sent")
    async with opened(tmp_path) as window:
        core = window.core
        await until(core, lambda: window.model.rowCount() == 5, "tiles")
        stand = [window.model.key_at(row) for row in range(5)]
        assert stand == [*(job.id for job in jobs), old.row]


async def test_a_cut_answer_that_was_discarded_can_be_taken_back_and_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        model = core.catalogue.find("sketch", "sketch-cut")
        draft = Draft(prompt="a", model="sketch-cut", size="512")
        (job,) = await core.submit(runs.plan(draft, model, prompt_variants.expand("a")))
        await core.queue.idle()
        await until(core, lambda: len(shown_jobs(window)) == 1, "its tile")
        cut = core.queue.jobs[job.id]
        assert cut.failure is not None
        # The tile and what is said of it tell the same number.
        assert f"{cut.received:,} bytes" in cut.failure.message
        window.jobs_controller.run_tile_action("discard", cut)
        await until(core, lambda: not shown_jobs(window), "put away")
        toast = window.toast
        await until(core, lambda: toast.text == "1 job dismissed", "told")
        assert toast.button.isVisible()
        window.pictures.undo()
        await until(core, lambda: len(shown_jobs(window)) == 1, "brought back")
        await until(core, lambda: job.id in core.queue.jobs, "and known to the queue")
        window.jobs_controller.run_tile_action("salvage", shown_jobs(window)[0])
        await until(core, lambda: not shown_jobs(window) and window.model.rowCount() == 1, "read")


async def test_a_cancelled_tile_that_was_put_away_comes_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        model = core.catalogue.find("sketch", "sketch-slow")
        draft = Draft(prompt="a", model="sketch-slow", size="512")
        (job,) = await core.submit(runs.plan(draft, model, prompt_variants.expand("a")))
        core.queue.cancel(job.id)
        await core.queue.idle()
        await core.queue.dismiss([job.id])
        await until(core, lambda: not shown_jobs(window), "put away")
        window.pictures.undo()
        await until(core, lambda: len(shown_jobs(window)) == 1, "brought back")
        assert shown_jobs(window)[0].state is JobState.CANCELLED


def shown_jobs(window: OpenedWindow) -> list[Job]:
    items = (window.model.item_at(row) for row in range(window.model.rowCount()))
    return [item for item in items if isinstance(item, Job)]


async def test_an_answer_that_turned_out_whole_is_said_in_the_bar(tmp_path: Path) -> None:
    left_behind(tmp_path, sent=True, body=json.dumps(ANSWER).encode(), mark="cut")
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.model.rowCount() == 1, "its picture")
        said = "1 answer marked incomplete is complete"
        await until(window.core, lambda: window.messages.notice is not None, "the notice")
        notice = window.messages.notice
        assert notice is not None
        assert notice.text.startswith(said)
        assert notice.tone == "plain"
