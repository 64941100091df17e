"""Web sources and searches the model used for a picture, as links to the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QFontMetrics,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _, listed
from studio.domain.entities import Grounding, GroundingSource
from studio.ui.style.theme import theme
from studio.ui.support import desktop_services
from studio.ui.support.layout_direction import elided, placed
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedButton
from studio.ui.widgets.plain_text import set_tip, set_words
from studio.ui.widgets.text import Text

SHOWN = 12
"""Maximum number of links of each kind; an answer rarely has more than five."""

_GLYPH = 14


class LinkRow(PaintedButton):
    """One link: text and host. Enter, Space or a click opens it.

    Attributes:
        url: address of the link.
    """

    def __init__(self, source: GroundingSource, icon: str, parent: QWidget) -> None:
        super().__init__(parent, radius=3)
        self.url = source.url
        self._icon = icon
        self._host = (urlsplit(source.url).hostname or "").removeprefix("www.")
        set_role(self, QAccessible.Role.Link)
        set_words(self, source.title or self._host)
        self.setAccessibleName(one_line(self.text()))
        self.setAccessibleDescription(self._host)
        set_tip(self, f"{one_line(self.text())}\n{source.url}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, theme().line("small") + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, theme().line("small") + 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        glyph = look.pixmap(self._icon, "text3", _GLYPH, self.devicePixelRatioF())
        at = placed(self, QRect(0, (self.height() - _GLYPH) // 2, _GLYPH, _GLYPH))
        painter.drawPixmap(at.topLeft(), glyph)
        left = _GLYPH + 6
        small = look.font("small", prose=True)
        metrics = QFontMetrics(small)
        host = self._host if self._host != self.text() else ""
        beside = metrics.horizontalAdvance(host) + 8 if host else 0
        room = self.width() - left
        if beside > room // 2:
            host, beside = "", 0
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        words = elided(metrics, one_line(self.text()), Qt.TextElideMode.ElideRight, room - beside)
        font = look.font("small", prose=True)
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(look.color("ink"))
        painter.drawText(placed(self, QRectF(left, 0, room, self.height())), flags, words)
        painter.setFont(small)
        painter.setPen(look.color("text3"))
        after = left + metrics.horizontalAdvance(words) + 8
        line = placed(self, QRectF(after, 0, self.width() - after, self.height()))
        painter.drawText(line, flags, host)
        painter.end()


class SourceLinks(QWidget):
    """Links of one picture.

    Attributes:
        rows: the visible links: pages first, then searches.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[LinkRow, ...] = ()
        self._shown: Grounding | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._queries = Text("", "small", "text3", self, wrap=True)
        self._column.addWidget(self._queries)

    def show_grounding(self, found: Grounding | None) -> None:
        """Show the sources; hidden if the model did not search."""
        if found == self._shown:
            return
        self._shown = found
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        told = found or Grounding()
        named = [(one, "arrow-right") for one in told.sources[:SHOWN]]
        named += [(one, "search") for one in told.searches[:SHOWN]]
        self.rows = tuple(LinkRow(source, icon, self) for source, icon in named)
        for row in self.rows:
            row.clicked.connect(self.on_clicked)
            self._column.addWidget(row)
            row.show()
        plain = [] if told.searches else list(told.queries)
        self._queries.setVisible(bool(plain))
        self._queries.setText(_("Searched for: {words}").format(words=listed(plain)))

    def on_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, LinkRow):
            desktop_services.open_link(row.url)
