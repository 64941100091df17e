"""A held key is one command: it starts, deletes, confirms and spends once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio.ui.app.action_table import menus
from studio.ui.dialogs.question import Question
from studio.ui.support import key_repeat, view_keys
from studio.ui.support.view_keys import ViewKey
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice
from tests.canary import KEY
from tests.fake_service import FakeService
from tests.source_files import nodes, parsed, texts_with
from tests.ui import windows
from tests.ui.answers import answer
from tests.ui.controllers.test_budget import DRAFT, PRICE, at, make, posts, service, summed
from tests.ui.windows import OpenedWindow, opened, until

TABLE = [row for menu in menus() for row in menu.rows]
VIEW_KEYS = [row for view in view_keys.table() for row in view.rows]
UI = Path(key_repeat.__file__).parent.parent
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
ENTER = Qt.Key.Key_Return
REPEATS = 10
"""What a keyboard sends in a third of a second."""

ASKED_FOR = {
    # Who else reads keys, and why a held one does no harm there.
    "views/canvas/canvas.py:eventFilter": "keeps Space for the picture, does nothing itself",
    "panels/search_completer.py:_is_tab": "asked by its eventFilter",
    "panels/search_completer.py:eventFilter": "takes an offer, held no other one",
    "panels/composer/prompt_history.py:eventFilter": (
        "moves; what forgets a prompt passes repetitions over"
    ),
    "panels/composer/prompt_editor.py:_enter": "asked by its keyPressEvent",
    "panels/composer/prompt_editor.py:_history": "asked by its keyPressEvent",
    "panels/composer/prompt_editor.py:_undo_key": "asked by its keyPressEvent",
    "panels/composer/prompt_editor.py:event": "keeps keys for the prompt, does nothing itself",
    "panels/composer/seed.py:eventFilter": "opens a field, which is open then",
    "widgets/search_field.py:_on_key": "empties a search, or takes its tokens away",
    "widgets/search_field.py:eventFilter": "hands on to _on_key",
    "dialogs/command_palette.py:eventFilter": "moves",
    "support/drop_area.py:eventFilter": "ends a drag, which is over then",
    "views/gallery/keyboard.py:press": "called by the view's keyPressEvent",
    "panels/inspector/note.py:event": "keeps keys for the note, does nothing itself",
    "panels/inspector/tags.py:event": "keeps keys for the tag, does nothing itself",
    "panels/inspector/head.py:event": "keeps keys for the title, does nothing itself",
    "panels/sidebar/place_list.py:event": "keeps keys for the list, does nothing itself",
    "window/actions.py:_pressed": "asked by them",
    "support/shortcuts.py:pressed": "asked by the dialog of shortcuts, and for keys of views",
    "support/shortcuts.py:same_key": "asked for releases",
    "support/view_keys.py:command": "knows a held key as such, which only zooms",
    "dialogs/shortcut_editor.py:event": "passes held keys over",
    "dialogs/shortcut_editor.py:_press": "called by its event",
    "support/key_positions.py:by_position": "asked by its eventFilter",
    "support/key_positions.py:_is_foreign": "asked by by_position",
    "support/key_positions.py:_copy": "called by by_position; a held key stays one",
    "support/key_positions.py:eventFilter": "hands on to the filter of held keys what it replaces",
    "support/key_positions.py:_counts": "asked by its eventFilter",
    "support/key_positions.py:_deliver": "called by its eventFilter",
    "widgets/dialog_mnemonics.py:eventFilter": "gives the same letters again",
    "widgets/menu.py:choose": "presses Enter for a row, once",
    "widgets/dialog_mnemonics.py:press": "asked by key_positions",
    "views/compare/compare_view.py:_tab": "goes round the sides, and then leaves",
    "controllers/original_peek.py:eventFilter": "ends what a release ends; a repeat is no release",
    "views/compare/compare_view.py:eventFilter": "keeps keys for the comparison, and asks _tab",
    "panels/inspector/mark_row.py:eventFilter": "closes the note, which is closed then",
    "panels/inspector/mode_page.py:event": "keeps keys for the mode, does nothing itself",
    "panels/inspector/format_line.py:event": "keeps keys for the line, does nothing itself",
    "views/loupe/mark/mode.py:_press_in_field": "closes the note, or goes to the next one",
    "views/loupe/mark/mode.py:filter_other": "keeps keys for the note, which is closed then",
    "views/loupe/drawing_mode.py:press_key": "called by its base's filter; chooses a tool once",
    "views/loupe/overlay_mode.py:eventFilter": "passes repetitions over, but for moving things",
    "views/loupe/overlay_mode.py:keeps": "asked by its eventFilter",
    "views/loupe/overlay_mode.py:press_key": "called by its eventFilter",
    "views/loupe/loupe.py:eventFilter": "keeps keys for the loupe, does nothing itself",
    "support/mode_keys.py:is_own": "asked by eventFilter and keyPressEvent of pick mode and duel",
    "views/tree/canvas.py:_press_fixed": "called by its keyPressEvent",
    "views/loupe/loupe.py:_press_fixed": "called by its keyPressEvent",
    "views/compare/compare_view.py:_press_fixed": "called by its keyPressEvent",
    "views/pick/pick_view.py:_press_fixed": "called by _press_own",
    "widgets/steps_card.py:press": "called by their keyPressEvent",
    "views/duel/duel_view.py:_press": "called by its keyPressEvent; passes held arrows over",
    "views/duel/duel_view.py:eventFilter": "keeps keys for the duel; a held Tab swaps once",
    "views/full_screen/view.py:_press": "called by its keyPressEvent",
    "views/full_screen/view.py:_press_in_card": "called by its keyPressEvent",
    "views/full_screen/view.py:eventFilter": "keeps keys for the view, does nothing itself",
    "views/tree/canvas.py:eventFilter": "keeps keys for the tree, does nothing itself",
    "views/tree/tree_view.py:eventFilter": "ends the naming of a branch, which is over then",
    "panels/tray.py:event": "keeps keys for the shelf, does nothing itself",
    "controllers/drag_recipes.py:eventFilter": "ends a waiting drag, which is over then",
    "window/alt_key.py:on_window_event": "Alt alone, and never one that is held",
}


def held(window: QWindow, key: Qt.Key, mods: Qt.KeyboardModifier = NONE, text: str = "") -> None:
    """Hold a key as X sends it: through the shortcuts of the program, then to its widgets."""
    QTest.simulateEvent(window, True, key.value, mods, text, False)
    for _ in range(REPEATS):
        QTest.simulateEvent(window, False, key.value, mods, text, True)
        QTest.simulateEvent(window, True, key.value, mods, text, True)
    QTest.simulateEvent(window, False, key.value, mods, text, False)


def nodes_with(*words: str) -> Iterator[tuple[str, ast.AST]]:
    """Everything in the files of the window that have one of these words, with the file.

    To read and to spell out all of them takes ten seconds.
    """
    for file, text in texts_with(*words, folder=UI):
        for node in nodes(parsed(text)):
            yield file, node


def functions(*words: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function in such files, with the file it is in."""
    for file, node in nodes_with(*words):
        if isinstance(node, ast.FunctionDef):
            yield file, node


