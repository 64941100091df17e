"""Keys by position: digits on AZERTY, shortcuts on layouts without Latin letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.support import key_positions
from studio.ui.support.key_positions import by_position, code_of

_Key, _Mod, _Kind = Qt.Key, Qt.KeyboardModifier, QEvent.Type
NONE, CTRL, SHIFT, ALT = (
    *(_Mod.NoModifier, _Mod.ControlModifier),
    *(_Mod.ShiftModifier, _Mod.AltModifier),
)


def event(
    position: str,
    typed: str,
    mods: Qt.KeyboardModifier = NONE,
    kind: QEvent.Type = _Kind.KeyPress,
) -> QKeyEvent:
    """A key of this position that types this character on the user's layout."""
    return QKeyEvent(kind, ord(typed.upper()), mods, code_of(position), 0, 0, typed)


@pytest.mark.skipif("sys.platform == 'darwin'", reason="macOS gives keys no codes")
@pytest.mark.parametrize(
    ("position", "typed", "mods", "expected"),
    [
        ("1", "&", NONE, _Key.Key_1),  # AZERTY
        ("2", "é", NONE, _Key.Key_2),
        ("0", "à", ALT, _Key.Key_0),
        ("1", "!", SHIFT, None),  # US: Shift+1 is no rating
        ("1", "1", NONE, None),
        ("a", "q", NONE, None),  # AZERTY: its own letters count
        ("g", "п", NONE, _Key.Key_G),  # Russian
        ("s", "ы", CTRL, _Key.Key_S),
        (",", "б", CTRL, _Key.Key_Comma),
        (",", "Б", SHIFT, _Key.Key_Less),
        ("g", "γ", NONE, _Key.Key_G),  # Greek
        ("g", "ل", NONE, _Key.Key_G),  # Arabic
        ("g", "ل", CTRL | ALT, None),  # AltGr types
    ],
)
def test_a_key_without_a_latin_character_is_the_one_at_its_position(
    position: str, typed: str, mods: Qt.KeyboardModifier, expected: Qt.Key | None
) -> None:
    made = by_position(event(position, typed, mods))
    assert (None if made is None else made.key()) == expected


class Noting(QWidget):
    """A window that notes which keys arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[tuple[QEvent.Type, int]] = []
        self.line, self.rows = QLineEdit(), QListWidget()
        self.rows.addItems(["Альфа", "Пи", "Gamma"])
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.rows)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 Qt's own name
        self.noted.append((event.type(), event.key()))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 Qt's own name
        self.noted.append((event.type(), event.key()))


@pytest.fixture
def taken() -> list[int]:
    return []


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, taken: list[int]) -> Iterator[Noting]:
    made = Noting()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)

    def take(pressed: QKeyEvent) -> bool:
        if pressed.key() != _Key.Key_R:
            return False
        taken.append(pressed.key())
        return True

    key_positions.watch(take)
    watching = key_positions._filter
    assert watching is not None
    watching.on_window(made.windowHandle())
    yield made
    key_positions.watch(lambda _event: False)


pytestmark = pytest.mark.skipif("sys.platform == 'darwin'", reason="macOS gives keys no codes")


def send(window: Noting, sent: QKeyEvent) -> None:
    QApplication.sendEvent(window.windowHandle(), sent)


def test_press_and_release_arrive_with_the_same_key(window: Noting) -> None:
    window.setFocus()
    send(window, event("z", "я"))
    send(window, event("z", "я", kind=_Kind.KeyRelease))
    assert window.noted == [(_Kind.KeyPress, _Key.Key_Z), (_Kind.KeyRelease, _Key.Key_Z)]


def test_a_shortcut_is_taken_before_a_list_searches(window: Noting, taken: list[int]) -> None:
    window.rows.setFocus()
    send(window, event("r", "к"))
    assert taken == [_Key.Key_R]
    send(window, event("g", "п"))
    assert window.rows.currentRow() == 1, "the list searches for what is typed"


def test_nothing_is_replaced_while_writing(window: Noting, taken: list[int]) -> None:
    window.line.setFocus()
    send(window, event("r", "к"))
    send(window, event("1", "&"))
    assert window.line.text() == "к&"
    assert taken == []
    send(window, event("r", "к", CTRL))
    assert taken == [_Key.Key_R]


def test_keys_that_zoom_keep_their_meaning(window: Noting) -> None:
    window.setFocus()
    send(window, event("6", "-"))
    assert window.noted == [(_Kind.KeyPress, _Key.Key_Minus)]
