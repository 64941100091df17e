"""The monthly budget in the window: warns once at 80 %, asks above 100 %, never modal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from studio.app.core_options import CoreOptions
from studio.domain.drafts import Draft
from studio.domain.entities import JobState
from studio.ui.dialogs.settings import SettingsDialog
from studio.ui.panels.sidebar.sidebar import SpendBlock
from studio.ui.widgets.buttons import Button
from tests.canary import KEY
from tests.fake_service import FakeService, Reply, answer_with, tiny_png
from tests.generation.harness import MODEL
from tests.ui.answers import answer, labels
from tests.ui.windows import OpenedWindow, opened, until

PRICE = 0.0336
DRAFT = Draft(profile="dgrid", model=MODEL, prompt="a lamp", size="1K")


def at(service: FakeService) -> CoreOptions:
    """Everything is asked of this service."""
    return CoreOptions(provider="dgrid", base_url=service.url)


def posts(service: FakeService) -> int:
    return sum(one.method == "POST" for one in service.requests)


async def make(window: OpenedWindow, pictures: int = 1) -> None:
    """Press Generate and wait for what was asked for, and for the new sum."""
    before = window.library_view.counts.all
    window.composer.set_draft(replace(DRAFT, count=pictures))
    window.composer.generate_now()
    core = window.core
    await until(core, lambda: len(core.queue.jobs) == 0, "nothing is queued any more")
    await until(
        core, lambda: window.library_view.counts.all == before + pictures, "all are counted"
    )
    await summed(window)


async def summed(window: OpenedWindow) -> None:
    """Let the library sum up again."""
    spent: list[Any] = []
    window.library_view.spent.connect(spent.append)
    window.library_view.recount()
    await until(window.core, lambda: bool(spent), "the sum is read again")


def said(window: OpenedWindow) -> str:
    return window.messages.notice.text if window.messages.notice else ""


def service() -> FakeService:
    reply = Reply(body=answer_with(tiny_png()))
    return FakeService(fallback=lambda _request: reply)


async def test_four_fifths_are_said_once_a_month_also_after_a_restart(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=2.4 * PRICE)
            await make(window)
            assert said(window) == ""
            await make(window)
            assert "You've spent" in said(window)
            assert not window.messages.isModal()
            window.messages.on_close()
            await summed(window)
            assert said(window) == ""
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await summed(window)
            assert said(window) == ""
            # Another limit, another crossing.
            window.core.settings.change(budget_usd=2.2 * PRICE)
            assert "You've spent" in said(window)
            window.core.settings.change(budget_usd=40.0)
            assert said(window) == ""


async def test_the_warning_and_the_sidebar_tell_the_same_sum(tmp_path: Path) -> None:
    """The issue's own: the warning kept its first sum while the sidebar went on."""
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=2.4 * PRICE)
            await make(window, 2)
            assert said(window).startswith("You've spent ≈ $0.07 of your $0.08 ")
            spoken = window.messages.accessibleName()
            window.composer.set_draft(DRAFT)
            window.composer.generate_now()
            answer(window.composer.bar, "Generate anyway")
            await until(window.core, lambda: posts(running) == 3, "sent")
            await until(window.core, lambda: not window.core.queue.jobs, "it came")
            await summed(window)
            assert said(window).startswith("You've spent ≈ $0.10 of your $0.08 ")
            assert window.messages.accessibleName() != spoken
            assert "≈ $0.10" in window.rail.spend.accessibleName()
            # Closed, it stays away.
            window.messages.on_close()
            await summed(window)
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
            assert "above your" in notice.text
            assert labels(composer.bar) == ["Change limit", "Generate anyway"]
            assert QApplication.activeModalWidget() is None
            # One picture fits, and is sent while the question stands.
            await make(window)
            assert posts(running) == 2
            composer.set_draft(replace(DRAFT, count=2))
            composer.generate_now()
            answer(composer.bar, "Generate anyway")
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
            words = window.rail.spend.accessibleName()
            assert words == window.sidebar.spend.accessibleName()
            assert "$0.00" not in words


