"""The month's budget in the window: said once at four fifths, asked past the whole, never modal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from studio.core import Options
from studio.domain import JobState
from studio.drafts import Draft
from studio.ui.main_window import StudioWindow
from studio.ui.settings_dialog import SettingsDialog
from studio.ui.sidebar.sidebar import SpendBlock
from tests.canary import KEY
from tests.core.running import MODEL
from tests.fake_service import FakeService, Reply, answer_with, tiny_png
from tests.ui.windows import opened, until

PRICE = 0.0336
DRAFT = Draft(profile="dgrid", model=MODEL, prompt="a lamp", size="1K")


def at(service: FakeService) -> Options:
    """Everything is asked of this service."""
    return Options(provider="dgrid", base_url=service.url)


def posts(service: FakeService) -> int:
    return sum(one.method == "POST" for one in service.requests)


async def make(window: StudioWindow, pictures: int = 1) -> None:
    """Press Generate and wait for what was asked for, and for the new sum."""
    before = window.browsing.counts.all
    window.composer.set_draft(replace(DRAFT, count=pictures))
    window.composer.generate_now()
    core = window.core
    await until(core, lambda: len(core.queue.jobs) == 0, "nothing is queued any more")
    await until(core, lambda: window.browsing.counts.all == before + pictures, "all are counted")
    await summed(window)


async def summed(window: StudioWindow) -> None:
    """Let the library sum up again."""
    spent: list[Any] = []
    window.browsing.spent.connect(spent.append)
    window.browsing.recount()
    await until(window.core, lambda: bool(spent), "the sum is read again")


def said(window: StudioWindow) -> str:
    return window.messages.notice.text if window.messages.notice else ""


def service() -> FakeService:
    answer = Reply(body=answer_with(tiny_png()))
    return FakeService(fallback=lambda _request: answer)


async def test_four_fifths_are_said_once_a_month_also_after_a_restart(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=2.4 * PRICE)
            await make(window)
            assert said(window) == ""
            await make(window)
            assert "are spent" in said(window)
            assert not window.messages.isModal()
            window.messages.on_close()
            await summed(window)
            assert said(window) == ""
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await summed(window)
            assert said(window) == ""
            # Another limit, another crossing.
            window.core.settings.change(budget_usd=2.2 * PRICE)
            assert "are spent" in said(window)
            window.core.settings.change(budget_usd=40.0)
            assert said(window) == ""


async def test_past_the_budget_the_composer_asks_and_everything_else_goes_on(
    tmp_path: Path,
) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=2.5 * PRICE)
            await make(window)
            composer = window.composer
            composer.set_draft(replace(DRAFT, count=2))
            assert composer.card.generate.quote.detail.startswith("over by $0.0")
            composer.generate_now()
            assert posts(running) == 1
            notice = composer.bar.notice
            assert notice is not None
            assert "over your" in notice.text
            assert [action for action, _words in notice.actions] == ["limit", "anyway"]
            assert QApplication.activeModalWidget() is None
            # One picture fits, and is sent while the question stands.
            await make(window)
            assert posts(running) == 2
            composer.set_draft(replace(DRAFT, count=2))
            composer.generate_now()
            composer.bar.acted.emit("ask", "anyway")
            await until(window.core, lambda: posts(running) == 4, "both are sent")
            await until(window.core, lambda: not window.core.queue.jobs, "all came")


async def test_what_is_queued_counts_before_it_is_made(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=2.5 * PRICE, at_once=1)
            composer = window.composer
            composer.set_draft(replace(DRAFT, count=2))
            composer.generate_now()
            # Pressed again before the first run is even written down.
            composer.generate_now()
            assert composer.bar.notice is not None
            assert composer.bar.notice.key == "ask"
            await until(window.core, lambda: len(window.core.queue.jobs) == 2, "both are queued")
            await until(window.core, lambda: not window.core.queue.jobs, "all came")
            assert posts(running) == 2


async def test_the_rail_tells_the_same_sum_as_the_sidebar(tmp_path: Path) -> None:
    with service() as there:
        async with opened(tmp_path, options=at(there), key=KEY) as window:
            await make(window)
            words = window.rail._coin.accessibleName()
            assert words == window.sidebar._spend.accessibleName()
            assert "$0.00" not in words


async def test_the_limit_is_changed_from_the_question(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=0.01)
            composer = window.composer
            composer.set_draft(DRAFT)
            composer.generate_now()
            composer.bar.acted.emit("ask", "limit")
            (dialog,) = window.findChildren(SettingsDialog)
            assert dialog.focusWidget() is dialog.pictures.budget
            dialog.pictures.budget.setText("40")
            dialog.pictures.budget.editingFinished.emit()
            dialog.close()
            assert window.core.settings.value.budget_usd == 40.0
            composer.generate_now()
            await until(window.core, lambda: posts(running) == 1, "it is sent")
            await until(window.core, lambda: not window.core.queue.jobs, "it came")


async def test_variations_ask_too(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await make(window)
            (picture,) = await window.core.library.every()
            run = window.running.variations(picture)
            window.core.settings.change(budget_usd=2.5 * PRICE)
            window.talking.on_toast_gone(run)
            assert posts(running) == 1
            notice = window.composer.bar.notice
            assert notice is not None
            assert notice.key == "run"
            window.composer.bar.acted.emit("run", "send")
            await until(window.core, lambda: posts(running) == 5, "all are sent")
            await until(window.core, lambda: not window.core.queue.jobs, "all came")
            window.core.settings.change(budget_usd=40.0)
            window.talking.on_toast_gone(replace(run, id="again"))
            await until(window.core, lambda: posts(running) == 9, "no question")
            await until(window.core, lambda: not window.core.queue.jobs, "all came")


async def test_the_sidebar_follows_the_limit(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=40.0)
            await make(window)
            (block,) = window.sidebar.findChildren(SpendBlock)
            assert "left until 1" in block.accessibleName()
            window.core.settings.change(budget_usd=0.0)
            assert "left until" not in block.accessibleName()


async def test_trying_again_past_the_budget_asks_first(tmp_path: Path) -> None:
    good, refused = Reply(body=answer_with(tiny_png())), Reply(status=400, body={"error": "no"})
    replies = [good, refused]
    with FakeService(fallback=lambda _request: replies.pop(0) if replies else good) as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await make(window)
            window.core.settings.change(budget_usd=1.5 * PRICE)
            window.composer.set_draft(DRAFT)
            window.composer.generate_now()
            window.composer.bar.acted.emit("ask", "anyway")
            failed = JobState.FAILED
            jobs = window.core.queue.jobs
            await until(window.core, lambda: [j.state for j in jobs.values()] == [failed], "failed")
            await summed(window)
            sent = posts(running)
            (job,) = jobs.values()
            window.running.act("retry", job)
            notice = window.messages.notice
            assert notice is not None
            assert notice.key == "again"
            assert "over your" in notice.text
            assert posts(running) == sent
            assert jobs[job.id].state is failed
            window.messages.acted.emit("again", "send")
            await until(window.core, lambda: posts(running) == sent + 1, "sent after all")
