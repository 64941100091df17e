"""Overrides that Qt may call on partly constructed or destroyed objects.

Half made: `super().__init__()` has run, the rest of `__init__` has not; whatever a setter or a new
child sets off finds no attributes. Half gone: Python's collector has emptied a widget that is still
a child of another, and Qt hides it while the other dies. To an override both look the same.
"""

from __future__ import annotations

import ast
import gc
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import (
    QChildEvent,
    QDynamicPropertyChangeEvent,
    QEvent,
    QItemSelection,
    QMetaType,
    QModelIndex,
    QObject,
    QPoint,
    QSize,
    Qt,
    QTimerEvent,
)
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QMoveEvent,
    QResizeEvent,
    QShowEvent,
    QSyntaxHighlighter,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QSplitter,
    QSplitterHandle,
    QVBoxLayout,
    QWidget,
)

import studio.ui
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.chip import ChipChoice, MenuChip
from tests.source_files import parsed, text_of

KIND = QEvent.Type


def _events() -> list[QEvent]:
    """What Qt sends while an object is made, hidden or let go, without an event loop."""
    plain = (
        KIND.ParentAboutToChange, KIND.ParentChange, KIND.FontChange, KIND.StyleChange,
        KIND.PaletteChange, KIND.EnabledChange, KIND.LayoutRequest, KIND.LayoutDirectionChange,
        KIND.Leave, KIND.WindowActivate, KIND.WindowDeactivate, KIND.ActivationChange,
        KIND.WindowStateChange, KIND.ShowToParent, KIND.HideToParent, KIND.ToolTipChange,
        KIND.CursorChange, KIND.ReadOnlyChange, KIND.ContentsRectChange,
    )  # fmt: skip
    return [
        *(QEvent(kind) for kind in plain),
        QDynamicPropertyChangeEvent(b"look"),
        QShowEvent(),
        QHideEvent(),
        QResizeEvent(QSize(5, 5), QSize(4, 4)),
        QMoveEvent(QPoint(1, 1), QPoint()),
        QFocusEvent(KIND.FocusIn),
        QFocusEvent(KIND.FocusOut),
        QChildEvent(KIND.ChildAdded, QObject()),
        QChildEvent(KIND.ChildRemoved, QObject()),
    ]


def _each_event() -> list[tuple[Any, ...]]:
    return [(event,) for event in _events()]


def _once(*arguments: Any) -> Callable[[], list[tuple[Any, ...]]]:
    return lambda: [arguments]


OUTSIDE_THE_LOOP: dict[str, Callable[[], list[tuple[Any, ...]]]] = {
    "event": _each_event,
    "viewportEvent": _each_event,
    "changeEvent": _each_event,
    "eventFilter": lambda: [(QWidget(), event) for event in _events()],
    "customEvent": lambda: [(QEvent(KIND.User),)],
    "timerEvent": lambda: [(QTimerEvent(1),)],
    "hideEvent": lambda: [(QHideEvent(),)],
    "resizeEvent": lambda: [(QResizeEvent(QSize(5, 5), QSize(4, 4)),)],
    "moveEvent": lambda: [(QMoveEvent(QPoint(1, 1), QPoint()),)],
    "focusInEvent": lambda: [(QFocusEvent(KIND.FocusIn),)],
    "focusOutEvent": lambda: [(QFocusEvent(KIND.FocusOut),)],
    "leaveEvent": lambda: [(QEvent(KIND.Leave),)],
    "hidePopup": _once(),
    "hasHeightForWidth": _once(),
    "heightForWidth": _once(100),
    "sizeHint": _once(),
    "minimumSizeHint": _once(),
    "highlightBlock": _once("a {red | blue} fox"),
    "rowCount": _once(),
    "data": _once(QModelIndex(), 0),
    "flags": _once(QModelIndex()),
    "formats": _once(),
    "hasFormat": _once("text/plain"),
    "retrieveData": lambda: [("text/plain", QMetaType(QMetaType.Type.QByteArray.value))],
    "doItemsLayout": _once(),
    "updateGeometries": _once(),
    "horizontalOffset": _once(),
    "verticalOffset": _once(),
    "isIndexHidden": _once(QModelIndex()),
    "visualRect": _once(QModelIndex()),
    "scrollContentsBy": _once(0, 0),
    "selectionChanged": lambda: [(QItemSelection(), QItemSelection())],
    "currentChanged": _once(QModelIndex(), QModelIndex()),
}
"""What Qt calls in the middle of another call, with the arguments it is tried with.

Painting, keys, the mouse and dragging come from the event loop alone, to objects that are whole.
"""


def _classes() -> Iterator[type[QObject]]:
    """Every Qt class of the window."""
    for found in pkgutil.walk_packages(studio.ui.__path__, "studio.ui."):
        module = importlib.import_module(found.name)
        for made in vars(module).values():
            here = getattr(made, "__module__", "") == module.__name__
            if here and isinstance(made, type) and issubclass(made, QObject):
                yield made


def _base(made: type[QObject]) -> type[QObject]:
    return next(base for base in made.__mro__ if base.__module__.startswith("PySide6."))


def _overrides(made: type[QObject]) -> list[str]:
    own = [base for base in made.__mro__ if base.__module__.startswith("studio.")]
    found = {name for base in own for name in vars(base) if name in OUTSIDE_THE_LOOP}
    # A delegate's is another function, of an option and an index.
    return sorted(found - ({"sizeHint"} if issubclass(made, QAbstractItemDelegate) else set()))


