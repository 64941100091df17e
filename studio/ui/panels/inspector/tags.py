"""Tags of the selection as chips, with a line to add more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.common.display_text import one_line
from studio.common.i18n import _, number
from studio.domain.entities import Picture
from studio.ui.panels.inspector.fact_table import LABEL
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.flow import Flow
from studio.ui.widgets.plain_text import describe, set_tip, set_words
from studio.ui.widgets.tab_order import put_before
from studio.ui.widgets.text import Text

MOST = 60
"""Maximum number of chips; the popover (Ctrl+T) has all tags."""

_HIGH, _SIDE, _CROSS = 22, 8, 18


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and its count within a selection."""

    name: str
    have: int
    of: int

    @property
    def partly(self) -> bool:
        """Whether only some of the pictures have it."""
        return self.have < self.of


def held(pictures: Sequence[Picture]) -> list[TagCount]:
    """Tags of these pictures: those shared by all first, then by name."""
    counted = Counter(tag for picture in pictures for tag in set(picture.tags))
    found = [TagCount(name, have, len(pictures)) for name, have in counted.items()]
    return sorted(found, key=lambda one: (one.partly, one.name.casefold()))


class TagChip(QAbstractButton):
    """One tag. A click searches for it, or adds it to all if only some have it; × removes it.

    Signals:
        removed: its cross, Delete or Backspace.
    """

    removed = Signal()

    def __init__(self, tag: TagCount, parent: QWidget) -> None:
        super().__init__(parent)
        self.tag = tag
        self.setFont(theme().font("small", prose=True))
        set_words(self, tag.name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._note = ""
        if tag.partly:
            self._note = _("{have} of {all}").format(have=number(tag.have), all=number(tag.of))
            # Translators: {have} is "3 of 12".
            tip = _("{tag}: {have}. Click to add it to all.")
        else:
            tip = _("{tag}: click to search for it")
        called = one_line(tag.name)
        set_tip(self, tip.format(tag=called, have=self._note))
        spoken = f"{called}, {self._note}" if self._note else called
        # Translators: {name} is a tag.
        self.setAccessibleName(_("Tag {name}").format(name=spoken))
        self.setAccessibleDescription(_("Press Delete to remove it"))
        self._on_cross = False

    @property
    def cross(self) -> QRect:
        """Rectangle of the cross."""
        return placed(self, QRect(self.width() - _CROSS, 0, _CROSS, self.height()))

    def _point(self, event: QMouseEvent) -> None:
        on = self.cross.contains(event.position().toPoint())
        if on != self._on_cross:
            self._on_cross = on
            self.update()

    # --- Qt -------------------------------------------------------------------------------

    @needs("_note")
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme().font("small", prose=True))
        note = metrics.horizontalAdvance(self._note) + 5 if self._note else 0
        return QSize(
            _SIDE + metrics.horizontalAdvance(one_line(self.text())) + note + 4 + _CROSS,
            theme().height(_HIGH),
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(40, theme().height(_HIGH))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._point(event)
        if self._on_cross and self.isDown():
            self.setDown(False)
            self.removed.emit()
            return
        super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._on_cross = False
        super().leaveEvent(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        pressed = event.type() == QEvent.Type.ShortcutOverride
        if pressed and isinstance(event, QKeyEvent) and event.key() in keys:
            # These keys are for this tag, not for the pictures.
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = self.underMouse()
        edge = QPen(look.color("line2"), 1)
        if self.tag.partly:
            edge.setStyle(Qt.PenStyle.DashLine)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(look.color("hover" if over else "raise"))
        painter.setPen(edge)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(look.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.setFont(theme().font("small", prose=True))
        metrics = QFontMetrics(theme().font("small", prose=True))
        room = QRect(_SIDE, 0, self.width() - _SIDE - _CROSS - 2, self.height())
        if self._note:
            wide = metrics.horizontalAdvance(self._note)
            painter.setPen(look.color("text3"))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(placed(self, room), flags, self._note)
            room.setWidth(room.width() - wide - 5)
        painter.setPen(look.color("text2" if self.tag.partly else "text"))
        words = elided(metrics, one_line(self.text()), Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(placed(self, room), flags, words)
        role = "text" if self._on_cross and over else "text3"
        glyph = look.pixmap("close", role, 12, self.devicePixelRatioF())
        middle = QRectF(self.cross).center()
        painter.drawPixmap(QPointF(middle.x() - 7, middle.y() - 6), glyph)
        painter.end()


class TagLine(QLineEdit):
    """Line edit for comma-separated names, with completion.

    Signals:
        written: Enter, a comma, or loss of focus: the names (a tuple).
        wanted: it got the focus and needs names to offer.
        back: Backspace in the empty line.
        left: Esc; move the focus away.
    """

    written = Signal(object)
    wanted = Signal()
    back = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("field", "tag")
        EditMenu(self)
        self.setFont(theme().font("small", prose=True))
        self.setPlaceholderText(_("Add a tag"))
        self.setAccessibleName(_("Add a tag"))
        describe(self, "")
        self.setMaxLength(200)
        self.setFixedHeight(theme().height(_HIGH))
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        offered = completer.popup()
        assert offered is not None
        offered.setProperty("zone", "offers")
        # The field is short: the popup may be wider.
        offered.setMinimumWidth(theme().px(160))
        self.setCompleter(completer)
        completer.activated.connect(self.on_taken, Qt.ConnectionType.QueuedConnection)
        self.returnPressed.connect(self.on_taken)
        self.textEdited.connect(self.on_edited)

    def set_known_names(self, names: Sequence[str]) -> None:
        """Set the names to offer."""
        self._known.setStringList(list(names))

    def on_edited(self, text: str) -> None:
        """End a name at a comma."""
        if "," in text:
            self.on_taken()

    def on_taken(self, _words: object = None) -> None:
        """Emit the names that were typed or chosen."""
        names = tuple(one for part in self.text().split(",") if (one := " ".join(part.split())))
        self.clear()
        if names:
            self.written.emit(names)

    # --- Qt -------------------------------------------------------------------------------

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.back.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.wanted.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.on_taken()


class TagsRow(QWidget):
    """The row "Tags" of the details.

    Attributes:
        line: line edit for new tags.
        box: container of the line and the chips.
        more: number of tags without a chip.

    Signals:
        changed: names to add, names to remove (two tuples).
        chosen: a tag to search for.
        wanted: the line needs names to offer.
        left: Esc; move the focus away.
    """

    changed = Signal(object, object)
    chosen = Signal(str)
    wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        label = Text(_("Tags"), "small", "text3", self)
        label.setFixedWidth(theme().px(LABEL))
        label.setFixedHeight(theme().height(_HIGH))
        row.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        self._chips: list[TagChip] = []
        self.box = Flow(self)
        self.line = TagLine(self.box)
        self.box.insert(0, self.line)
        self.more = Text("", "small", "text3", self)
        self.more.hide()
        column.addWidget(self.box)
        column.addWidget(self.more)
        row.addLayout(column, 1)
        self.line.written.connect(self.on_written)
        self.line.wanted.connect(self.wanted)
        self.line.back.connect(self.on_back)
        self.line.left.connect(self.left)

    @property
    def chips(self) -> tuple[TagChip, ...]:
        """The visible chips."""
        return tuple(self._chips)

    def set_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show the tags of these pictures."""
        wanted = held(pictures)
        more = len(wanted) - MOST
        self.more.setText(_("and {n} more").format(n=number(more)) if more > 0 else "")
        self.more.setVisible(more > 0)
        if [chip.tag for chip in self._chips] == wanted[:MOST]:
            return
        focused = next((n for n, chip in enumerate(self._chips) if chip.hasFocus()), None)
        for chip in self._chips:
            self.box.remove(chip)
            chip.hide()
            chip.deleteLater()
        # In their order: each comes into the tab order just before the line.
        self._chips = [self._new(tag, at) for at, tag in enumerate(wanted[:MOST])]
        if focused is not None:
            # Focus the chip after the removed one; after the last chip, the line.
            after = self._chips[focused] if focused < len(self._chips) else self.line
            after.setFocus(Qt.FocusReason.OtherFocusReason)

    def _new(self, tag: TagCount, at: int) -> TagChip:
        chip = TagChip(tag, self.box)
        chip.clicked.connect(self.on_chip)
        chip.removed.connect(self.on_removed)
        self.box.insert(at, chip)
        put_before(chip, self.line)
        chip.show()
        return chip

    def on_chip(self) -> None:
        """Add the tag to all pictures if only some of them have it, else search for it."""
        chip = self.sender()
        if isinstance(chip, TagChip) and chip.tag.partly:
            self.changed.emit((chip.tag.name,), ())
        elif isinstance(chip, TagChip):
            self.chosen.emit(chip.tag.name)

    def on_removed(self) -> None:
        chip = self.sender()
        if isinstance(chip, TagChip):
            self.changed.emit((), (chip.tag.name,))

    def on_written(self, names: object) -> None:
        self.changed.emit(names, ())

    def on_back(self) -> None:
        """Focus the last chip."""
        if self._chips:
            self._chips[-1].setFocus(Qt.FocusReason.BacktabFocusReason)
