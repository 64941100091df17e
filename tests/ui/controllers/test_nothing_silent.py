"""Every action of the user has feedback on the screen, and only once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.common.errors import InputError, StorageError
from studio.domain.events import ProblemOccurred
from studio.library.query import Query, View
from studio.ui.widgets.menu import reason_of
from tests.canary import KEY
from tests.ui.controllers.test_budget import at, posts, pressed, service, toast, vary
from tests.ui.controllers.test_budget import make as generate
from tests.ui.controllers.test_collections import at as place_at
from tests.ui.controllers.test_collections import listed
from tests.ui.controllers.test_every_action import settle
from tests.ui.windows import OpenedWindow, make, opened, until

PICTURE = Path(__file__).resolve().parents[3] / "resources/examples/lighthouse.jpg"


def paste(window: OpenedWindow) -> None:
    """Ctrl+V with the gallery focused."""
    window.activateWindow()
    window.gallery.setFocus()
    QApplication.processEvents()
    QTest.keyClick(window.gallery, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


async def test_words_and_pictures_are_pasted_with_the_gallery_focused(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.composer.set_prompt("")
        QGuiApplication.clipboard().setText("amber kelp")
        paste(window)
        assert window.composer.draft().prompt == "amber kelp"
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(PICTURE))])
        QGuiApplication.clipboard().setMimeData(mime)
        paste(window)
        await until(window.core, lambda: len(window.composer.draft().references) == 1, "a file")
        image = QImage(8, 8, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        QGuiApplication.clipboard().setImage(image)
        paste(window)
        await until(window.core, lambda: len(window.composer.draft().references) == 2, "pixels")
        assert not window.toast.isVisible()


async def test_pasting_from_the_loupe_opens_the_composer(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.view_switch.open_loupe(picture)
        composer = window.composer
        assert composer.is_open is False
        QGuiApplication.clipboard().setText("amber kelp")
        window.actions_of.every["paste"].trigger()
        assert composer.sheet.isVisible()
        assert composer.draft().prompt.endswith("amber kelp")


async def test_what_cannot_be_pasted_says_why(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        before = window.composer.draft()
        QGuiApplication.clipboard().clear()
        paste(window)
        assert toast(window) == "Nothing to paste: the clipboard is empty"
        window.toast.hide_toast()
        mime = QMimeData()
        mime.setData("application/x-of-another-program", b"x")
        QGuiApplication.clipboard().setMimeData(mime)
        paste(window)
        assert toast(window).startswith("Nothing to paste: the clipboard has neither text")
        assert window.composer.draft() == before


async def test_variations_say_what_was_queued(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await generate(window)
            window.core.queue.pause()
            await vary(window)
            await until(window.core, lambda: toast(window), "announced")
            window.toast.hide_toast()
            await until(window.core, lambda: toast(window), "queued")
            assert window.core.queue.waiting == 4
            assert toast(window) == "4 variations, ≈ $0.13; the queue is paused"


async def test_nothing_is_said_of_variations_that_were_not_queued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await generate(window)

            async def full(_run: object) -> None:
                raise StorageError("The disk is full")

            monkeypatch.setattr(window.core, "submit", full)
            await vary(window)
            await until(window.core, lambda: toast(window), "announced")
            window.toast.hide_toast()
            await until(window.core, lambda: window.composer.bar.notice, "the error")
            await settle()
            assert toast(window) == ""


async def test_a_question_about_variations_stands_without_a_toast(tmp_path: Path) -> None:
    """The first V fits the budget and is announced; the second does not and asks."""
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await generate(window)
            window.core.queue.pause()
            window.core.settings.change(budget_usd=0.25)
            await vary(window)
            await until(window.core, lambda: toast(window), "announced")
            window.actions_of.every["vary"].trigger()
            await settle()
            notice = window.composer.bar.notice
            assert notice is not None, "asked at once, not after another announcement"
            assert notice.text.startswith("Confirm 4 variations.")
            assert not (window.toast.isVisible() and window.toast.button.isVisible()), "no Cancel"
            await until(window.core, lambda: window.core.queue.waiting == 4, "the first are queued")
            pressed(window, "Generate anyway")
            await until(window.core, lambda: window.core.queue.waiting == 8, "the others too")
            assert posts(running) == 1


async def test_another_default_provider_is_announced_and_undone(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        settings = window.core.settings
        assert settings.value.profile == window.composer.draft().profile == "sketch"
        await window.core.keys.store("dgrid", KEY)
        await until(window.core, lambda: toast(window), "announced")
        assert toast(window) == "DGrid is now the default provider"
        await until(window.core, lambda: window.composer.draft().profile == "dgrid", "followed")
        window.toast.on_undo()
        assert settings.value.profile == "sketch"
        assert window.composer.draft().profile == "sketch"
        assert toast(window) == "Offline sketch is now the default provider"


async def test_a_toast_with_a_button_outlasts_a_dialog_over_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        dialog = window.dialogs.open_settings("keys")
        assert QApplication.activeModalWidget() is dialog
        window.core.settings.change(profile="dgrid")
        assert toast(window) == "DGrid is now the default provider"
        window.toast.timer.timeout.emit()
        assert toast(window) == "DGrid is now the default provider"
        dialog.close()
        window.toast.timer.timeout.emit()
        assert toast(window) == ""


def told(window: OpenedWindow) -> str:
    """What the message bar says."""
    bar = window.messages
    assert bar.isVisible() == (bar.notice is not None)
    return bar.notice.text if bar.notice else ""


async def test_an_error_stays_with_the_view_it_belongs_to(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        said = window.messages_controller
        said.on_error(InputError("Too many pictures to copy"))
        assert told(window) == "Too many pictures to copy."
        window.show_shelf(View.PICKS)
        assert told(window) == ""
        said.on_problem(StorageError("The disk is full"))
        window.show_shelf(View.ALL)
        assert told(window) == "The disk is full."
        window.messages.on_close()
        assert told(window) == "Too many pictures to copy."
        window.core.events.publish(ProblemOccurred(StorageError("The network drive is gone")))
        window.show_shelf(View.TRASH)
        assert told(window) == "The network drive is gone."


async def test_errors_of_the_loupe_are_shown_in_the_loupe(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.view_switch.open_loupe(picture)
        window.messages_controller.on_error(InputError("No file manager responded"))
        assert window.messages.isVisible()
        assert window.loupe.isAncestorOf(window.messages)
        window.view_switch.show_grid()
        assert window.messages.isHidden()
        assert window.grid.isAncestorOf(window.messages)


async def test_a_key_that_changes_nothing_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        every = window.actions_of.every
        window.gallery.select_keys([picture.row])
        await until(window.core, every["rate_0"].isEnabled, "selected")
        for name, words in (
            ("rate_0", "No rating to clear"),
            ("before", "This picture was not made from another one"),
            ("cancel_all", "No jobs to cancel"),
        ):
            window.toast.hide_toast()
            every[name].trigger()
            await until(window.core, lambda: toast(window), name)
            assert toast(window) == words


async def test_the_shortcut_of_a_disabled_action_says_why(tmp_path: Path) -> None:
    """With nothing selected, whatever the key."""
    async with opened(tmp_path) as window:
        await make(window)
        window.activateWindow()
        window.gallery.select_keys([])
        actions = window.actions_of
        await until(window.core, lambda: not actions.every["edit"].isEnabled(), "nothing selected")
        window.gallery.setFocus()
        pressed = 0
        for row in actions.rows:
            why = reason_of(actions.every[row.name])
            for keys in row.keys if why else ():
                window.toast.hide_toast()
                QTest.keySequence(window.gallery, QKeySequence(keys))
                assert toast(window) == why, (row.name, keys)
                pressed += 1
        assert pressed >= 25
        window.toast.hide_toast()
        editor = window.composer.card.editor
        editor.setFocus()
        QTest.keyClick(editor, Qt.Key.Key_V)
        assert toast(window) == "", "a letter in the prompt is text"
        QTest.keyClick(editor, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        assert toast(window) == "Select a picture first"


async def test_enter_opens_the_current_picture_though_none_is_selected(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.activateWindow()
        window.gallery.setFocus()
        window.gallery.select_keys([])
        window.gallery.set_current(0)
        open_it = window.actions_of.every["open"]
        await until(window.core, lambda: not open_it.isEnabled(), "nothing selected")
        QTest.keyClick(window.gallery, Qt.Key.Key_Return)
        assert window.view_switch.in_loupe
        assert toast(window) == ""


async def test_delete_on_a_collection_leaves_the_selected_pictures_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await window.core.library.collections.make("Ash")
        await until(window.core, lambda: listed(window) == ["Ash"], "listed")
        window.activateWindow()
        window.gallery.select_keys([picture.row])
        await until(window.core, window.actions_of.every["trash"].isEnabled, "selected")
        rows = window.sidebar.collections
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place_at(rows, 0))
        window.show_shelf(View.ALL)
        await window.library_view.settled()
        window.gallery.select_keys([picture.row])
        await until(window.core, window.actions_of.every["trash"].isEnabled, "selected")
        rows.setFocus()
        rows.setCurrentRow(0)
        QTest.keyClick(rows, Qt.Key.Key_Delete)
        await until(window.core, lambda: listed(window) == [], "the collection is deleted")
        (kept,) = await window.core.library.find([picture.id])
        assert not kept.trashed


async def test_the_key_for_the_original_says_if_there_is_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.view_switch.open_loupe(picture)
        await until(window.core, lambda: window.loupe.picture is not None, "shown")
        QTest.keyClick(window.loupe.canvas, Qt.Key.Key_Backslash)
        assert toast(window) == "This picture was not made from another one"


def undo_offered(window: OpenedWindow) -> bool:
    return window.toast.isVisible() and window.toast.button.isVisible()


async def test_undo_of_a_toast_undoes_what_it_names_or_is_gone(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, second = await make(window, count=2)
        library = window.core.library
        window.pictures.trash_these([first.id])
        await until(window.core, lambda: undo_offered(window), "trashed")
        undo = window.toast._action
        assert undo is not None
        await library.mark_seen([second.id])
        assert undo_offered(window), "what is no change in the history leaves it"
        await library.rate([second.id], 4)
        await until(window.core, lambda: not undo_offered(window), "withdrawn")
        assert toast(window) == "1 picture moved to the trash"
        # Pressed before the change was heard of: it does not take back another one.
        undo.run()
        words = "Not undone: there is a newer change"
        await until(window.core, lambda: toast(window) == words, "said")
        one, other = await library.find([first.id]), await library.find([second.id])
        assert (one[0].trashed, other[0].rating) == (True, 4)
        window.pictures.undo()
        await until(window.core, lambda: toast(window).startswith("Undone: "), "Ctrl+Z")
        assert [(await library.find([one.id]))[0].rating for one in (first, second)] == [0, 0]


async def test_undo_of_an_import_undoes_the_import(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.import_controller.import_paths([PICTURE])
        await until(window.core, lambda: undo_offered(window), "imported")
        window.toast.on_undo()
        await until(window.core, lambda: toast(window).startswith("Undone: 1 picture"), "undone")
        assert window.library_view.counts.trash <= 1
        assert len(await window.core.library.rows(Query(view=View.TRASH))) == 1


async def test_undo_of_a_replaced_draft_is_gone_after_another_change(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        await until(window.core, window.actions_of.every["remix"].isEnabled, "selected")
        window.composer.set_prompt("A harbour")
        window.actions_of.every["remix"].trigger()
        await until(window.core, lambda: undo_offered(window), "replaced")
        window.toast.on_undo()
        assert window.composer.draft().prompt == "A harbour"
        window.actions_of.every["remix"].trigger()
        await until(window.core, lambda: undo_offered(window), "replaced again")
        window.composer.set_prompt("A pier")
        assert not undo_offered(window)
        assert window.toast.isVisible()
        window.pictures.trash_these([picture.id])
        await until(window.core, lambda: undo_offered(window), "trashed")
        window.composer.set_prompt("A quay")
        assert undo_offered(window), "the button of another toast stays"
