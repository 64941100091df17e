"""Column beside a picture made here: the model's whole answer, and actions on it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support.screen_colours import screen_colours
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.text import Text

WIDTH = 202
ROUND = 8  # radius of its corners
PADDING = 10
"""Padding of the column, which covers the picture."""

TALLEST = 300  # maximum height of the picture in logical pixels


class _AnswerPicture(QWidget):
    """The answer, as wide as the column or as tall as fits."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixmap: QPixmap | None = None
        self._colour = 0x808080
        set_role(self, QAccessible.Role.Graphic)
        theme().changed.connect(self.update)

    def show_picture(self, picture: Picture, pixmap: QPixmap | None) -> None:
        """Show a thumbnail, or the average colour until it is loaded."""
        self._pixmap, self._colour = pixmap, picture.colour
        self.setAccessibleName(_("Full model result"))
        self.setFixedSize(size_of(picture))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        inner = QRectF(self.rect())
        if self._pixmap is None or self._pixmap.isNull():
            painter.fillRect(inner, screen_colours().colour(self._colour))
        else:
            painter.drawPixmap(inner, self._pixmap, QRectF(self._pixmap.rect()))
        painter.setPen(QPen(theme().color("hairline"), 1))
        painter.drawRect(inner.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


class AnswerColumn(QWidget):
    """The model's answer behind a composed picture. It only displays and emits.

    Signals:
        whole_wanted: make the answer a picture of its own.
        keep_wanted: pick the composed picture.
        again_wanted: send the same request once more.
    """

    whole_wanted = Signal()
    keep_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Full model result"))
        set_role(self, QAccessible.Role.Grouping)
        self.setFixedWidth(WIDTH + 2 * PADDING)
        self._print = _AnswerPicture(self)
        self._words = Text("", "small", "text2", self, wrap=True)
        self.whole = Button(_("Use full result"), "", self, size=26)
        self.keep = Button(_("Keep"), "", self, size=26, icon="flag")
        self.again = Button("", "", self, size=26, icon="retry")
        set_tip(self.keep, _("Pick this picture"))
        for button in (self.whole, self.keep, self.again):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        column.setSpacing(0)
        column.addWidget(Text(_("Full model result"), "micro", "text3", self, weight=600))
        column.addSpacing(7)
        column.addWidget(self._print)
        column.addSpacing(10)
        column.addWidget(self._words)
        column.addSpacing(10)
        column.addWidget(self.whole)
        column.addStretch(1)
        column.addWidget(self.keep)
        column.addSpacing(6)
        column.addWidget(self.again)
        theme().changed.connect(self.update)
        self.whole.clicked.connect(self.whole_wanted)
        self.keep.clicked.connect(self.keep_wanted)
        self.again.clicked.connect(self.again_wanted)

    @property
    def words(self) -> str:
        """Text about the answer."""
        return self._words.text()

    def show_answer(self, picture: Picture | None, pixmap: QPixmap | None) -> None:
        """Show the answer's picture; None until it is read, or if there is none."""
        self._print.setVisible(picture is not None)
        if picture is not None:
            self._print.show_picture(picture, pixmap)

    def set_words(self, text: str) -> None:
        """Show the extent of the answer's changes, or why it cannot be used."""
        self._words.setText(text)
        self._words.setVisible(bool(text))

    def set_whole(self, *, usable: bool, why: str = "") -> None:
        """Offer to use the answer, or show why it cannot be used."""
        self.whole.setEnabled(usable)
        self.whole.setAccessibleDescription(why)
        set_tip(self.whole, why)

    def set_again(self, label: str) -> None:
        """Offer to repeat the request at a price; "" if it cannot be repeated."""
        self.again.setText(label)
        self.again.setVisible(bool(label))

    def paintEvent(self, _event: QPaintEvent) -> None:
        # The text has the view's own background, whatever is below.
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("mat"))
        painter.drawRoundedRect(self.rect(), ROUND, ROUND)
        painter.end()


def size_of(picture: Picture) -> QSize:
    """Size of an answer in the column in logical pixels."""
    width, height = max(1, picture.width), max(1, picture.height)
    scale = min(WIDTH / width, TALLEST / height)
    return QSize(max(1, round(width * scale)), max(1, round(height * scale)))