def test_every_widget_that_hears_keys_passes_repetitions_over() -> None:
    for file, function in functions("keyPressEvent"):
        if function.name == "keyPressEvent":
            marks = [mark.id for mark in function.decorator_list if isinstance(mark, ast.Name)]
            assert "once" in marks, f"{file}: keyPressEvent needs @once (ui/overrides.py)"


def test_whoever_else_reads_keys_has_said_why_a_held_one_does_no_harm() -> None:
    found = set()
    told_by = {"KeyPress", "ShortcutOverride", "isAutoRepeat"}
    for file, function in functions(*told_by, "is_repeat(", "QKeyEvent"):
        own = function.name in ("keyPressEvent", "keyReleaseEvent")
        if own or file in ("support/key_repeat.py", "support/qt_overrides.py"):
            continue
        names = {n.attr for n in ast.walk(function) if isinstance(n, ast.Attribute)}
        text = ast.unparse(function)
        if names & told_by or "is_repeat(" in text or ("key" in names and "QKeyEvent" in text):
            found.add(f"{file}:{function.name}")
    assert found == set(ASKED_FOR)


def test_no_shortcut_stands_beside_the_table() -> None:
    at_home = {
        "setShortcuts": {"window/actions.py"},
        # Takes the key away that an & in a name would be.
        "setShortcut": {"widgets/plain_text.py"},
        # A stepper's buttons count up and down while the mouse is held on them.
        "setAutoRepeat": {"window/actions.py", "widgets/number_controls.py"},
    }
    asked = ("QShortcut", "grabShortcut", "QMenu", *at_home)
    for file, node in nodes_with(*asked):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert called not in asked or file in at_home.get(called, ()), f"{file}: {called}"


