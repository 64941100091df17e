"""The window as a whole, on a real core with the offline painter."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from studio.common.errors import StorageError
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Flag, Picture
from studio.domain.events import Event, JobChanged, PicturesAdded, RecordsChanged
from studio.library.query import View
from studio.ui.panels.composer.composer import Composer
from studio.ui.support import tasks
from studio.ui.window import layout
from studio.ui.window.alt_key import AltKeyFilter
from studio.ui.window.main_window import StudioWindow
from tests.ui.windows import PROMPT, OpenedWindow, make, opened, until


async def test_the_title_begins_with_the_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        assert window.windowTitle().startswith("Gridbrush")


async def test_an_empty_library_shows_the_first_page_and_a_picture_the_grid(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        await until(window.core, window.welcome.isVisible, "first page")
        assert not window.zones.inspector_open
        await make(window)
        assert window.gallery.isVisible()
        assert not window.welcome.isVisible()
        assert window.zones.inspector_open


async def test_parts_are_created_where_they_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moving a part has the style of everything in it computed again."""
    created: dict[QWidget, QWidget | None] = {}
    take_composer, take_panels = StudioWindow.take_composer, StudioWindow.take_panels

    def note_composer(window: StudioWindow, composer: Composer) -> None:
        created[composer] = composer.parentWidget()
        take_composer(window, composer)

    def note_panels(window: StudioWindow, **panels: Any) -> None:
        created.update({panel: panel.parentWidget() for panel in panels.values()})
        take_panels(window, **panels)

    monkeypatch.setattr(StudioWindow, "take_composer", note_composer)
    monkeypatch.setattr(StudioWindow, "take_panels", note_panels)
    async with opened(tmp_path) as window:
        # A splitter would take them at once, in the order they are created in.
        beside = {window.sidebar, window.inspector}
        assert len(created) == 8
        moved = [part for part, there in created.items() if part.parentWidget() is not there]
        assert set(moved) <= beside