async def test_the_limit_is_changed_from_the_question(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            window.core.settings.change(budget_usd=0.01)
            composer = window.composer
            composer.set_draft(DRAFT)
            composer.generate_now()
            answer(composer.bar, "Change limit")
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
            run = window.jobs_controller.variations(picture)
            window.core.settings.change(budget_usd=2.5 * PRICE)
            window.budget_controller.send(run)
            assert posts(running) == 1
            notice = window.composer.bar.notice
            assert notice is not None
            assert notice.key == "run"
            answer(window.composer.bar, "Generate anyway")
            await until(window.core, lambda: posts(running) == 5, "all are sent")
            await until(window.core, lambda: not window.core.queue.jobs, "all came")
            window.core.settings.change(budget_usd=40.0)
            window.budget_controller.send(replace(run, id="again"))
            await until(window.core, lambda: posts(running) == 9, "no question")
            await until(window.core, lambda: not window.core.queue.jobs, "all came")


def pressed(window: OpenedWindow, words: str) -> None:
    """The button of the composer's question with these words is pressed."""
    (button,) = [
        one
        for one in window.composer.bar.findChildren(Button)
        if one.isVisibleTo(window.composer) and one.text() == words
    ]
    button.click()


def toast(window: OpenedWindow) -> str:
    return window.toast.text if window.toast.isVisible() else ""


async def vary(window: OpenedWindow) -> None:
    """V on the newest picture."""
    (picture, *_others) = await window.core.library.pictures(window.library_view.order)
    window.gallery.select_keys([picture.row])
    await until(window.core, window.gallery.selected_items, "selected")
    action = window.actions_of.every["vary"]
    await until(window.core, action.isEnabled, "it can be varied")
    action.trigger()


async def test_v_past_the_budget_asks_about_the_variations_and_sends_them(tmp_path: Path) -> None:
    """The issue's own: "4 variations" and a question were shown, and nothing was sent."""
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await make(window)
            window.core.settings.change(budget_usd=2.5 * PRICE)
            await vary(window)
            await until(window.core, lambda: window.composer.bar.notice, "asked")
            notice = window.composer.bar.notice
            assert notice is not None
            assert notice.text.startswith("Confirm 4 variations. This run would take ")
            assert "above your $0.08 budget." in notice.text
            assert toast(window) == ""
            assert window.toast.timer.isActive() is False
            assert posts(running) == 1
            pressed(window, "Generate anyway")
            assert window.composer.bar.notice is None
            await until(window.core, lambda: posts(running) == 5, "all are sent")
            assert toast(window) == "4 variations, ≈ $0.13"
            await until(window.core, lambda: not window.core.queue.jobs, "all came")


async def test_variations_wait_while_the_limit_is_changed(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await make(window)
            window.core.settings.change(budget_usd=2.5 * PRICE)
            await vary(window)
            await until(window.core, lambda: window.composer.bar.notice, "asked")
            pressed(window, "Change limit")
            (dialog,) = window.findChildren(SettingsDialog)
            notice = window.composer.bar.notice
            assert notice is not None
            assert "above your $0.08 budget." in notice.text
            window.core.settings.change(budget_usd=3.5 * PRICE)
            notice = window.composer.bar.notice
            assert notice is not None
            assert "above your $0.12 budget." in notice.text
            window.core.settings.change(budget_usd=40.0)
            notice = window.composer.bar.notice
            assert notice is not None
            assert notice.text == "Confirm 4 variations. They now fit the limit."
            dialog.close()
            pressed(window, "Generate")
            await until(window.core, lambda: posts(running) == 5, "all are sent")
            await until(window.core, lambda: not window.core.queue.jobs, "all came")


async def test_declined_variations_do_not_come_back(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await make(window)
            window.core.settings.change(budget_usd=2.5 * PRICE)
            await vary(window)
            await until(window.core, lambda: window.composer.bar.notice, "asked")
            window.composer.bar.on_close()
            window.core.settings.change(budget_usd=40.0)
            assert window.composer.bar.notice is None
            assert posts(running) == 1


async def test_v_within_the_budget_can_still_be_cancelled_for_a_moment(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await make(window)
            await vary(window)
            await until(window.core, lambda: toast(window), "told")
            assert toast(window) == "4 variations, ≈ $0.13"
            assert window.composer.bar.notice is None
            window.toast.on_undo()
            assert posts(running) == 1


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
            answer(window.composer.bar, "Generate anyway")
            failed = JobState.FAILED
            jobs = window.core.queue.jobs
            await until(window.core, lambda: [j.state for j in jobs.values()] == [failed], "failed")
            await summed(window)
            sent = posts(running)
            (job,) = jobs.values()
            window.jobs_controller.run_tile_action("retry", job)
            notice = window.messages.notice
            assert notice is not None
            assert notice.key == "again"
            assert "above your" in notice.text
            assert posts(running) == sent
            assert jobs[job.id].state is failed
            answer(window.messages, "Try anyway")
            await until(window.core, lambda: posts(running) == sent + 1, "sent after all")