def test_what_may_repeat_only_zooms() -> None:
    assert {row.name for row in TABLE if row.repeats} == {"larger_tiles", "smaller_tiles"}


@pytest.mark.parametrize("row", VIEW_KEYS, ids=lambda row: row.name)
def test_a_held_key_of_a_view_does_nothing_again_unless_it_zooms(row: ViewKey) -> None:
    for keys in row.keys:
        one = combination(keys)
        event = press(one.key(), one.keyboardModifiers())
        group = view_keys.group_of(row.name)
        assert group is not None
        again = view_keys.command(event, group)
        assert again == (row.command if "zoom" in row.name else None), keys


def combination(keys: str) -> QKeyCombination:
    """The one key of a shortcut, with its modifiers."""
    one: QKeyCombination = QKeySequence(keys)[0]  # type: ignore[index]
    return one


def press(key: Qt.Key, mods: Qt.KeyboardModifier = NONE, text: str = "") -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key.value, mods, text, autorep=True)


@pytest.mark.parametrize("row", [row for row in TABLE if row.keys], ids=lambda row: row.name)
def test_the_keys_of_an_action_repeat_only_where_it_says_so(row, qapp: QApplication) -> None:
    """Whatever has the keyboard, but for texts: what they take is theirs."""
    for keys in row.keys:
        one = combination(keys)
        event = press(one.key(), one.keyboardModifiers())
        assert key_repeat.harmless(event, QWidget()) is row.repeats, keys


def test_in_a_text_a_held_key_writes_and_deletes(dressed: None) -> None:
    line, editor = QLineEdit(), QPlainTextEdit()
    for where in (line, editor):
        for event in (
            press(Qt.Key.Key_A, text="a"),
            press(Qt.Key.Key_Backspace),
            press(Qt.Key.Key_Delete),
            press(Qt.Key.Key_Z, CTRL, "\x1a"),
            press(Qt.Key.Key_Left),
        ):
            assert key_repeat.harmless(event, where)
        assert not key_repeat.harmless(press(ENTER, CTRL, "\r"), where)
        assert not key_repeat.harmless(press(Qt.Key.Key_V, CTRL, "\x16"), where)
        assert not key_repeat.harmless(press(Qt.Key.Key_Escape), where)
    assert key_repeat.harmless(press(ENTER, text="\r"), editor)
    assert not key_repeat.harmless(press(ENTER, text="\r"), line)
    editor.setReadOnly(True)
    assert not key_repeat.harmless(press(Qt.Key.Key_A, text="a"), editor)


def reached(running: FakeService, sent: int) -> bool:
    """Whether the service has got so many requests."""
    return posts(running) >= sent


async def quiet(window: OpenedWindow) -> None:
    """Everything that was asked for is over."""
    await until(window.core, lambda: not window.core.queue.jobs, "nothing is queued any more")


def activate(window: QWidget) -> QWindow:
    window.activateWindow()
    handle = window.windowHandle()
    assert handle is not None
    QTest.qWaitForWindowActive(window, 60_000)
    return handle