async def test_generate_from_the_composer_fills_the_grid(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.composer.set_draft(Draft(prompt="{dusk|dawn}", size="512"))
        window.composer.generate_now()
        core = window.core
        await until(core, lambda: len(core.queue.jobs) == 2, "two jobs")
        assert window.model.rowCount() == 2
        await core.queue.idle()
        await until(core, lambda: len(window.library_view.order) == 2, "two pictures")
        assert {p.prompt for p in await make(window)} == {"dusk", "dawn", PROMPT}


async def test_trash_chooses_the_neighbour_and_undo_brings_the_picture_back(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        first, second, third = await make(window, count=3)
        window.gallery.select_keys([second.row])
        window.pictures.trash()
        await until(window.core, lambda: len(window.library_view.order) == 2, "gone")
        assert list(window.gallery.selected_rows()) == [third.row]
        window.pictures.undo()
        await until(window.core, lambda: len(window.library_view.order) == 3, "back")
        assert first.row in window.library_view.order
        await until(
            window.core, lambda: list(window.gallery.selected_rows()) == [second.row], "selected"
        )


async def test_what_an_undo_brings_back_is_shown_as_it_is_now(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (only,) = await make(window)
        window.gallery.select_keys([only.row])
        await until(window.core, window.gallery.selected_items, "read")
        window.pictures.trash()
        await until(window.core, lambda: not len(window.library_view.order), "gone")
        # Read while it lies in the trash, as by looking at that shelf.
        await window.library_view.settled()
        window.model.know(await window.core.library.find([only.id]))
        window.pictures.undo()
        await until(
            window.core, lambda: list(window.gallery.selected_rows()) == [only.row], "selected"
        )
        (back,) = window.gallery.selected_items()
        assert isinstance(back, Picture)
        assert not back.trashed
        # The inspector reads the picture again by itself.
        await until(window.core, window.inspector.page.restore.isHidden, "shown")


async def test_the_loupe_shows_what_an_undo_brought_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _first, second, _third = await make(window, count=3)
        window.gallery.select_keys([second.row])
        await until(window.core, window.gallery.selected_items, "read")
        window.view_switch.open_loupe()
        shown = window.loupe
        await until(window.core, lambda: shown.picture and shown.picture.id == second.id, "shown")
        window.pictures.trash()
        await until(window.core, lambda: shown.picture and shown.picture.id != second.id, "gone")
        await until(window.core, lambda: len(window.library_view.order) == 2, "out of sight")
        window.pictures.undo()
        await until(window.core, lambda: shown.picture and shown.picture.id == second.id, "back")


async def test_the_inspector_brings_a_picture_back_from_the_trash(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, _second = await make(window, count=2)
        await window.core.library.trash([first.id])
        window.show_shelf(View.TRASH)
        await until(window.core, lambda: list(window.library_view.order) == [first.row], "trash")
        window.gallery.select_keys([first.row])
        restore = window.inspector.page.restore
        await until(window.core, restore.isVisible, "offered")
        restore.click()
        await until(window.core, lambda: not len(window.library_view.order), "restored")
        window.show_shelf(View.ALL)
        await until(window.core, lambda: len(window.library_view.order) == 2, "back")
        window.gallery.select_keys([first.row])
        await until(window.core, restore.isHidden, "not offered")


async def test_the_last_picture_chooses_the_one_before_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _first, second, third = await make(window, count=3)
        window.gallery.select_keys([third.row])
        window.pictures.trash()
        await until(window.core, lambda: len(window.library_view.order) == 2, "gone")
        assert list(window.gallery.selected_rows()) == [second.row]


async def test_letters_act_in_the_grid_and_are_letters_in_the_prompt(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        await active(window)
        window.gallery.setFocus()
        await until(window.core, window.actions_of.every["rate_4"].isEnabled, "selected")
        QTest.keyClick(window.gallery, Qt.Key.Key_4)
        await until(window.core, lambda: _shown(window).rating == 4, "rated")
        window.composer.focus_prompt()
        editor = QApplication.focusWidget()
        assert editor is not None
        for key in (Qt.Key.Key_1, Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_G):
            QTest.keyClick(editor, key)
        assert window.composer.draft().prompt.endswith("1pxg")
        assert _shown(window).rating == 4
        assert _shown(window).flag is Flag.NONE


async def active(window: OpenedWindow) -> None:
    """Give the window the keyboard, as a window manager would."""
    window.activateWindow()
    await until(window.core, lambda: QApplication.activeWindow() is window, "active")


def _shown(window: OpenedWindow) -> Picture:
    picture = window.model.picture_at(0)
    return (
        picture
        if picture is not None
        else Picture(
            id="", path="", sha256="", media_type="", width=1, height=1, bytes=0, created=0
        )
    )


async def test_the_loupe_follows_the_grid_and_gives_it_back_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, second = await make(window, count=2)
        window.view_switch.open_loupe(first)
        assert window.view_switch.in_loupe
        assert window.loupe.isVisible()
        assert not window.zones.sidebar.isVisible()
        window.loupe.step(1)
        await until(window.core, lambda: window.loupe.picture == second, "next")
        window.view_switch.show_grid()
        assert window.gallery.isVisible()
        assert list(window.gallery.selected_rows()) == [second.row]


async def test_a_shelf_shows_its_pictures_and_counts_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, _second = await make(window, count=2)
        await window.core.library.flag([first.id], Flag.PICK)
        window.show_shelf(View.PICKS)
        await until(window.core, lambda: list(window.library_view.order) == [first.row], "picks")
        window.show_shelf(View.TRASH)
        await until(window.core, lambda: len(window.library_view.order) == 0, "empty trash")


async def test_prompt_and_choices_are_there_at_the_next_start(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.composer.set_draft(Draft(prompt="not sent yet", size="2K", aspect="16:9", count=3))
    async with opened(tmp_path) as window:
        draft = window.composer.draft()
        assert (draft.prompt, draft.size, draft.aspect, draft.count) == (
            "not sent yet",
            "2K",
            "16:9",
            3,
        )


async def test_the_draft_is_on_disk_after_a_pause_in_typing(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        file = window.core.paths.draft_file
        window.composer.set_prompt("survives a crash")
        await until(window.core, lambda: file.exists() and "crash" in file.read_text(), "saved")


async def test_zones_give_way_when_the_window_is_narrow(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        assert window.zones.sidebar.isVisible()
        assert window.inspector.isVisible()
        window.resize(layout.DRAWER_BELOW - 1, 800)
        assert not window.inspector.isVisible()
        window.zones.open_inspector(True)
        assert window.inspector.isVisible()
        assert window.inspector.geometry().right() == window.zones.width() - 1
        assert not window.inspector.geometry().intersects(
            QRect(window.composer.mapTo(window.zones, QPoint()), window.composer.size())
        ), "Generate is covered"
        window.resize(layout.RAIL_BELOW - 1, 700)
        assert window.zones.rail.isVisible()
        assert not window.zones.sidebar.isVisible()
        window.resize(1440, 900)
        assert window.zones.sidebar.isVisible()
        assert window.inspector.isVisible()


async def test_the_switches_of_the_panels_are_lit_from_the_start(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
    async with opened(tmp_path) as window:
        top = window.top_bar
        switches = {"sidebar": top.sidebar, "inspector": top.inspector}
        shown = {"sidebar": window.zones.sidebar_open, "inspector": window.zones.inspector_open}
        assert {name: button.isChecked() for name, button in switches.items()} == shown
        for name, there in shown.items():
            assert window.actions_of.every[name].isChecked() is there
        assert any(shown.values())


async def test_panels_keep_their_widths_from_start_to_start(tmp_path: Path) -> None:
    seen = []
    for _start in range(3):
        async with opened(tmp_path) as window:
            await make(window)
            QApplication.sendPostedEvents()
            seen.append(window.zones.widths)
    assert seen[1:] == seen[:-1]


async def test_a_wider_window_gives_its_room_to_the_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        QApplication.sendPostedEvents()
        before = window.zones.widths
        room = window.gallery.width()
        window.resize(window.width() + 200, window.height())
        QApplication.sendPostedEvents()
        assert window.zones.widths == before
        assert window.gallery.width() == room + 200
        window.resize(720, window.height())
        QApplication.sendPostedEvents()
        window.resize(1440, window.height())
        QApplication.sendPostedEvents()
        assert window.zones.widths == before, "squeezed once, narrow for good"


async def test_a_run_stands_in_its_order_at_the_next_start(tmp_path: Path) -> None:
    prompt = "Harbour at {dawn|noon|night}"
    names = ["dawn", "noon", "night"]
    async with opened(tmp_path) as window:
        await make(window, prompt, count=1, tiles=3)
        shown = await window.core.library.pictures(window.library_view.order)
        assert [picture.name for picture in shown] == names
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.model.rowCount() == 3, "tiles")
        shown = await window.core.library.pictures(window.library_view.order)
        assert [picture.name for picture in shown] == names


async def test_save_as_begins_where_the_last_picture_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "for the client"
    there.mkdir()
    begun: list[Path] = []
    names: list[str] = []

    async def answered(dialog: QFileDialog) -> bool:
        begun.append(Path(dialog.directory().absolutePath()))
        names.extend(Path(path).name for path in dialog.selectedFiles())
        dialog.setDirectory(str(there))
        dialog.selectFile("poster.png")
        return True

    monkeypatch.setattr(tasks, "finished", answered)
    async with opened(tmp_path / "home") as window:
        picture = (await make(window))[0]
        window.gallery.select_keys([picture.row])
        said: list[str] = []
        window.pictures.told.connect(said.append)
        window.pictures.save_as()
        await until(window.core, lambda: len(said) == 1, "saved")
        assert (there / "poster.png").is_file()
        window.pictures.save_as()
        await until(window.core, lambda: len(said) == 2, "saved again")
        assert begun[0] != there
        assert begun[1] == there
        assert names == [Path(picture.path).name] * 2


async def test_an_empty_shelf_says_why_and_a_search_can_be_cleared(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        nothing = window.nothing

        def says(words: str) -> bool:
            return nothing.title.text() == words

        assert not nothing.isVisible()
        for view, words in (
            (View.PICKS, "No picks yet"),
            (View.FAILED, "Nothing failed"),
            (View.TRASH, "The trash is empty"),
        ):
            window.show_shelf(view)
            await until(window.core, partial(says, words), words)
            assert nothing.isVisible()
            assert not nothing.button.isVisible()
            assert window.grid.rect().contains(nothing.geometry())
        window.show_shelf(View.ALL)
        await until(window.core, lambda: not nothing.isVisible(), "the picture")
        window.top_bar.search.set_text("<b>zebra")
        window.view_options.on_searched("<b>zebra")
        await until(window.core, nothing.isVisible, "no match")
        assert nothing.title.text() == "Nothing matches “<b>zebra”"
        nothing.button.click()
        await until(window.core, lambda: not nothing.isVisible(), "the search is cleared")
        assert window.top_bar.search.text == ""


async def test_where_all_are_rejected_they_can_be_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        picture = (await make(window))[0]
        window.core.settings.change(hide_rejected=True)
        window.pictures.flag_these([picture.id], Flag.REJECT)
        await until(window.core, window.nothing.isVisible, "all are hidden")
        window.nothing.button.click()
        await until(window.core, lambda: window.model.rowCount() == 1, "they are shown")
        assert not window.core.settings.value.hide_rejected


async def test_the_sidebar_opens_beside_the_loupe_for_one_visit(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.view_switch.open_loupe(_shown(window))
        assert not window.zones.sidebar_open
        window.actions_of.every["sidebar"].trigger()
        assert window.zones.sidebar.isVisible()
        window.actions_of.every["sidebar"].trigger()
        assert not window.zones.sidebar.isVisible()
        window.view_switch.show_grid()
        assert window.zones.sidebar.isVisible()


async def test_a_rejected_picture_that_is_hidden_gives_the_loupe_to_its_neighbour(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:

        def looked_at() -> int | None:
            picture = window.loupe.picture
            return None if picture is None else picture.row

        await make(window, count=3)
        await until(window.core, lambda: len(window.library_view.order) == 3, "three")
        window.core.settings.change(hide_rejected=True)
        await until(window.core, lambda: window.library_view.query.hide_rejected, "the filter")
        order = list(window.library_view.order)
        middle = (await window.core.library.pictures([order[1]]))[0]
        window.view_switch.open_loupe(middle)
        await until(window.core, lambda: looked_at() == middle.row, "the loupe")
        window.pictures.flag_these([middle.id], Flag.REJECT)
        await until(window.core, lambda: len(window.library_view.order) == 2, "it is hidden")
        await until(window.core, lambda: looked_at() == order[2], "the neighbour")


async def test_alt_alone_opens_the_menu(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        key = AltKeyFilter(window)
        heard: list[bool] = []
        key.pressed.connect(partial(heard.append, True))
        press, release = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
        alt, none = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
        for kind, which, mods in (
            (press, Qt.Key.Key_Alt, none),
            (press, Qt.Key.Key_Up, alt),
            (release, Qt.Key.Key_Up, alt),
            (release, Qt.Key.Key_Alt, alt),
        ):
            key.on_window_event(QKeyEvent(kind, which, mods))
        assert heard == [], "Alt with an arrow is not Alt alone"
        key.on_window_event(QKeyEvent(press, Qt.Key.Key_Alt, none))
        key.on_window_event(QKeyEvent(release, Qt.Key.Key_Alt, alt))
        key.on_window_event(QEvent(QEvent.Type.Close))
        key.on_window_event(QKeyEvent(press, Qt.Key.Key_Alt, none))
        assert not key.waiting, "what closes the window is a key of the window manager's"
        key.on_window_event(QKeyEvent(release, Qt.Key.Key_Alt, alt))
        await until(window.core, lambda: heard == [True], "the menu")


async def test_every_zone_is_reached_with_one_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        await until(window.core, window.actions_of.every["rate_4"].isEnabled, "selected")
        await active(window)
        reached: list[QWidget] = []
        for _step in range(len(window.focus_places())):
            window.actions_of.every["next_zone"].trigger()
            focus = QApplication.focusWidget()
            reached += [zone for zone, _go in window.focus_places() if layout.inside(focus, zone)]
        names = [type(zone).__name__ for zone, _go in window.focus_places()]
        assert sorted({type(zone).__name__ for zone in reached}) == sorted(names)


async def test_trouble_is_said_in_the_window(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.messages_controller.on_error(StorageError("The disk is full", "No room"))
        assert window.messages.isVisible()
        assert window.messages.notice is not None
        assert "The disk is full" in window.messages.notice.text


async def test_the_neighbour_of_what_was_restored_is_chosen(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3, tiles=3)
        core = window.core
        await core.library.trash([one.id for one in pictures])
        window.show_shelf(View.TRASH)
        await until(core, lambda: window.model.rowCount() == 3, "the trash")
        keys = [window.model.key_at(row) for row in range(3)]
        window.gallery.select_keys([key for key in keys[:1] if key is not None])
        await until(core, lambda: len(window.gallery.selected_items()) == 1, "chosen")
        window.pictures.restore()
        await until(core, lambda: window.model.rowCount() == 2, "restored")
        await until(core, lambda: list(window.gallery.selected_rows()) == keys[1:2], "the next")
        window.item_actions.on_inspector_action("restore", window.gallery.selected_items())
        await until(core, lambda: window.model.rowCount() == 1, "restored")
        await until(core, lambda: list(window.gallery.selected_rows()) == keys[2:], "the last")


async def test_each_trouble_of_a_start_reaches_the_user(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        bar = window.messages
        for title in ("A record is damaged", "There are two copies", "The disk is full"):
            window.messages_controller.on_error(StorageError(title, "", hint="Look here."))
        window.messages_controller.on_error(StorageError("The disk is full", "", hint="Look here."))
        read: list[str] = []
        while bar.notice is not None and len(read) < 9:
            read.append(bar.notice.text)
            bar.on_close()
        assert read == [
            "The disk is full. Look here.",
            "There are two copies. Look here.",
            "A record is damaged. Look here.",
        ]


async def test_closing_with_pictures_under_way_asks_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        core = window.core
        model = core.catalogue.find("sketch", "sketch-slow")
        draft = Draft(prompt="x", model="sketch-slow", size="512")
        await core.submit(runs.plan(draft, model, ("x",)))
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        window.close()
        assert closed == []
        assert window.isVisible()
        window.leave()
        assert closed == [True]


async def test_looking_at_a_picture_makes_it_no_longer_new(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        assert not picture.seen
        heard: list[Event] = []
        window.core.events.subscribe(heard.append)
        window.gallery.select_keys([picture.row])
        seen = RecordsChanged((picture.id,), ("seen",))
        await until(window.core, lambda: seen in heard, "seen")


async def test_the_view_does_not_jump_to_arrivals_outside_the_filter(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.library_view.show(words="nothing like this")
        await until(window.core, lambda: len(window.library_view.order) == 0, "no match")
        core = window.core
        heard: list[Event] = []
        core.events.subscribe(heard.append)
        model = core.catalogue.find("sketch", "sketch")
        await core.submit(runs.plan(Draft(prompt="other", size="512"), model, ("other",)))
        await core.queue.idle()
        assert any(isinstance(event, PicturesAdded) for event in heard)
        assert any(isinstance(event, JobChanged) for event in heard)
        await until(core, lambda: window.model.rowCount() == 0, "still no match")
