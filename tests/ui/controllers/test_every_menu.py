"""Every menu of the program: each entry does something the user can see, or says why it cannot."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QTextEdit

from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Failure, JobState, Role
from studio.domain.events import Event
from studio.library.query import Sort, View
from studio.ui.dialogs.history import HistoryDialog
from studio.ui.panels.composer.prompt_history import HistoryPopup
from studio.ui.support import sidebar_items, tasks
from studio.ui.support.sidebar_items import SidebarItem
from studio.ui.widgets.chip import MenuChip
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.menu import Menu, reason_of
from studio.ui.window import menus
from tests.ui.controllers.test_every_action import (
    Shown,
    Visits,
    opened,
    put_away,
    settle,
    studio,
)
from tests.ui.controllers.test_every_action import visits as visits  # noqa: PLC0414 a fixture
from tests.ui.windows import OpenedWindow, until

LEAVES = {"quit"}
"""Closes the window; see test_every_action."""


class VisibleState:
    """Everything about a window that a user can see change."""

    def __init__(self, window: OpenedWindow, visits: Visits) -> None:
        self._window = window
        self._visits = visits
        self._shown = Shown(window)
        self._heard: list[Event] = []
        window.core.events.subscribe(self._heard.append)

    def clear(self) -> None:
        self._window.toast.hide_toast()
        self._window.messages.clear()
        self._window.composer.bar.clear()
        self._shown.names.clear()
        self._heard.clear()
        self._visits.urls.clear()

    def state(self) -> tuple[object, ...]:
        window, core = self._window, self._window.core
        return (
            tuple(self._shown.names),
            tuple(self._visits.urls),
            tuple(map(repr, self._heard)),
            window.toast.isVisible() and window.toast.text,
            window.messages.notice,
            window.composer.bar.notice,
            core.settings.value,
            window.library_view.query,
            window.view_switch.in_loupe,
            window.composer.draft(),
            window.composer.card.editor.textCursor().selectedText(),
            (QApplication.focusWidget(), window.focusWidget()),
            QGuiApplication.clipboard().text(),
            tuple(window.gallery.selected_items()),
            tuple(window.gallery.selected_rows()),
            window.zones.sidebar_open,
            window.zones.inspector_open,
            [field for field in window.inspector.findChildren(QLineEdit) if field.isVisible()],
            window.isFullScreen(),
            core.queue.paused,
            window.gallery.tile_size,
            tuple(places(window)),
        )


def places(window: OpenedWindow) -> list[str]:
    return [row.label for row in window.sidebar.model.collections]


def entries(menu: QMenu) -> list[tuple[str, QAction]]:
    """Entries of a menu and its submenus, by their texts."""
    found: list[tuple[str, QAction]] = []
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            found += [(f"{action.text()} › {words}", one) for words, one in entries(inner)]
        elif not action.isSeparator():
            found.append((action.text().partition("\t")[0], action))
    return found


async def check(
    window: OpenedWindow,
    watch: VisibleState,
    make: Callable[[], QMenu],
    before: Callable[[], object] = lambda: None,
) -> int:
    """Trigger every entry of a menu made anew for each; returns their number."""
    number, place = 1, -1
    while (place := place + 1) < number:
        before()
        await settle()
        menu = make()
        found = entries(menu)
        number = len(found)
        assert found
        check_letters(menu)
        words, action = found[place]
        if action.objectName() in LEAVES or action.property("heading"):
            continue
        if not action.isEnabled():
            assert reason_of(action), f"{words!r} is disabled without a reason"
            continue
        chosen = action.isCheckable() and action.isChecked()
        watch.clear()
        now = watch.state()
        action.trigger()
        # Often it is seen at once; what comes later is waited for.
        for _try in range(400):
            if chosen or watch.state() != now:
                break
            await asyncio.sleep(0.005)
        # What is ticked already is seen as it is.
        assert chosen or watch.state() != now, f"{words!r} did nothing that can be seen"
        await at_rest(window)
        if shiboken6.isValid(menu):
            menu.deleteLater()
    return number


def check_letters(menu: QMenu) -> None:
    """Each row has a letter of its own, as long as there are letters."""
    if isinstance(menu, Menu):
        letters = menu.mnemonics()
        given = [letter for letter in letters.values() if letter]
        assert len(set(given)) == len(given)
        assert len(given) >= min(len(letters), 20), [one.text() for one in letters]
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            check_letters(inner)


async def at_rest(window: OpenedWindow) -> None:
    """Close what was opened, also by what the last entry is still doing, until nothing is left."""
    for _try in range(20):
        put_away(window)
        await settle()
        if not opened(window) and not tasks.running():
            break


def lists(window: OpenedWindow, rows: int) -> bool:
    return (window.library_view.shown or 0) >= rows


async def select(window: OpenedWindow, view: View = View.ALL, number: int = 1) -> None:
    """Select the first pictures of a shelf."""
    window.view_switch.show_grid()
    # An action before may have hidden all of them, or the panels.
    window.built.presentation.leave()
    window.core.settings.change(least_stars=0, stacks={})
    window.show_shelf(view)
    await window.library_view.settled()
    await settle()
    window.activateWindow()
    window.gallery.setFocus()
    window.gallery.select_keys(list(window.library_view.order[:number]))
    await until(window.core, lambda: window.status_bar._selected == (number, 0), "selected")
    await settle()


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No program of the computer the tests run on is offered."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "none"))


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_main_menu(tmp_path: Path, visits: Visits, no_programs: None) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        every = window.actions_of.every
        for row in window.actions_of.rows:
            await select(window)

            def only(name: str = row.name) -> QMenu:
                menu = QMenu()
                menu.addAction(every[name])
                return menu

            await check(window, watch, only)


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
@pytest.mark.parametrize("number", [1, 3])
async def test_the_menu_of_a_tile(
    tmp_path: Path, visits: Visits, no_programs: None, number: int
) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        made: list[QMenu] = []

        def tile() -> QMenu:
            menu = menus.tile_menu(
                window.actions_of,
                window,
                trashed=window.library_view.query.view is View.TRASH,
                fill_open_with=window.built.exchange.get().open_with.fill,
            )
            made.append(menu)
            return menu

        await select(window, number=number)
        texts = [words for words, _action in entries(tile())]
        if number == 1:
            assert {"Copy", "Edit this picture", "Move to trash"} <= set(texts)
            assert {"Copy only › Copy image", "Copy only › Copy seed"} <= set(texts)
        else:
            assert {"Copy 3 pictures", "Edit 3 pictures separately"} <= set(texts)
            assert "Copy only › Copy prompts of 3 pictures" in texts
            assert "Move 3 pictures to trash" in texts
        assert "Open with › Default program" in texts
        for words in texts:
            await select(window, number=number)
            rows = window.library_view.shown or 0

            def only(words: str = words) -> QMenu:
                menu = QMenu()
                menu.addActions([one for text, one in entries(tile()) if text == words])
                return menu

            await check(window, watch, only)
            if words.startswith("Move"):
                window.pictures.undo()
                await until(window.core, partial(lists, window, rows), "back from the trash")


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_menus_of_the_sidebar(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        core = window.core
        await core.library.collections.make("Autumn")
        await core.library.collections.make("Blue hour", "lighthouse")
        await until(core, lambda: len(places(window)) == 2, "collections")
        rows: list[SidebarItem | None] = [
            *sidebar_items.library(),
            sidebar_items.history(),
            sidebar_items.trash(),
            None,
        ]
        for place in rows:
            empty = place == sidebar_items.trash()

            def made(place: SidebarItem | None = place) -> QMenu:
                return window.built.place_menus.make(place)

            assert await check(window, watch, made, lambda: window.show_shelf(View.ALL))
            if empty:
                (found,) = [one for words, one in entries(made()) if words == "Empty trash…"]
                assert reason_of(found) == "The trash is empty"
        (picture, *_others) = await core.library.pictures(window.library_view.order)
        await core.library.trash([picture.id])
        await until(core, lambda: window.sidebar.model.counts.trash == 1, "counted")

        def trash() -> QMenu:
            return window.built.place_menus.make(sidebar_items.trash())

        offered = dict(entries(trash()))
        assert offered["Empty trash…"].isEnabled()
        offered["Restore all pictures"].trigger()
        await until(core, lambda: window.sidebar.model.counts.trash == 0, "restored")

        def collection() -> QMenu:
            return window.built.place_menus.make(window.sidebar.model.collections[0])

        before = places(window)
        await check(window, watch, collection)
        assert sorted(places(window)) != sorted(before), "the last entry deletes"


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_menus_of_jobs(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        core = window.core
        core.queue.pause()
        draft = Draft(prompt="A {red|green} lamp", size="512", seed=1)
        model = core.catalogue.find("sketch", "sketch")
        jobs = await core.submit(runs.plan(draft, model, prompt_variants.expand(draft.prompt)))
        ids = [job.id for job in jobs]

        def queued() -> QMenu:
            return menus.job_menu(window.jobs_controller, core.queue.jobs[ids[-1]], window)

        async def one(words: str, make: Callable[[], QMenu]) -> None:
            menu = QMenu()
            source = make()
            menu.addActions([action for text, action in entries(source) if text == words])
            await check(window, watch, lambda: menu)

        for words in ("Send first", "Send later", "Send earlier", "Cancel"):
            await one(words, queued)
        failure = Failure(kind="server", title="Busy", message="Try later.")
        failed = replace(jobs[0], state=JobState.FAILED, failure=failure)
        core.queue.cancel_all()
        await core.queue.idle()
        core.queue.adopt(failed, None)

        def ended() -> QMenu:
            return menus.job_menu(window.jobs_controller, failed, window)

        for words in [text for text, _action in entries(ended())]:
            if failed.id not in core.queue.jobs or core.queue.jobs[failed.id].alive:
                core.queue.cancel_all()
                await core.queue.idle()
                core.queue.adopt(failed, None)
            await one(words, ended)


async def test_the_empty_gallery_has_a_menu_and_it_works(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        window.show_shelf(View.PICKS)
        await until(window.core, window.nothing.isVisible, "the empty state")
        asked: list[object] = []
        window.item_actions.on_context_menu = (  # type: ignore[method-assign]
            lambda item, where: asked.append((item, where))
        )
        window.nothing.customContextMenuRequested.emit(QPoint(3, 3))
        assert asked == [(None, window.nothing.mapToGlobal(QPoint(3, 3)))]
        QGuiApplication.clipboard().setText("kelp")

        def mat() -> QMenu:
            return menus.mat_menu(window.actions_of, window)

        texts = [words for words, _action in entries(mat())]
        assert texts[:3] == ["Paste", "Import pictures…", "Import a folder…"]
        await check(window, watch, mat)


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_menu_of_the_prompt_has_no_mnemonics(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        editor = window.composer.card.editor

        def before() -> None:
            QGuiApplication.clipboard().setText("amber")
            window.composer.set_prompt("A lighthouse")
            editor.setFocus()
            cursor = editor.textCursor()
            cursor.setPosition(2)
            cursor.setPosition(6, cursor.MoveMode.KeepAnchor)
            editor.setTextCursor(cursor)

        before()
        texts = [words for words, _action in entries(editor.edit_menu.make())]
        assert texts == [
            *("Undo", "Redo", "Cut", "Copy", "Paste", "Delete", "Select all"),
            *("Clear prompt", "Prompt history…"),
        ]
        assert not any("&" in words for words in texts)
        await check(window, watch, editor.edit_menu.make, before)
        window.composer.set_prompt("")
        disabled = [
            reason_of(action)
            for words, action in entries(editor.edit_menu.make())
            if words in ("Cut", "Select all", "Clear prompt")
        ]
        assert disabled == [
            "No text is selected",
            "The field is empty",
            "The prompt is empty",
        ]


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_menus_of_the_composer(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        composer = window.composer
        file = Path(__file__).resolve().parents[3] / "resources/examples/lighthouse.jpg"

        def before() -> None:
            composer.clear()

        choices = composer.card.choices
        await check(window, watch, choices.more_menu, before)
        (picture, *_others) = await window.core.library.pictures(window.library_view.order)
        composer.use_as_references([picture])
        composer.add_references([file])
        await until(window.core, lambda: len(composer.draft().references) == 2, "slots")
        kept = composer.draft()
        for at in (0, 1):

            def again() -> None:
                composer.set_draft(kept)

            def slot(at: int = at) -> QMenu:
                return composer.card.slots._slots[at].role_menu()

            await check(window, watch, slot, again)


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_drop_downs(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        choices = window.composer.card.choices
        start = window.composer.draft()

        def before() -> None:
            window.composer.set_draft(start)

        models = await check(window, watch, choices.model.menu, before)
        assert models >= len(choices.model._choices)
        assert await check(window, watch, choices.size_chip.menu, before) >= 2
        sort = window.grid_bar.sort
        assert await check(window, watch, sort.menu) == len(Sort)

        def language() -> QMenu:
            return window.dialogs.open_settings("look").look.language.menu()

        assert await check(window, watch, language) >= 2


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_places_of_a_duel(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        window.gallery.select_keys(list(window.library_view.order[:3]))
        window.actions_of.every["duel"].trigger()
        await until(window.core, lambda: window.duel.duel.id, "a duel")
        (chip,) = window.duel.findChildren(MenuChip)
        assert await check(window, watch, chip.menu) == 3


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_menus_of_references_that_do_not_fit(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        composer = window.composer
        pictures = await window.core.library.pictures(window.library_view.order)
        for role in (Role.STYLE, Role.PALETTE, Role.SUBJECT):
            composer.use_as_references(pictures, role)
        slots = composer.card.slots
        await until(window.core, lambda: len(composer.draft().references) > 4, "slots")
        await until(window.core, lambda: slots._shown < len(slots._references), "no room for all")
        kept = composer.draft()

        def before() -> None:
            composer.set_draft(kept)
            window.gallery.select_keys([])

        assert await check(window, watch, slots.overflow_menu, before) >= 2


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_menu_of_the_history_of_changes(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)
        library = window.core.library
        (picture, *_others) = await library.pictures(window.library_view.order)
        dialog = window.dialogs.open_changes()
        assert [reason_of(one) for _words, one in entries(dialog.menu_of(None))] == [
            "Nothing to undo",
            "Nothing to redo",
        ]
        dialog.accept()
        await library.rate([picture.id], 3)
        await library.collections.make("Pier")
        await library.undo()
        shown: list[HistoryDialog] = []

        def change(row: int) -> QMenu:
            # Each entry closes what is open.
            if not (shown and shiboken6.isValid(shown[-1]) and shown[-1].isVisible()):
                shown.append(window.dialogs.open_changes())
            return shown[-1].menu_of(shown[-1].list.item(row))

        await until(window.core, lambda: change(1) and shown[-1].list.count() == 2, "read")
        collection = dict(entries(change(0)))
        assert reason_of(collection["Reveal in gallery"]) == "This change has no pictures"
        for words in ("Reveal in gallery", "Redo", "Undo"):
            window.gallery.select_keys([])
            change(1)
            await until(window.core, lambda: shown[-1].list.count() == 2, "read")

            def one(words: str = words) -> QMenu:
                menu = QMenu()
                menu.addActions([each for text, each in entries(change(1)) if text == words])
                return menu

            assert await check(window, watch, one) == 1


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_the_menu_of_a_prompt_of_the_history(tmp_path: Path, visits: Visits) -> None:
    async with studio(tmp_path) as window:
        watch = VisibleState(window, visits)

        window.composer.on_history_wanted()
        (popup,) = [one for one in opened(window) if isinstance(one, HistoryPopup)]
        await until(window.core, lambda: popup._prompts, "read")
        popup.list.setCurrentIndex(popup._lines.index(0))
        assert await check(window, watch, popup.menu) == 1


TESTED = {
    "studio/ui/controllers/open_with.py": "the submenu of a tile",
    "studio/ui/controllers/place_menus.py": "of the sidebar",
    "studio/ui/controllers/tray.py": "of a picture on the shelf, in test_tray.py",
    "studio/ui/dialogs/export/form.py": "of the parts of a name, in test_export_dialog.py",
    "studio/ui/dialogs/export/preset_list.py": "of a preset, in test_export_dialog.py",
    "studio/ui/dialogs/handouts/page_dialog.py": "of presets, in test_handout_dialogs.py",
    "studio/ui/dialogs/history.py": "of the history of changes",
    "studio/ui/dialogs/settings/look.py": "drop-downs",
    "studio/ui/panels/composer/choices.py": "drop-downs, and the menu of the composer",
    "studio/ui/panels/composer/prompt_history.py": "of a prompt of the history",
    "studio/ui/panels/composer/slot.py": "of the composer",
    "studio/ui/panels/composer/slots.py": "of references that do not fit",
    "studio/ui/panels/inspector/mark_row.py": "of a mark, in test_mark.py",
    "studio/ui/panels/inspector/format_line.py": "of a ticked format, in test_reframe.py",
    "studio/ui/views/compare/key_strip.py": "of the keys, in test_compare.py",
    "studio/ui/panels/inspector/mode_page.py": "of the keys, in test_mark.py",
    "studio/ui/views/duel/head.py": "the places of a duel",
    "studio/ui/views/loupe/reframe/format_row.py": "of safe areas, in test_reframe_mode.py",
    "studio/ui/widgets/chip.py": "what a drop-down is made of",
    "studio/ui/widgets/edit_menu.py": "of the prompt, and of every text",
    "studio/ui/widgets/menu.py": "what a menu is made of",
    "studio/ui/window/grid_bar.py": "drop-downs",
    "studio/ui/window/menus.py": "of the window, of tiles and jobs, of the empty gallery",
}
"""Modules that make menus, and the test here that opens theirs."""


def test_no_menu_is_left_out() -> None:
    root = Path(__file__).resolve().parents[3]
    making = re.compile(r"\b(?:Q?Menu|MenuChip)\(")
    found = {
        path.relative_to(root).as_posix()
        for path in (root / "studio/ui").rglob("*.py")
        if making.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(TESTED)


async def test_every_text_has_this_menu(tmp_path: Path) -> None:
    async with studio(tmp_path) as window:
        dialog = window.dialogs.open_settings("keys")
        await settle()
        fields = [
            field
            for kind in (QLineEdit, QTextEdit, QPlainTextEdit)
            for root in (window, dialog)
            for field in root.findChildren(kind)
        ]
        assert len(fields) > 8
        assert [field for field in fields if not field.findChildren(EditMenu)] == []
        dialog.close()
    assert not tasks.running()
