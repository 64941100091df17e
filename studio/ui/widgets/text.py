"""Labels for plain text, in the font and colour of a role."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.ui.style.theme import FontName, theme
from studio.ui.support import mnemonics
from studio.ui.support.layout_direction import as_keys, elided, led, message_line
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.plain_text import escaped, restyle, set_tip


class Text(QLabel):
    """A label of plain text. `kind` is a font size, `role` the role of its colour.

    `prose` is for prompts and names, as in `Theme.font`.
    """

    _letter = ""
    _words = ""
    _prose = False

    def __init__(
        self,
        text: str = "",
        kind: FontName = "body",
        role: str = "text",
        parent: QWidget | None = None,
        *,
        weight: int | None = None,
        wrap: bool = False,
        prose: bool = False,
    ) -> None:
        super().__init__(parent)
        self._prose = prose
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setFont(theme().font(kind, weight=weight, prose=prose))
        self.setWordWrap(wrap)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setText(text)

    def setAlignment(self, flags: Qt.AlignmentFlag) -> None:
        # Align by the window's direction: Qt uses the text's, which would put numbers on the other
        # side.
        if self.isRightToLeft():
            # Through the widget's style object: importing QStyle creates its 18 enums, 6 ms of
            # every start.
            flags = self.style().visualAlignment(self.layoutDirection(), flags)
            flags |= Qt.AlignmentFlag.AlignAbsolute
        super().setAlignment(flags)

    def setText(self, text: str) -> None:
        self._letter = ""
        # Wrapping texts may contain line breaks.
        line = text if self.wordWrap() else message_line(text)
        super().setText(line if self._prose else led(line))

    def text(self) -> str:
        return self._words if self._letter else super().text()

    def set_mnemonic(self, letter: str) -> None:
        """Set the letter that focuses the label's buddy with Alt; "" for none."""
        self._words = self.text()
        self._letter = letter
        super().setText(mnemonics.marked(self._words, letter) if letter else self._words)

    def recolour(self, role: str) -> None:
        """Use the colour of another role."""
        if self.property("role") != role:
            self.setProperty("role", role)
            restyle(self)


class ElidedLabel(Text):
    """Label of one line, or of at most `lines`, elided at its end.

    The whole text is its tool tip and its name.
    """

    def __init__(
        self,
        text: str = "",
        kind: FontName = "body",
        role: str = "text",
        parent: QWidget | None = None,
        *,
        weight: int | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        prose: bool = False,
        lines: int = 1,
    ) -> None:
        super().__init__(text, kind, role, parent, weight=weight, prose=prose)
        self._mode = mode
        self._lines = lines
        high = QSizePolicy.Policy.Fixed if lines == 1 else QSizePolicy.Policy.Minimum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, high)

    def setText(self, text: str) -> None:
        self._letter = ""
        # Keep line breaks for the tool tip; painting uses a single line.
        QLabel.setText(self, text)

    def shown_text(self) -> str:
        """Text as painted: complete, or elided; lines are separated by line breaks."""
        return "\n".join(self._shown_lines(self.contentsRect().width()))

    def _shown_lines(self, room: int) -> list[str]:
        text, metrics, shown = self._line(), self.fontMetrics(), list[str]()
        while len(shown) < self._lines - 1 and metrics.horizontalAdvance(text) > room > 0:
            line = _first_line(text, self.font(), room)
            shown.append(line.rstrip())
            text = text[len(line) :]
        return [*shown, elided(metrics, text, self._mode, room)]

    def _line(self) -> str:
        line = " ".join(message_line(self.text()).split())
        return line if self._prose else led(line)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance("…") + 8, metrics.height())

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._line()) + 2, metrics.height())

    @needs("_lines")
    def hasHeightForWidth(self) -> bool:
        # Not set in the size policy, which QLabel resets at each change of its text.
        return self._lines > 1

    @needs("_lines")
    def heightForWidth(self, width: int) -> int:
        metrics = QFontMetrics(self.font())
        return metrics.height() + (len(self._shown_lines(width)) - 1) * metrics.lineSpacing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        shown = self.shown_text()
        bare = (shown if self._lines == 1 else " ".join(shown.split())).removeprefix("\u200f")
        cut = bare != self.text()
        if cut != bool(self.toolTip()):
            set_tip(self, self.text() if cut else "")
        painter = QPainter(self)
        role = str(self.property("role")) if self.isEnabled() else "off"
        painter.setPen(theme().color(role))
        painter.setFont(self.font())
        line = Qt.TextFlag.TextSingleLine if self._lines == 1 else Qt.TextFlag.TextDontClip
        painter.drawText(self.contentsRect(), self.alignment() | line, shown)
        painter.end()


def _first_line(text: str, font: QFont, room: int) -> str:
    """The part of a text that fits into one line, broken between words if possible."""
    anywhere = QTextOption()
    anywhere.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text, font)
    layout.setTextOption(anywhere)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(room)
    length = line.textLength()
    layout.endLayout()
    # Qt counts UTF-16 units.
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore") or text


class KeyCap(Text):
    """A key or a combination in a small frame, such as "Ctrl F"."""

    def __init__(self, text: str, parent: QWidget | None = None, *, large: bool = False) -> None:
        """`large` is for a panel whose main content is a list of keys."""
        super().__init__(text, "small" if large else "micro", "text3", parent)
        self.setProperty("look", "largekey" if large else "key")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(as_keys(text))


class Tag(Text):
    """A word in a thin frame: "default", "on"."""

    def __init__(self, text: str, role: str = "text2", parent: QWidget | None = None) -> None:
        super().__init__(text, "micro", role, parent)
        self.setProperty("look", "tag")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class Paragraph(QLabel):
    """Wrapping text; `{strong}` in it is replaced by a part in the colour of `text`."""

    def __init__(
        self,
        text: str,
        kind: FontName = "small",
        role: str = "text2",
        parent: QWidget | None = None,
        *,
        line: int = 18,
        strong: str = "",
        weight: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._line = line
        self._role = role
        self._strong = strong
        self._words = text
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setFont(theme().font(kind, weight=weight))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self._draw)
        self.set_words(text)

    @property
    def words(self) -> str:
        """The text without markup."""
        return self._words.replace("{strong}", self._strong)

    def set_words(self, text: str) -> None:
        self._words = text
        self.setAccessibleName(self.words)
        self._draw()

    def _draw(self) -> None:
        look = theme()
        high = self._line + look.px(12) - 12
        ground = look.color(self._role).name()
        part = f'<span style="color:{look.color("text").name()}">{escaped(self._strong)}</span>'
        words = escaped(self._words).replace("{strong}", part)
        # A word longer than the line must not widen the column.
        self.setMinimumWidth(1)
        self.setText(f'<p style="line-height:{high}px; color:{ground}; margin:0">{words}</p>')
