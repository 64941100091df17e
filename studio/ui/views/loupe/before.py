"""Preview of a picture's parent, with the changed words of the prompt."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.common import word_diff
from studio.common.i18n import _
from studio.common.word_diff import DiffPiece
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support import formatting, view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.view_keys import ViewCommand
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.marked_text import MarkedText
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.text import ElidedLabel, Text

WIDTH = 222
CORNER = 96
LOW = 54  # height of the picture beside the film strip
EDGE = 16  # space at the left and right of the picture there
CHANGES = 6  # maximum number of changes; with more, the prompt counts as a new one


class _Print(QWidget):
    """Small picture that is shown large while pressed.

    Signals:
        held: pressed (True) or released.
    """

    held = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixmap: QPixmap | None = None
        self._colour = 0x808080
        set_role(self, QAccessible.Role.Graphic)
        key = view_keys.cap(ViewCommand.LOUPE_ORIGINAL)
        # Translators: {key} enlarges it for as long as it is held.
        held = _("Click to enlarge (hold {key})").format(key=key)
        set_tip(self, held if key else _("Click to enlarge"))
        theme().changed.connect(self.update)

    def set_picture(self, pixmap: QPixmap | None, picture: Picture) -> None:
        """Show this thumbnail, or the average colour until it is loaded."""
        self._pixmap, self._colour = pixmap, picture.colour
        # Translators: {name} is the picture of which this one is an edit.
        self.setAccessibleName(_("Before: {name}").format(name=picture.name))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), look.color("mat"))
        inner = self.rect()
        if self._pixmap is None or self._pixmap.isNull():
            painter.fillRect(inner, screen_colours().colour(self._colour))
        else:
            painter.drawPixmap(QRectF(inner), self._pixmap, QRectF(self._pixmap.rect()))
        painter.setPen(QPen(look.color("hairline"), 1))
        painter.drawRect(QRectF(inner).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.held.emit(True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.held.emit(False)


class ParentPreview(QWidget):
    """The parent: a column if there is room, else small, with its label, by the film strip.

    Signals:
        held: the small picture is pressed (True) or released.
    """

    held = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parent_picture: Picture | None = None
        self._corner = False
        self.setAccessibleName(_("Before"))
        set_role(self, QAccessible.Role.Grouping)
        head = QHBoxLayout()
        self._head = Text(_("Before"), "micro", "text3", self, weight=600)
        head.addWidget(self._head)
        head.addStretch(1)
        head.addWidget(Text(_("parent"), "micro", "text3", self))
        self._print = _Print(self)
        self._name = ElidedLabel("", "small", "text", self, prose=True)
        self._star = QLabel(self)
        self._rating = Text("", "micro", "text2", self)
        self._changes = MarkedText(_("Changed words"), self, kind="small", line=20)
        self._same = Text("", "small", "text3", self, wrap=True)
        caption = QHBoxLayout()
        caption.setSpacing(2)
        caption.addWidget(self._name, 1)
        caption.addWidget(self._star)
        caption.addWidget(self._rating)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self._column.addSpacing(7)
        self._column.addWidget(self._print)
        self._column.addSpacing(8)
        self._column.addLayout(caption)
        self._column.addSpacing(10)
        self._column.addWidget(self._changes)
        self._column.addSpacing(10)
        self._column.addWidget(self._same)
        self._column.addStretch(1)
        self._print.held.connect(self.held)
        theme().changed.connect(self.update)

    def set_pictures(self, parent: Picture, child: Picture) -> None:
        """Show the parent of `child` and the changes."""
        self._parent_picture = parent
        self._name.setText(parent.name)
        self._star.setVisible(parent.rating > 0 and not self._corner)
        self._rating.setText(str(parent.rating) if parent.rating else "")
        theme().show_icon(self._star, "star-filled", "star", 11)
        pieces = _change_lines(parent.prompt, child.prompt)
        self._changes.set_pieces(pieces)
        self._changes.setVisible(bool(pieces) and not self._corner)
        self._same.setText(likeness(parent, child))
        self._size_print()

    def set_pixmap(self, pixmap: QPixmap | None) -> None:
        """Set the parent's thumbnail; None until it is loaded."""
        if self._parent_picture is not None:
            self._print.set_picture(pixmap, self._parent_picture)

    def set_corner(self, *, corner: bool) -> None:
        """Show only the picture and its label, or return to a column."""
        if corner == self._corner:
            return
        self._corner = corner
        for part in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if part not in (self._print, self._head):
                part.setVisible(not corner)
        if not corner and self._parent_picture is not None:
            self._star.setVisible(self._parent_picture.rating > 0)
            self._changes.setVisible(bool(self._changes.toPlainText()))
        first, top = (EDGE, 6) if corner else (0, 0)
        self._column.setContentsMargins(margins(self, first, top, 0, 0))
        self._size_print()

    def _size_print(self) -> None:
        if self._parent_picture is None:
            return
        width, height = self._parent_picture.width, self._parent_picture.height
        if self._corner:
            scale = min((CORNER - EDGE) / max(1, width), LOW / max(1, height))
        else:
            scale = WIDTH / max(1, width, height)
        across, down = max(24, round(width * scale)), max(24, round(height * scale))
        self._print.setFixedSize(across, down)
        for at in range(self._column.count()):
            item = self._column.itemAt(at)
            space = item.spacerItem() if item is not None else None
            if space is not None and at < self._column.count() - 1:
                usual = {1: 7, 3: 8, 5: 10, 7: 10}.get(at, 0)
                small = 4 if at == 1 else 0
                space.changeSize(0, small if self._corner else usual)
        self._column.invalidate()
        label = self._head.sizeHint().width()
        self.setFixedWidth(EDGE + max(across, label) if self._corner else WIDTH)
        self.adjustSize()

    @needs("_column")
    def sizeHint(self) -> QSize:
        if self._corner:
            return self._column.totalSizeHint()
        return QSize(WIDTH, self._column.totalHeightForWidth(WIDTH))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._corner:
            # The column continues the film strip.
            painter = QPainter(self)
            painter.fillRect(event.rect(), theme().color("mat"))
            painter.fillRect(0, 0, self.width(), 1, theme().color("line"))
            painter.end()


def likeness(parent: Picture, child: Picture) -> str:
    """Similarities and differences, such as "Same model, size and aspect ratio."."""
    same_model = bool(child.model) and parent.model == child.model
    same_size = (parent.width, parent.height) == (child.width, child.height)
    shapes = (
        formatting.shape(parent.width, parent.height),
        formatting.shape(child.width, child.height),
    )
    if same_model and same_size:
        return _("Same model, size and aspect ratio.")
    lines = []
    if same_size:
        lines.append(_("Same size and aspect ratio."))
    elif shapes[0] == shapes[1]:
        lines.append(
            # Translators: {size} is a size such as 2K.
            _("Same aspect ratio, was {size}.").format(
                size=formatting.pixels(parent.width, parent.height)
            )
        )
    else:
        lines.append(
            # Translators: {shape} is an aspect ratio, {size} a size such as 2K.
            _("Was {shape}, {size}.").format(
                shape=shapes[0], size=formatting.pixels(parent.width, parent.height)
            )
        )
    if same_model:
        lines.append(_("Same model."))
    elif parent.model and child.model:
        lines.append(_("Was made by {model}.").format(model=parent.model))
    return "\n".join(lines)


def _change_lines(before: str, after: str) -> list[DiffPiece]:
    """The changes, one per line; none if the prompts have little in common."""
    if not word_diff.worth_marking(before, after):
        return []
    return word_diff.change_pieces(word_diff.changes(before, after)[:CHANGES], "\n")
