"""Grabbing and clicking small widgets in tests."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QEnterEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot


def spoken(widget: QWidget) -> tuple[QAccessible.Role, str, str]:
    """Role, name and value as a screen reader gets them."""
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return (
        found.role(),
        found.text(QAccessible.Text.Name),
        found.text(QAccessible.Text.Value),
    )


def shown(widget: QWidget, qtbot: QtBot) -> QWidget:
    """The widget in an active window of its own."""
    window = QWidget()
    qtbot.addWidget(window)
    widget.setParent(window)
    window.resize(640, 200)
    window.show()
    widget.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 60_000)
    # Kept by the caller through the widget's parent; Python must not drop it first.
    vars(widget)["window_of_the_test"] = window
    return window


def enter(widget: QWidget) -> None:
    middle = QPointF(5, 5)
    QApplication.sendEvent(widget, QEnterEvent(middle, middle, middle))


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def wheel(widget: QWidget, steps: int) -> bool:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(widget.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()
