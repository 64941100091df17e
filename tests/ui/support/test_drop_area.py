"""Every drag ends: dropped, left, cancelled, or when its source has gone."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.domain.drafts import Draft
from studio.domain.entities import Reference, Role
from studio.ui.controllers.import_ import ImportTarget
from studio.ui.panels.composer.role_drop_target import RoleDropTarget
from studio.ui.panels.composer.slot import Slot
from studio.ui.support import drop_area
from studio.ui.support.drop_area import Drag, DropArea, DropCover
from tests.source_files import nodes, parsed, texts_with
from tests.ui.user_actions import mime as own
from tests.ui.windows import OpenedWindow, make, opened, until

UI = Path(__file__).resolve().parents[3] / "studio" / "ui"
HEARD = {"dragEnterEvent", "dragMoveEvent", "dragLeaveEvent", "dropEvent"}
COPY, LEFT, NONE = (
    Qt.DropAction.CopyAction,
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
)


def files(*names: str) -> QMimeData:
    made = QMimeData()
    made.setUrls([QUrl.fromLocalFile(f"/tmp/{name}") for name in names or ("a.png",)])
    return made


def enter(widget: QWidget, mime: QMimeData, at: QPoint | None = None) -> bool:
    event = QDragEnterEvent(at or widget.rect().center(), COPY, mime, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def move(widget: QWidget, mime: QMimeData, at: QPoint | None = None) -> bool:
    event = QDragMoveEvent(at or widget.rect().center(), COPY, mime, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QDragLeaveEvent())


def let_go(widget: QWidget, mime: QMimeData, at: QPoint | None = None) -> bool:
    event = QDropEvent(QPointF(at or widget.rect().center()), COPY, mime, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


# --- the helper -------------------------------------------------------------------------------


class Place(QWidget):
    """A widget that takes files, with all that it heard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.said: list[object] = []
        self.refusing = False
        self.area = DropArea(self, lambda event: event.mimeData().hasUrls())
        self.area.over.connect(self.on_over)
        self.area.ended.connect(self.said.append)
        self.area.dropped.connect(self.on_dropped)

    def on_over(self, drag: Drag) -> None:
        if self.refusing:
            drag.refuse()

    def on_dropped(self, drag: Drag) -> None:
        self.said.append("dropped")
        if self.refusing:
            drag.refuse()


@pytest.fixture
def place(qtbot: QtBot) -> Iterator[Place]:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    made = Place(window)
    column.addWidget(made)
    column.addWidget(QWidget(window))
    window.resize(300, 200)
    window.show()
    yield made
    drop_area.end_all()


def is_over(place: Place) -> bool:
    return place.area.inside


def aimed_at(slot: Slot) -> bool:
    return slot.area.inside


def esc(place: QWidget) -> None:
    QTest.keyClick(place.window(), Qt.Key.Key_Escape)


def pointer(place: QWidget) -> None:
    # While another program drags, it alone hears of the pointer.
    # Qt tells nothing of a pointer that stands where it stood.
    for at in (QPoint(3, 3), QPoint(5, 5)):
        QTest.mouseMove(place.window(), at)


ENDS: dict[str, tuple[Callable[[Place], object], bool]] = {
    "left": (leave, False),
    "dropped": (lambda place: let_go(place, files()), True),
    "hidden": (QWidget.hide, True),
    "the window hidden": (lambda place: place.window().hide(), True),
    "the window deactivated": (
        lambda place: QApplication.sendEvent(place.window(), QEvent(QEvent.Type.WindowDeactivate)),
        True,
    ),
    "a dialog over it": (
        lambda place: QApplication.sendEvent(place, QEvent(QEvent.Type.WindowBlocked)),
        True,
    ),
    "Esc": (esc, True),
    "the source dead": (pointer, True),
    "a press": (lambda place: QTest.mousePress(place, LEFT), True),
    "taken no more": (lambda place: place.area.set_active(False), True),
    "told so": (lambda _place: drop_area.end_all(), True),
}