def half_made(made: type[QObject], around: dict[type[QObject], QObject]) -> QObject:
    """The object as it is before the first line of its own `__init__`."""
    base = _base(made)
    needed: dict[type[QObject], tuple[Any, ...]] = {
        QSplitterHandle: (Qt.Orientation.Horizontal, around[QSplitterHandle]),
        QSyntaxHighlighter: (around[QSyntaxHighlighter],),
    }
    one = made.__new__(made)
    base.__init__(one, *needed.get(base, ()))
    return one


CASES = [(made, name) for made in _classes() for name in _overrides(made)]


@pytest.mark.parametrize(
    ("made", "name"), CASES, ids=[f"{made.__name__}.{name}" for made, name in CASES]
)
def test_an_override_bears_an_object_that_is_not_whole(
    made: type[QObject], name: str, dressed: None
) -> None:
    around = {QSplitterHandle: QSplitter(), QSyntaxHighlighter: QTextDocument()}
    for arguments in OUTSIDE_THE_LOOP[name]():
        getattr(half_made(made, around), name)(*arguments)


# --- while `__init__` runs -------------------------------------------------------------------


def _ours(made: type) -> list[type]:
    return [base for base in made.__mro__ if base.__module__.startswith("studio.")]


def source_of(module: str) -> str:
    return text_of(Path(str(sys.modules[module].__file__)))


@cache
def _bodies(module: str) -> dict[str, list[ast.stmt]]:
    """The classes of a module; none is within another statement."""
    tree = parsed(source_of(module))
    return {node.name: node.body for node in tree.body if isinstance(node, ast.ClassDef)}


def _functions(made: type) -> dict[str, ast.FunctionDef]:
    body = _bodies(made.__module__)[made.__name__]
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


@cache
def _own(function: ast.FunctionDef, value: str = "self") -> list[ast.Attribute]:
    """Each `self.name` in a function, or each `super().name`."""
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == value
    ]


def _set_in_order(made: type) -> list[str]:
    """The attributes that the `__init__` of a class and its bases set, the last one last."""
    found: list[str] = []
    for base in reversed(_ours(made)):
        if "__init__" in _functions(base):
            stored = [
                (node.lineno, node.attr)
                for node in _own(_functions(base)["__init__"])
                if isinstance(node.ctx, ast.Store)
            ]
            found += [name for _line, name in sorted(stored)]
    return found


def _read(
    made: type, name: str, seen: set[tuple[type, str]], below: type | None = None
) -> set[str]:
    """The attributes a function of the class reads, itself or by others of the class.

    With `below`, the function that `super()` means in that base.
    """
    bases = _ours(made)
    if below is not None:
        bases = bases[bases.index(below) + 1 :]
    owner = next((base for base in bases if name in _functions(base)), None)
    if owner is None or (owner, name) in seen:
        return set()
    seen.add((owner, name))
    function = _functions(owner)[name]
    names = {node.attr for node in _own(function)}
    inherited = {node.attr for node in _own(function, "super()")}
    return names.union(
        *(_read(made, other, seen) for other in names),
        *(_read(made, other, seen, owner) for other in inherited),
    )


def _needed(function: ast.FunctionDef) -> list[str]:
    calls = [node for node in function.decorator_list if isinstance(node, ast.Call)]
    return [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "needs"]


GUARDED = [
    (made, name, needed)
    for made in _classes()
    # What guards nothing is not parsed, in each of the processes that collect this.
    if "@needs(" in source_of(made.__module__)
    for name, function in _functions(made).items()
    for needed in _needed(function)
]


@pytest.mark.parametrize(
    ("made", "name", "needed"),
    GUARDED,
    ids=[f"{made.__name__}.{name}" for made, name, _ in GUARDED],
)
def test_an_override_waits_for_the_last_of_what_it_reads(
    made: type[QObject], name: str, needed: str
) -> None:
    """Otherwise a setter in `__init__` could still set it off between two attributes."""
    read = _read(made, name, set())
    last = [attribute for attribute in _set_in_order(made) if attribute in read][-1]
    assert needed == last


def test_qt_answers_until_the_attribute_is_there(dressed: None) -> None:
    class Tall(QWidget):
        _high: int

        @needs("_high")
        def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
            return QSize(10, self._high)

    made = Tall()
    assert made.sizeHint() == QWidget().sizeHint()
    made._high = 90
    assert made.sizeHint() == QSize(10, 90)
    vars(made).clear()
    assert made.sizeHint() == QWidget().sizeHint()


def test_the_overrides_are_found() -> None:
    found = {(made.__name__, name) for made, name in CASES}
    assert len(found) > 100
    assert {
        ("MenuChip", "sizeHint"),
        ("WindowLayout", "eventFilter"),
        ("NoteEdit", "event"),
    } <= found


def test_a_collected_chip_is_hidden_in_silence(
    dressed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """The collector empties the chip before the window around it goes, as it was made before."""

    def leave_behind() -> None:
        chip = MenuChip("Size")
        chip.set_choices([ChipChoice(value=1, text="1K")])
        window = QWidget()
        vars(chip)["window_of"], vars(window)["chip"] = window, chip
        QVBoxLayout(window).addWidget(chip)
        window.show()

    leave_behind()
    gc.collect()
    assert "hidePopup" not in capsys.readouterr().err
