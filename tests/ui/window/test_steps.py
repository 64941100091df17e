"""Steps that share a window find it as the first one did, or the test of them fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.domain.entities import Flag, Picture
from studio.library.query import View
from tests.ui.steps import Journey
from tests.ui.windows import OpenedWindow, make, opened, until


async def test_what_a_step_changes_is_put_back_and_what_it_leaves_fails(tmp_path: Path) -> None:
    journey = Journey()
    found: list[tuple[Flag, bool]] = []

    async def look(window: OpenedWindow, pictures: list[Picture]) -> None:
        (first, *_others) = await window.core.library.find([pictures[0].id])
        found.append((first.flag, window.view_switch.in_compare))

    @journey.step
    async def changes(window: OpenedWindow, pictures: list[Picture]) -> None:
        await look(window, pictures)
        await window.core.library.flag([pictures[0].id], Flag.REJECT)
        await window.core.library.trash([pictures[1].id])
        window.core.settings.change(least_stars=3)
        window.composer.set_prompt("A lamp")
        window.view_switch.compare_these([one.row for one in pictures])
        await until(window.core, lambda: window.view_switch.in_compare, "compared")

    journey.step(look)

    @journey.step
    async def leaves_another_shelf(window: OpenedWindow, _pictures: list[Picture]) -> None:
        window.show_shelf(View.TRASH)

    async with opened(tmp_path) as window:
        with pytest.raises(AssertionError) as caught:
            await journey.walk(window, await make(window, count=2))
    assert found == [(Flag.NONE, False)] * 2
    assert caught.value.__notes__ == ["in the step leaves_another_shelf"]