@pytest.mark.parametrize("how", ENDS)
def test_however_a_drag_ends_it_is_reported_once(place: Place, how: str) -> None:
    end, gone = ENDS[how]
    mime = files()
    assert enter(place, mime)
    assert move(place, mime)
    assert is_over(place)
    assert place.said == []
    end(place)
    assert not is_over(place)
    assert place.said[0] is gone
    assert place.said[1:] == (["dropped"] if how == "dropped" else [])
    leave(place)
    drop_area.end_all()
    assert len(place.said) == (2 if how == "dropped" else 1)


def test_a_drag_that_goes_on_after_its_end_begins_anew(place: Place) -> None:
    mime = files()
    enter(place, mime)
    drop_area.end_all()
    assert move(place, mime)
    assert place.area.inside


def test_a_place_that_refuses_hears_where_the_drag_goes_next(place: Place) -> None:
    mime = files()
    place.refusing = True
    assert enter(place, mime)
    assert not move(place, mime)
    assert not place.area.inside
    place.refusing = False
    assert move(place, mime)
    place.refusing = True
    assert not move(place, mime)
    assert place.said == [False]
    assert not let_go(place, mime)


def test_what_is_not_accepted_goes_to_what_lies_around(place: Place) -> None:
    plain = QMimeData()
    plain.setText("words")
    assert not enter(place, plain)
    assert not let_go(place, plain)
    assert place.said == []


def test_a_widget_that_dies_under_a_drag_leaves_nothing(place: Place, qtbot: QtBot) -> None:
    window = place.window()
    other = Place(window)
    other.show()
    enter(other, files())
    assert drop_area.areas_under_drag()
    import shiboken6

    shiboken6.delete(other)
    assert not drop_area.areas_under_drag()
    QTest.mouseMove(window, QPoint(5, 5))


def test_nothing_is_watched_while_nothing_is_dragged(place: Place) -> None:
    enter(place, files())
    leave(place)
    assert not drop_area.areas_under_drag()


# --- the window -------------------------------------------------------------------------------


@asynccontextmanager
async def studio(home: Path) -> AsyncIterator[OpenedWindow]:
    async with opened(home) as window:
        (picture,) = await make(window)
        window.gallery.select_keys([picture.row])
        await until(window.core, window.gallery.selected_items, "selected")
        yield window
        drop_area.end_all()


def covers(window: OpenedWindow) -> list[DropCover]:
    """What lies over the window because of a drag."""
    found = [*window.findChildren(RoleDropTarget), *window.findChildren(ImportTarget)]
    return [cover for cover in found if cover.isVisible()]


async def test_a_drop_on_the_composers_margin_is_taken_and_ends_the_drag(tmp_path: Path) -> None:
    """The issue's own: "Drop to edit" lay over the composer for good."""
    async with studio(tmp_path) as window:
        composer = window.composer
        (picture,) = await window.core.library.pictures(window.library_view.order)
        mime = own(picture.id)
        margin = QPoint(3, composer.height() - 3)
        assert composer.childAt(margin) in (composer.sheet, None)
        assert enter(composer, mime, margin)
        assert composer.card.target.isVisible()
        assert let_go(composer, mime, margin)
        assert not composer.card.target.isVisible()
        await until(window.core, lambda: composer.draft().references, "taken")
        (reference,) = composer.draft().references
        assert (reference.picture, reference.role) == (picture.id, Role.FREE)


@pytest.mark.parametrize("how", [name for name in ENDS if name not in ("left", "taken no more")])
async def test_nothing_lies_over_the_window_when_a_drag_is_over(tmp_path: Path, how: str) -> None:
    async with studio(tmp_path) as window:
        mime = files()
        for widget in (window, window.composer, window.composer.card.target):
            assert enter(window, mime, QPoint(400, 300))
            assert len(covers(window)) == 2
            if widget is not window:
                leave(window)
                assert enter(widget, mime)
            if how == "dropped":
                let_go(widget, mime)
            elif how == "a press":
                QTest.mousePress(window.status_bar, LEFT)
            else:
                ENDS[how][0](widget)  # type: ignore[arg-type]
            window.show()
            window.composer.show()
            # What only lay there goes a moment later, as the drag might go on over it.
            for cover in covers(window):
                assert cover.lingering.isActive()
                cover.lingering.timeout.emit()
            assert covers(window) == []


