"""What a screen reader is told in the window, and where the keyboard is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from studio.domain.drafts import Draft
from studio.domain.entities import Role
from studio.library.query import View
from studio.ui.controllers.live_messages import LiveMessages
from studio.ui.support import key_repeat
from studio.ui.widgets import focus_ring
from studio.ui.widgets.accessible import ListEntryTeller, announce
from studio.ui.widgets.popover import Popover
from tests.ui.accessible_tree import reached
from tests.ui.controllers.test_every_action import put_away, settle
from tests.ui.heard import Heard
from tests.ui.windows import OpenedWindow, make, opened, until

PICTURE = Path(__file__).resolve().parents[3] / "resources/examples/lighthouse.jpg"


def role(widget: QWidget) -> QAccessible.Role:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.role()


def state(widget: QWidget) -> QAccessible.State:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.state()


def press(window: QWidget, key: Qt.Key, mods: Qt.KeyboardModifier | None = None) -> None:
    """A key as the desktop sends it: to the window, which hands it on."""
    handle = window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, key, mods or Qt.KeyboardModifier.NoModifier)


def is_in_one(part: str, words: list[str]) -> bool:
    return any(part in one for one in words)


async def told(window: OpenedWindow, heard: Heard, sentence: str) -> None:
    """Wait until an announcement has this sentence in it."""
    try:
        await until(window.core, lambda: any(sentence in said for said in heard.said), sentence)
    except AssertionError:
        raise AssertionError(f"{sentence!r} not in {heard.said}") from None


async def test_a_run_is_told_while_it_arrives(tmp_path: Path, heard: Heard) -> None:
    async with opened(tmp_path) as window:
        window.core.queue.pause()
        window.composer.set_draft(Draft(prompt="{dusk|dawn}", size="512"))
        window.composer.generate_now()
        await told(window, heard, "2 jobs queued")
        window.core.queue.pause(on=False)
        await told(window, heard, "Run finished, 2 pictures")


async def test_the_first_announcement_already_has_a_second_voice(
    tmp_path: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    repeated: list[str] = []
    monkeypatch.setattr(
        LiveMessages, "repeat_announcement", lambda _self, _widget, text: repeated.append(text)
    )
    async with opened(tmp_path) as window:
        announce(window.gallery, "before any job")
        assert repeated[-1] == "before any job"
    announce(QWidget(), "after the window")
    assert repeated[-1] == "before any job"


async def test_new_references_are_told_once(tmp_path: Path, heard: Heard) -> None:
    async with opened(tmp_path) as window:
        await until(window.core, window.composer.card.slots.isVisible, "the composer")
        window.composer.add_references([PICTURE])
        await told(window, heard, "1 reference added: lighthouse")
        heard.clear()
        window.composer.set_prompt("at dusk")
        window.composer.use_as_references(await make(window), Role.STYLE)
        await told(window, heard, "1 reference added")
        assert not is_in_one("lighthouse", heard.said)


async def test_ratings_flags_and_titles_are_told_and_change_the_name_of_the_tile(
    tmp_path: Path, heard: Heard
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        every = window.actions_of.every
        await until(window.core, every["rate_4"].isEnabled, "the selection")
        for act, sentence, named in (
            (every["rate_4"].trigger, "1 picture rated: 4 stars", "4 stars"),
            (every["pick"].trigger, "1 picture picked", "picked"),
            (every["reject"].trigger, "1 picture rejected", "rejected"),
            (lambda: window.pictures.entitle(picture.id, "Harbour"), "renamed: Harbour", "Harbour"),
        ):
            heard.clear()
            act()
            await told(window, heard, sentence)
            await until(window.core, partial(is_in_one, named, heard.names), named)
        heard.clear()
        window.activateWindow()
        window.gallery.setFocus()
        every["undo"].trigger()
        await until(window.core, lambda: heard.said, "the undo")
        assert heard.said == ["Undone: 1 picture renamed"], "said once"


async def test_references_that_come_and_go_are_told_and_so_is_what_is_undone(
    tmp_path: Path, heard: Heard
) -> None:
    async with opened(tmp_path) as window:
        first, second = await make(window, count=2)
        composer = window.composer
        slots = composer.card.slots

        async def says(act: Callable[[], object], *sentences: str) -> None:
            heard.clear()
            act()
            for sentence in sentences:
                await told(window, heard, sentence)

        await says(partial(composer.use_as_references, [first]), f"1 reference added: {first.name}")
        await says(partial(composer.edit, second), f"1 source added: {second.name}")
        removed = f"1 reference removed: {first.name}"
        await says(partial(slots.remove_wanted.emit, 1), removed)
        await says(composer.undo, f"Undone: {removed}")
        await says(composer.redo, f"Redone: {removed}")
        composer.set_prompt("fog")
        await says(composer.undo, "Undone: prompt")
        composer.on_count_chosen(3)
        heard.clear()
        await says(composer.undo, "Undone: number of pictures")


async def test_a_search_tells_how_many_it_found(tmp_path: Path, heard: Heard) -> None:
    async with opened(tmp_path) as window:
        await make(window, "harbour", count=2)
        await make(window, "lighthouse")
        heard.clear()
        window.view_options.on_searched("harbour")
        await told(window, heard, "2 pictures found")


async def test_the_palette_tells_its_first_hit(tmp_path: Path, heard: Heard) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.actions_of.every["palette"].trigger()
        await settle()
        palette = next(p for p in window.findChildren(Popover) if p.isVisible())
        heard.clear()
        palette.words.set_text("trash")  # type: ignore[attr-defined]
        palette.on_edited("empty tra")  # type: ignore[attr-defined]
        assert heard.said[-1].startswith("1 result, Empty trash…")
        heard.clear()
        palette.on_edited("empty tras")  # type: ignore[attr-defined]
        assert heard.said == [], "the same as before"
        palette.on_edited("no such thing")  # type: ignore[attr-defined]
        assert heard.said == ["0 results"]
        put_away(window)


async def test_entering_a_list_tells_its_current_item_and_place(
    tmp_path: Path, heard: Heard, qapp: QApplication
) -> None:
    async with opened(tmp_path) as window:
        teller = ListEntryTeller(qapp)
        pictures = await make(window, count=3)
        window.activateWindow()
        window.gallery.select_keys([pictures[1].row])
        window.composer.focus_prompt()
        await settle()
        heard.clear()
        window.gallery.setFocus(Qt.FocusReason.TabFocusReason)
        await until(window.core, lambda: "2 of 3" in heard.said, f"the place, not {heard.said}")
        assert heard.focused == [window.gallery.spoken_name(1)]
        teller.deleteLater()


async def test_window_popovers_and_rail_say_what_they_are(tmp_path: Path) -> None:
    QAccessible.setActive(True)
    try:
        async with opened(tmp_path, width=1000) as window:
            await make(window)
            assert role(window) is QAccessible.Role.Window
            rail = window.built.rail
            assert role(rail) is QAccessible.Role.List
            shown = QAccessible.queryAccessibleInterface(rail.button(View.ALL))
            other = QAccessible.queryAccessibleInterface(rail.button(View.PICKS))
            assert shown.role() is QAccessible.Role.ListItem
            assert shown.state().selected
            assert not other.state().selected
            other.actionInterface().doAction("Press")
            await until(window.core, lambda: other.state().selected, "the other shelf")
            window.built.status_bar.on_queue()
            (popover,) = [p for p in window.findChildren(Popover) if p.isVisible()]
            assert role(popover) is QAccessible.Role.Dialog
    finally:
        QAccessible.setActive(False)


async def test_tab_stays_in_a_popover(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.core.queue.pause()
        window.composer.set_draft(Draft(prompt="{dusk|dawn}", size="512"))
        window.composer.generate_now()
        await until(window.core, lambda: len(window.core.queue.jobs) == 2, "two jobs")
        window.activateWindow()
        window.built.status_bar.on_queue()
        (popover,) = [p for p in window.findChildren(Popover) if p.isVisible()]
        stops = [one for one in reached(popover) if one is not popover]
        met: list[QWidget] = []
        for _stop in range(2 * len(stops) + 2):
            press(window, Qt.Key.Key_Tab)
            focus = QApplication.focusWidget()
            assert focus is not None
            met.append(focus)
        assert popover.isVisible()
        assert all(popover.isAncestorOf(one) for one in met)
        assert len(set(met)) > 1
        press(window, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        assert QApplication.focusWidget() is met[-2]
        popover.hide()
        focus = QApplication.focusWidget()
        assert focus is None or not popover.isAncestorOf(focus), "none of a hidden one has it"


async def test_the_ring_shows_after_a_dialog_that_was_closed_by_a_key(
    tmp_path: Path, qapp: QApplication
) -> None:
    async with opened(tmp_path) as window:
        watch = focus_ring.install(qapp)
        await make(window)
        window.activateWindow()
        middle = window.rect().center()
        QTest.mousePress(window.windowHandle(), Qt.MouseButton.LeftButton, pos=middle)
        button = window.composer.card.generate
        button.setFocus(Qt.FocusReason.MouseFocusReason)
        assert watch.ring.target() is None
        window.composer.focus_prompt()
        press(window, Qt.Key.Key_Shift)
        assert key_repeat.keyboard_used_last()
        button.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        assert watch.ring.target() is button, "the keyboard was used last"
        QTest.mousePress(window.windowHandle(), Qt.MouseButton.LeftButton, pos=middle)
        assert not key_repeat.keyboard_used_last()


async def test_escape_and_f2_lead_back_to_the_grid(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.activateWindow()
        window.gallery.select_keys([picture.row])
        await settle()
        title = window.inspector.page.head.title
        for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
            window.actions_of.every["rename"].trigger()
            assert title.field.hasFocus()
            QTest.keyClick(title.field, key)
            assert window.gallery.hasFocus()
        window.actions_of.every["rename"].trigger()
        title.field.setText("Harbour")
        QTest.keyClick(title.field, Qt.Key.Key_Return)
        assert title.label.accessibleName() == "Title: Harbour"
        line = window.inspector.page.tags.line
        line.setFocus()
        QTest.keyClick(line, Qt.Key.Key_Escape)
        assert window.gallery.hasFocus()


def places(window: OpenedWindow, *widgets: QWidget) -> list[int]:
    """Places of widgets in the order of Tab."""
    chain: list[QWidget] = [window]
    while (following := chain[-1].nextInFocusChain()) not in (None, window):
        assert following is not None
        chain.append(following)
    return [chain.index(widget) for widget in widgets]


async def test_tab_follows_the_screen(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        await settle()
        await window.core.library.tag([picture.id], add=["harbour", "dusk"])
        await until(window.core, lambda: len(window.inspector.page.tags.chips) == 2, "the tags")
        card, sidebar = window.composer.card, window.built.sidebar
        page = window.inspector.page
        for order in (
            (*card.choices.aspect.controls(), card.choices.count, card.generate),
            (sidebar.lists[0], sidebar.new, *sidebar.lists[1:]),
            (page.head.title.label, *page.tags.chips, page.tags.line),
        ):
            found = places(window, *order)
            assert found == sorted(found), [type(one).__name__ for one in order]


async def test_an_empty_list_takes_no_tab(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        collections = window.built.sidebar.collections
        assert collections.focusPolicy() is Qt.FocusPolicy.NoFocus
        await window.core.library.collections.make("Harbour")
        await until(window.core, lambda: collections.count() == 1, "the collection")
        assert collections.focusPolicy() is Qt.FocusPolicy.StrongFocus


async def test_arrows_pass_models_that_need_a_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        chip = window.composer.card.choices.model
        wanted: list[str] = []
        window.composer.wants_key.connect(wanted.append)
        before = chip.value
        for _step in range(chip.count()):
            QTest.keyClick(chip, Qt.Key.Key_Down)
        assert wanted == []
        assert chip.value == before, "only the painter has no need of a key"


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_jobs_under_way_are_not_listed_in_the_trash(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.core.queue.pause()
        window.composer.set_draft(Draft(prompt="dusk", size="512"))
        window.composer.generate_now()
        await until(window.core, lambda: window.model.rowCount() == 2, "a job over the picture")
        window.show_shelf(View.TRASH)
        await until(window.core, lambda: window.model.rowCount() == 0, "an empty trash")
        window.composer.set_draft(Draft(prompt="dawn", size="512"))
        window.composer.generate_now()
        await until(window.core, lambda: len(window.core.queue.jobs) == 2, "another job")
        await window.library_view.settled()
        assert window.model.rowCount() == 0
        window.show_shelf(View.ALL)
        await until(window.core, lambda: window.model.rowCount() == 3, "both jobs again")
        window.core.queue.pause(on=False)
        await window.core.queue.idle()
        await until(window.core, lambda: len(window.library_view.order) == 3, "their pictures")


async def test_the_focus_goes_straight_from_view_to_view(
    tmp_path: Path, qapp: QApplication
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.activateWindow()
        window.gallery.select_keys([picture.row])
        window.gallery.setFocus()
        await settle()
        met: list[QWidget] = []

        def note(_old: QWidget | None, new: QWidget | None) -> None:
            if new is not None:
                met.append(new)

        qapp.focusChanged.connect(note)
        window.actions_of.every["loupe"].trigger()
        await settle()
        assert met == [window.loupe.canvas]
        met.clear()
        window.view_switch.show_grid()
        await settle()
        assert met == [window.gallery]
        title = window.inspector.page.head.title
        window.actions_of.every["rename"].trigger()
        met.clear()
        QTest.keyClick(title.field, Qt.Key.Key_Return)
        assert met == [window.gallery]
        qapp.focusChanged.disconnect(note)


async def test_one_element_has_the_focus(tmp_path: Path) -> None:
    QAccessible.setActive(True)
    try:
        async with opened(tmp_path) as window:
            (picture,) = await make(window)
            window.activateWindow()
            window.composer.focus_prompt()
            prompt = QApplication.focusWidget()
            assert isinstance(prompt, QAbstractScrollArea)
            assert state(prompt).focused
            assert not state(prompt.viewport()).focused
            window.gallery.select_keys([picture.row])
            await settle()
            window.actions_of.every["loupe"].trigger()
            await settle()
            assert state(window.loupe.canvas).focused
            assert not state(window.loupe).focused
            assert not state(window.loupe).focusable
    finally:
        QAccessible.setActive(False)


async def test_no_number_is_told_that_is_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        await settle()
        assert window.inspector.page.tags.more.text() == ""
        # The pictures of the place are counted first.
        window.library_view.counts = structs.replace(window.library_view.counts, all=0)
        window.built.pages.on_counted()
        assert "1 of 1" in window.built.grid_bar.accessibleDescription()