async def test_ctrl_enter_held_sends_one_request_and_keeps_to_the_budget(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            await make(window)
            handle, composer = activate(window), window.composer
            window.core.settings.change(budget_usd=4.2 * PRICE)
            composer.set_draft(DRAFT)
            places = (composer.card.editor, composer.card.generate, window.gallery)
            for sent, place in enumerate(places, start=2):
                place.setFocus()
                held(handle, ENTER, CTRL, "\r")
                await until(window.core, partial(reached, running, sent), "it is sent")
                await quiet(window)
                await summed(window)
                assert posts(running) == sent
            # The next one asks, however long it is held.
            for place in places:
                place.setFocus()
                held(handle, ENTER, CTRL, "\r")
                assert composer.bar.notice is not None
            await quiet(window)
            assert posts(running) == 4


async def test_no_action_is_done_again_by_a_held_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[str] = []
    keys_of_all = key_repeat.watch()
    monkeypatch.setattr(key_repeat, "watch", lambda: watched.append("watched"))
    async with opened(tmp_path) as window:
        assert watched, "the window is made with the filter in front of it"
        await windows.make(window)
        handle = activate(window)
        handle.removeEventFilter(keys_of_all)
        window.gallery.setFocus()
        window.gallery.select_keys([window.library_view.order[0]])
        # The selection enables actions a moment later.
        await until(window.core, window.actions_of.every["vary"].isEnabled, "told")
        done: list[str] = []
        for row in TABLE:
            action = window.actions_of.every[row.name]
            assert action.autoRepeat() is row.repeats
            action.setEnabled(True)
            action.triggered.disconnect()
            action.triggered.connect(partial(done.append, row.name))
        for row in TABLE:
            for keys in row.keys:
                one = combination(keys)
                # What is selected may be told again meanwhile.
                window.actions_of.every[row.name].setEnabled(True)
                held(handle, one.key(), one.keyboardModifiers())
                again = 1 + REPEATS if row.repeats else 1
                heard_elsewhere = row.name in ("open", "quick_look", "before")
                assert done.count(row.name) in ((0, 1) if heard_elsewhere else (again,)), keys
                done.clear()


async def test_a_question_is_asked_once_and_answered_by_a_second_press_a_second_later(
    tmp_path: Path,
) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            now = [0.0]
            window.core.settings.change(budget_usd=0.01)
            composer = window.composer
            composer.question.clock = lambda: now[0]
            composer.set_draft(DRAFT)
            sent: list[object] = []
            composer.generate.connect(sent.append)
            handle = activate(window)
            composer.card.editor.setFocus()

            def pressed() -> None:
                QTest.simulateEvent(handle, True, ENTER.value, CTRL, "\r", False)
                QTest.simulateEvent(handle, False, ENTER.value, CTRL, "\r", False)

            pressed()
            assert composer.bar.notice is not None
            assert not composer.bar.isAncestorOf(window.focusWidget())
            # Presses in one go, as some remote desktops make of a held key, are no answer.
            for _ in range(REPEATS):
                now[0] += 0.5
                pressed()
            assert sent == []
            now[0] += 1.0
            pressed()
            assert len(sent) == 1
            await until(window.core, lambda: posts(running) == 1, "it is sent")
            await quiet(window)


async def test_a_question_that_was_closed_or_is_another_one_is_asked_again(tmp_path: Path) -> None:
    with service() as running:
        async with opened(tmp_path, options=at(running), key=KEY) as window:
            now = [0.0]
            window.core.settings.change(budget_usd=0.01)
            composer = window.composer
            composer.question.clock = lambda: now[0]
            composer.set_draft(DRAFT)
            composer.generate_now()
            composer.bar.on_close()
            now[0] += 60
            composer.generate_now()
            assert composer.bar.notice is not None
            # The sum in it is another one: what was answered is not what is asked.
            window.core.settings.change(budget_usd=0.02)
            answer(composer.bar, "Generate anyway")
            assert composer.bar.notice is not None
            assert posts(running) == 0
            answer(composer.bar, "Generate anyway")
            await until(window.core, lambda: posts(running) == 1, "it is sent")
            await quiet(window)


@pytest.mark.parametrize(
    ("key", "text"),
    [(Qt.Key.Key_R, "r"), (Qt.Key.Key_Space, " "), (ENTER, "\r"), (Qt.Key.Key_Delete, "\x7f")],
)
def test_a_key_that_moved_the_keyboard_writes_nothing_where_it_came(
    dressed: None, key: Qt.Key, text: str
) -> None:
    host = QWidget()
    column = QVBoxLayout(host)
    view, editor = Button("picture", parent=host), QPlainTextEdit("a ferry", host)
    column.addWidget(view)
    column.addWidget(editor)
    action = QAction(host)
    action.setShortcut(key)
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(editor.setFocus)
    view.addAction(action)
    host.show()
    handle = activate(host)
    key_repeat.watch()
    view.setFocus()
    held(handle, key, text=text)
    assert QApplication.focusWidget() is editor
    assert editor.toPlainText() == "a ferry"
    # Pressed in the text itself it writes as long as it is held.
    held(handle, Qt.Key.Key_X, text="x")
    assert editor.toPlainText() == "x" * (1 + REPEATS) + "a ferry"
    host.close()


def test_enter_answers_a_bar_only_after_tab(dressed: None) -> None:
    host = QWidget()
    column = QVBoxLayout(host)
    line, bar = QLineEdit(host), MessageBar(host)
    column.addWidget(line)
    column.addWidget(bar)
    host.show()
    handle = activate(host)
    key_repeat.watch()
    acted: list[object] = []
    line.setFocus()

    def enter() -> None:
        QTest.simulateEvent(handle, True, ENTER.value, NONE, "\r", False)
        QTest.simulateEvent(handle, False, ENTER.value, NONE, "\r", False)

    first = MessageAction("Send", partial(acted.append, "first"))
    bar.show_notice(Notice(key="first", text="It costs money.", actions=(first,)))
    enter()
    assert acted == []
    QTest.keyClick(handle, Qt.Key.Key_Tab)
    # Another question slides under the finger.
    second = MessageAction("Send", partial(acted.append, "second"))
    bar.show_notice(Notice(key="second", text="It costs more.", actions=(second,)))
    enter()
    assert acted == []
    # What had the keyboard goes, and Qt looks for the next that takes it.
    line.setFocus()
    line.hide()
    enter()
    assert acted == []
    line.show()
    line.setFocus()
    QTest.keyClick(handle, Qt.Key.Key_Tab)
    enter()
    assert acted == ["second"]
    host.close()


def test_a_held_enter_answers_neither_a_question_nor_a_menu(dressed: None) -> None:
    key_repeat.watch()
    answered: list[str] = []
    question = Question("Delete 3 pictures for good?")
    question.add_button("Delete", lambda: answered.append("delete"), kind="danger", first=True)
    plain = QDialog()
    line = QLineEdit(plain)
    line.returnPressed.connect(lambda: answered.append("line"))
    menu = Menu("", plain)
    menu.addAction("Empty trash…").triggered.connect(lambda: answered.append("menu"))
    for window in (question, plain):
        window.show()
        handle = activate(window)
        for _ in range(REPEATS):
            QTest.simulateEvent(handle, True, ENTER.value, NONE, "\r", True)
        assert answered == []
        QTest.simulateEvent(handle, True, ENTER.value, NONE, "\r", False)
        assert len(answered) == 1
        answered.clear()
        window.close()
    host = QWidget()
    host.show()
    handle = activate(host)
    menu.popup(host.pos())
    menu.setActiveAction(menu.actions()[0])
    for _ in range(REPEATS):
        QTest.simulateEvent(handle, True, ENTER.value, NONE, "\r", True)
    assert answered == []
    menu.close()
    host.close()


def test_a_release_and_a_press_at_the_same_moment_are_a_held_key(qapp: QApplication) -> None:
    """X repeats so; where Qt reads one before the other has come, it takes them for two."""
    keys = key_repeat.KeyRepeatFilter(qapp, twins=True)
    window = QWindow()

    def send(kind: QEvent.Type, at: int) -> bool:
        event = QKeyEvent(kind, ENTER.value, CTRL)
        event.setTimestamp(at)
        return keys.eventFilter(window, event)

    assert not send(QEvent.Type.KeyPress, 1000)
    assert not send(QEvent.Type.KeyRelease, 1300)
    assert send(QEvent.Type.KeyPress, 1300)
    assert not send(QEvent.Type.KeyRelease, 1400)
    assert not send(QEvent.Type.KeyPress, 1401)
    keys.deleteLater()


def test_keys_without_a_moment_are_no_repeats(qapp: QApplication) -> None:
    """While a screen reader listens, Qt sends every key anew, and forgets when it was pressed."""
    keys = key_repeat.KeyRepeatFilter(qapp, twins=True)
    window = QWindow()
    for _twice in range(2):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            assert not keys.eventFilter(window, QKeyEvent(kind, ENTER.value, CTRL))
    keys.deleteLater()


def test_a_release_that_belongs_to_a_repeat_ends_nothing(qapp: QApplication, qtbot: QtBot) -> None:
    keys = key_repeat.KeyRepeatFilter(qapp, twins=True)
    window, owner = QWindow(), QObject()
    ended: list[int] = []

    def send(kind: QEvent.Type, moment: int) -> QKeyEvent:
        event = QKeyEvent(kind, Qt.Key.Key_Z.value, NONE)
        event.setTimestamp(moment)
        keys.eventFilter(window, event)
        return event

    def release(moment: int) -> None:
        event = send(QEvent.Type.KeyRelease, moment)
        keys.end_hold(event, owner, lambda: ended.append(moment))

    send(QEvent.Type.KeyPress, 1000)
    for moment in (1300, 1330, 1360):
        release(moment)
        assert ended == [], "the press of the repeat may not have come yet"
        assert keys.held(send(QEvent.Type.KeyPress, moment))
    release(1400)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [1400]
    keys.deleteLater()


def test_whoever_hears_a_release_asks_whether_it_is_one() -> None:
    """Qt may take the release of a repeat for one of its own."""
    for file, function in functions("KeyRelease", "keyRelease"):
        text = ast.unparse(function)
        if function.name == "keyReleaseEvent" or "Type.KeyRelease" in text:
            asked = "end_hold(" in text or file in ("support/key_repeat.py", "window/alt_key.py")
            assert asked, f"{file}:{function.name}"
