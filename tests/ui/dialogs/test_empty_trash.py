"""Emptying the trash from the window: offered in the trash, and only after a confirmation."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from studio.library.operations.trash import TrashContents
from studio.library.query import View
from studio.ui.dialogs.empty_trash import EmptyTrashDialog, consequence, system_trash
from studio.ui.support import formatting
from studio.ui.widgets.text import Text
from tests.ui.windows import OpenedWindow, make, opened, until


def question() -> EmptyTrashDialog | None:
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, EmptyTrashDialog)]
    return next((one for one in found if one.isVisible()), None)


def offered(window: OpenedWindow) -> bool:
    """Whether the button stands over the pictures."""
    button = window.grid_bar.emptying
    return button is not None and button.isVisible()


async def asked(window: OpenedWindow) -> EmptyTrashDialog:
    """The question, opened by the button over the trash."""
    window.show_shelf(View.TRASH)
    bar = window.grid_bar
    await until(window.core, lambda: offered(window), "offered")
    assert bar.emptying is not None
    bar.emptying.click()
    await until(window.core, question, "asked")
    found = question()
    assert found is not None
    return found


async def test_the_trash_offers_it_and_only_a_yes_does_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3, tiles=3)
        core = window.core
        assert not offered(window)
        await core.library.trash([one.id for one in pictures[:2]])
        await until(core, lambda: window.library_view.counts.trash == 2, "thrown away")
        dialog = await asked(window)
        words = [one.text() for one in dialog.findChildren(Text)]
        size = formatting.megabytes(sum(one.bytes for one in pictures[:2]))
        assert words[0] == "Delete 2 pictures?"
        assert size in words[1]
        assert dialog.keep.isDefault()
        dialog.keep.click()
        await until(core, lambda: question() is None, "put away")
        assert window.library_view.counts.trash == 2

        dialog = await asked(window)
        dialog.go.click()
        await until(core, lambda: window.library_view.counts.trash == 0, "emptied")
        await until(core, lambda: window.model.rowCount() == 0, "shown")
        await until(core, lambda: not offered(window), "no longer offered")
        assert await core.library.find([one.id for one in pictures[:2]]) == []
        window.show_shelf(View.ALL)
        await until(core, lambda: list(window.library_view.order) == [pictures[2].row], "one left")


async def test_an_empty_trash_asks_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.actions_of.every["empty_trash"].trigger()
        await until(window.core, window.toast.isVisible, "told")
        assert question() is None


@pytest.mark.parametrize("into_system_trash", [True, False])
def test_the_question_says_where_the_files_go(into_system_trash: bool) -> None:
    words = consequence(
        TrashContents(ids=("a", "b"), bytes=3_200_000), into_system_trash=into_system_trash
    )
    assert "3.2 MB" in words
    assert ("system's trash" in words) is into_system_trash
    assert ("permanently" in words) is not into_system_trash


async def test_what_lies_in_a_given_folder_never_goes_elsewhere(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        assert window.core.paths.home is not None
        assert system_trash(window.core.paths) is None