async def test_a_cover_that_is_hidden_with_its_view_does_not_come_back(tmp_path: Path) -> None:
    async with studio(tmp_path) as window:
        assert enter(window, files(), QPoint(400, 300))
        assert len(covers(window)) == 2
        window.view_switch.open_loupe()
        assert covers(window) == []
        window.view_switch.show_grid()
        assert covers(window) == []


async def test_a_drag_over_another_part_leaves_none_marked(tmp_path: Path) -> None:
    async with studio(tmp_path) as window:
        composer = window.composer
        kept = await window.core.library.keep_input(
            window.core.library.path(
                (await window.core.library.pictures(window.library_view.order))[0]
            ),
            role=Role.FREE,
            name="x",
        )
        assert isinstance(kept, Reference)
        composer.set_draft(Draft(references=(kept,)))
        (slot,) = composer.card.slots.slots()
        mime = files()
        assert enter(slot, mime)
        assert aimed_at(slot)
        pointer(window)
        assert not aimed_at(slot)
        pictures = own("p1")
        for rows in (window.sidebar.library, window.sidebar.trash):
            view = rows.viewport()
            row = next(n for n in range(rows.count()) if rows.place(n).takes)
            at = rows.visualItemRect(rows.item(row)).center()
            enter(view, pictures, at)
            move(view, pictures, at)
            assert rows.drop_row == row
            QTest.keyClick(window, Qt.Key.Key_Escape)
            assert rows.drop_row == -1


async def test_in_one_line_the_composer_leaves_a_drag_to_the_window(tmp_path: Path) -> None:
    async with studio(tmp_path) as window:
        window.view_switch.open_loupe()
        assert not window.composer.acceptDrops()
        window.view_switch.show_grid()
        assert window.composer.acceptDrops()


async def test_words_go_into_the_prompt_and_pictures_around_it(tmp_path: Path) -> None:
    async with studio(tmp_path) as window:
        editor = window.composer.card.editor
        words = QMimeData()
        words.setText("kelp forest")
        view = editor.viewport()
        assert enter(view, words)
        assert move(view, words)
        assert let_go(view, words)
        assert window.composer.draft().prompt == "kelp forest"
        assert not window.composer.card.words.inside
        mime = files()
        # Qt hands it on to what lies around: the composer shows its halves.
        assert enter(view, mime)
        assert window.composer.card.target.isVisible()
        leave(view)


# --- slots that are moved with the mouse --------------------------------------------------------


@pytest.mark.parametrize("how", ["Esc", "hidden", "taken away"])
async def test_a_slot_that_is_moved_leaves_no_mark(tmp_path: Path, how: str) -> None:
    async with studio(tmp_path) as window:
        composer, row = window.composer, window.composer.card.slots
        both = tuple(
            Reference(sha256=sign * 64, media_type="image/png", name=sign) for sign in "ab"
        )
        composer.set_draft(Draft(references=both))
        slot = row.slots()[1]
        QTest.mousePress(slot, LEFT, pos=QPoint(12, 20))
        QTest.mouseMove(slot, QPoint(-40, 20))
        assert row.insert_at is not None
        if how == "Esc":
            slot.setFocus()
            QTest.keyClick(slot, Qt.Key.Key_Escape)
        elif how == "hidden":
            window.view_switch.open_loupe()
        else:
            composer.undo()
        assert row.insert_at is None


# --- the contract ---------------------------------------------------------------------------------


def test_drags_are_reported_to_one_area_only() -> None:
    """Who takes a drag has a `DropArea`, which ends it; of events of one's own one is forgotten."""
    own_events, accepting = [], []
    kinds = ("DragEnter", "DragMove", "DragLeave", "Drop")
    words = ("setAcceptDrops", *(f".{kind}" for kind in kinds), *HEARD)
    for name, source in texts_with(*words, folder=UI):
        if name == "support/drop_area.py":
            continue
        for node in nodes(parsed(source)):
            if isinstance(node, ast.FunctionDef) and node.name in HEARD:
                own_events.append(f"{name}: {node.name}")
            if isinstance(node, ast.Attribute) and node.attr in kinds:
                own_events.append(f"{name}: {node.attr}")
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "setAcceptDrops"
                and not (isinstance(node.args[0], ast.Constant) and node.args[0].value is False)
            ):
                accepting.append(name)
    assert own_events == []
    assert accepting == []
