"""After a run: its first picture is selected, and editing it takes two keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain.entities import Picture
from tests.ui.windows import OpenedWindow, make, opened, until

CTRL = Qt.KeyboardModifier.ControlModifier
NOTHING = Qt.KeyboardModifier.NoModifier


def press(widget: QWidget | None, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    assert widget is not None
    QTest.keyClick(widget, key, modifier)


def selected(window: OpenedWindow) -> list[str]:
    """The prompts of the selected pictures."""
    items = window.gallery.selected_items()
    return [item.prompt for item in items if isinstance(item, Picture)]


async def run(window: OpenedWindow, prompt: str) -> None:
    """Type a prompt and generate with keys; wait until its pictures are there."""
    editor = window.composer.card.editor
    editor.setFocus()
    press(editor, Qt.Key.Key_A, CTRL)
    QTest.keyClicks(editor, prompt)
    await generate(window)


async def chooses(window: OpenedWindow, *prompts: str) -> None:
    """Until just these are selected; they may still be read."""
    await until(window.core, lambda: selected(window) == list(prompts), f"{prompts} selected")


async def generate(window: OpenedWindow) -> None:
    before = window.model.rowCount()
    press(window.composer.card.editor, Qt.Key.Key_Return, CTRL)
    await until(window.core, lambda: window.model.rowCount() > before, "queued")
    await until(window.core, lambda: not window.core.queue.jobs, "done")


async def edit(window: OpenedWindow) -> None:
    """Ctrl+E, until the picture is the source."""
    editor = window.composer.card.editor
    press(QApplication.focusWidget(), Qt.Key.Key_E, CTRL)
    await until(window.core, lambda: bool(window.composer.draft().sources), "the source")
    await until(window.core, editor.hasFocus, "the prompt")


async def test_the_newest_result_is_edited_with_two_keys(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        editor = window.composer.card.editor
        await run(window, "a lighthouse")
        await chooses(window, "a lighthouse")
        # The caret stays where the user types.
        assert editor.hasFocus()
        await edit(window)
        # The prompt is that of the picture, so typing replaces it.
        QTest.keyClicks(editor, "the same at dusk")
        assert window.composer.draft().prompt == "the same at dusk"
        await generate(window)
        await chooses(window, "the same at dusk")


async def test_the_prompt_that_was_replaced_comes_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        editor = window.composer.card.editor
        await run(window, "a lighthouse")
        await chooses(window, "a lighthouse")
        await edit(window)
        QTest.keyClicks(editor, "dusk")
        press(editor, Qt.Key.Key_Z, CTRL)
        assert window.composer.draft().prompt == "a lighthouse"
        assert window.composer.draft().sources
        press(editor, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(editor, "dusk")
        press(editor, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        await until(
            window.core, lambda: window.composer.draft().prompt == "a lighthouse", "the history"
        )


async def test_words_not_sent_yet_are_never_selected(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        editor = window.composer.card.editor
        await run(window, "a lighthouse")
        await chooses(window, "a lighthouse")
        QTest.keyClicks(editor, " at noon")
        await edit(window)
        assert not editor.textCursor().hasSelection()
        QTest.keyClicks(editor, ", in fog")
        assert window.composer.draft().prompt == "a lighthouse at noon, in fog"


async def test_a_choice_of_the_users_own_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        for prompt in ("one", "two"):
            await run(window, prompt)
        editor = window.composer.card.editor
        editor.setFocus()
        press(editor, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(editor, "three")
        press(editor, Qt.Key.Key_Return, CTRL)
        # While it is being made, another picture is chosen: the other one, or none.
        await until(window.core, lambda: bool(window.core.queue.jobs), "queued")
        row = next(
            n
            for n in range(window.model.rowCount())
            if (one := window.model.picture_at(n)) is not None and one.prompt == "one"
        )
        window.gallery.go_to_row(row)
        await until(window.core, lambda: not window.core.queue.jobs, "done")
        await chooses(window, "one")


async def test_each_run_selects_only_once_and_the_last_one_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.gallery.select_keys([])
        await run(window, "{red|green|blue} boat")
        await until(window.core, lambda: window.gallery.selected_count() == 1, "selected")
        (row,) = window.gallery.selected_rows()
        (first,) = await window.core.library.pictures([row])
        assert first.prompt == "red boat"


async def test_the_grid_is_not_scrolled(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.composer.set_draft(replace(window.composer.draft(), size="512"))
        await run(window, "{" + "|".join(f"boat {n}" for n in range(8)) + "}")
        window.gallery.set_tile_size(400)
        bar = window.gallery.verticalScrollBar()
        bar.setValue(bar.maximum())
        shown = window.gallery.place()[0]
        assert shown > 0
        kept = window.model.key_at(shown)
        await run(window, "a kite")
        await chooses(window, "a kite")
        assert window.model.key_at(window.gallery.place()[0]) == kept
