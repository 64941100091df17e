"""The queue in the window: paused, in another order, and everything tried again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Failure, Job, JobState, Role
from studio.library.query import View
from tests.ui.windows import OpenedWindow, make, opened, until


async def submit(window: OpenedWindow, prompt: str, model: str = "sketch") -> tuple[Job, ...]:
    core = window.core
    draft = Draft(prompt=prompt, model=model, size="512", seed=1)
    planned = runs.plan(draft, core.catalogue.find("sketch", model), prompt_variants.expand(prompt))
    return await core.submit(planned)


async def test_a_paused_queue_says_so_everywhere_and_goes_on_in_the_new_order(
    tmp_path: Path, task_errors: list[BaseException]
) -> None:
    async with opened(tmp_path) as window:
        queue, action = window.core.queue, window.actions_of.every["pause_queue"]
        action.trigger()
        assert stands(window)
        first, second, third = await submit(window, "A {red|green|blue} lamp")
        await until(
            window.core,
            lambda: window.status_bar.queue.text() == "3 queued, paused",
            "told",
        )
        assert action.isChecked()
        await until(window.core, lambda: window.gallery.rows.rowCount() == 3, "all are tiles")
        tile = window.gallery.tile_of(queue.jobs[first.id])
        assert (tile.big, tile.line) == ("1st", "the queue is paused")
        names = [name for name, _words in window.jobs_controller.offers(queue.jobs[third.id])]
        assert names == ["first", "earlier", "later", "cancel"]
        window.jobs_controller.run_tile_action("first", queue.jobs[third.id])
        assert list(queue.jobs) == [third.id, first.id, second.id]
        assert window.gallery.tile_of(queue.jobs[third.id]).big == "1st"
        window.status_bar.queue.click()
        popover = window.status_bar.popover
        assert popover is not None
        assert [row.job.id for row in popover.rows] == [third.id, first.id, second.id]
        popover.rows[2].earlier.click()
        assert list(queue.jobs) == [third.id, second.id, first.id]
        popover.pause.click()
        assert not stands(window)
        await until(window.core, lambda: not queue.jobs, "all are made")
        assert not action.isChecked()
        assert task_errors == []


def stands(window: OpenedWindow) -> bool:
    return window.core.queue.paused


def waits(job: Job) -> bool:
    return job.state is JobState.QUEUED


def fail(window: OpenedWindow, job: Job, usd: float) -> None:
    """Let a job look as if a service had refused it at that price."""
    failure = Failure(kind="server", title="The service is overloaded")
    request = replace(job.request, profile="dgrid", model="gemini-nano-banana-2.1")
    ended = replace(job, state=JobState.FAILED, failure=failure, request=request, estimate_usd=usd)
    window.core.queue.adopt(ended, None)


@pytest.mark.parametrize("usd", [0.1, 1.5])
async def test_all_that_failed_is_tried_again_and_much_money_asks_in_the_bar_first(
    tmp_path: Path, task_errors: list[BaseException], usd: float
) -> None:
    async with opened(tmp_path) as window:
        queue = window.core.queue
        queue.pause()
        jobs = await submit(window, "A {red|green} lamp")
        queue.cancel_all()
        await queue.idle()
        for job in jobs:
            fail(window, job, usd)
        assert window.status_bar.queue.text().startswith("2 failed")
        window.actions_of.every["retry_failed"].trigger()
        notice = window.messages.notice
        if usd > 1:
            assert notice is not None
            assert notice.text == "Try 2 jobs again? About $3.00."
            assert {queue.jobs[job.id].state for job in jobs} == {JobState.FAILED}
            window.messages.on_first()
        assert window.messages.notice is None
        queued = [job.id for job in jobs]
        await until(
            window.core,
            lambda: [j.id for j in queue.jobs.values() if waits(j)] == queued,
            "queued again",
        )
        assert window.status_bar.queue.text() == "2 queued, paused"
        assert task_errors == []


async def test_what_would_go_past_the_budget_together_is_asked_about(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.core.settings.change(budget_usd=1.0)
        queue = window.core.queue
        queue.pause()
        jobs = await submit(window, "A {red|green} lamp")
        queue.cancel_all()
        await queue.idle()
        for job in jobs:
            fail(window, job, 0.6)
        window.actions_of.every["retry_failed"].trigger()
        notice = window.messages.notice
        assert notice is not None
        assert "above your" in notice.text
        assert {queue.jobs[job.id].state for job in jobs} == {JobState.FAILED}


async def test_not_now_leaves_what_failed_as_it_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        queue = window.core.queue
        queue.pause()
        (job,) = await submit(window, "A lamp")
        queue.cancel_all()
        await queue.idle()
        fail(window, job, 9.0)
        window.actions_of.every["retry_failed"].trigger()
        window.messages.on_second()
        assert window.messages.notice is None
        assert queue.jobs[job.id].state is JobState.FAILED


async def test_where_nothing_failed_that_is_said(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.actions_of.every["retry_failed"].trigger()
        assert window.toast.isVisible()
        assert window.messages.notice is None


async def test_what_was_cancelled_is_no_tile_of_the_failed_shelf(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        core.queue.pause()
        await submit(window, "A {red|green} lamp")
        core.queue.cancel_all()
        await core.queue.idle()
        core.queue.pause(on=False)
        await submit(window, "A blue lamp", "sketch-refuses")
        await core.queue.idle()
        await until(core, lambda: window.library_view.counts.failed == 1, "one failed")
        await until(core, lambda: window.gallery.rows.rowCount() == 3, "all of the session")
        window.show_shelf(View.FAILED)
        await until(core, lambda: window.gallery.rows.rowCount() == 1, "as many as are counted")


async def test_the_queue_shows_sources_their_cost_and_when_it_is_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        (picture,) = await make(window)
        core.queue.pause()
        source = await core.library.keep_input(
            core.library.path(picture), role=Role.EDIT, name="lamp", picture=picture.id
        )
        style = replace(source, role=Role.STYLE)
        (job,) = await submit(window, "A lamp")
        request = replace(job.request, references=(style, source), profile="dgrid")
        core.queue.adopt(replace(job, request=request, estimate_usd=0.25), None)
        window.status_bar.queue.click()
        popover = window.status_bar.popover
        assert popover is not None
        (row,) = popover.rows
        assert [one.role for one in row.sources.references] == [Role.EDIT, Role.STYLE]
        assert row.sources.isVisible()
        facts = window.status_bar.source
        assert facts is not None
        await until(core, lambda: facts.thumbnails.reference(source) is not None, "thumbnail")
        assert popover.summary.text() == "≈ $0.25"
        core.queue.pause(on=False)


async def test_a_measured_queue_says_when_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        jobs = await submit(window, "A {red|green} lamp", "sketch-slow")
        monkeypatch.setattr(core.queue, "usual_seconds", lambda _model, _size: 300.0)
        window.status_bar.queue.click()
        popover = window.status_bar.popover
        assert popover is not None
        assert "done in about 5 minutes, at " in popover.summary.text()
        core.queue.pause()
        await until(core, lambda: "done" not in popover.summary.text(), "not while it is paused")
        core.queue.cancel_all()
        await core.queue.idle()
        assert len(jobs) == 2
