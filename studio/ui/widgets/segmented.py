"""Segmented control: views, modes, providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFocusEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from studio.common.display_text import one_line
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedRadio
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.tips import HoverTip

GLYPH = 16
SPACE = 6


class Segment(HoverTip, PaintedRadio):
    """One segment; as wide as its text in bold, so that nothing moves.

    Attributes:
        key: its shortcut, shown after the text.
    """

    def __init__(self, label: str, icon: str, size: int, parent: QWidget) -> None:
        super().__init__(parent, radius=4)
        self.key = ""
        self.setText(one_line(label))
        self.icon_name = icon
        self.compact = False
        self._size = size
        self.setProperty("look", "segment")
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def set_compact(self, *, compact: bool) -> None:
        """Show only the icon, with the text as tool tip."""
        self.compact = compact and bool(self.icon_name)
        set_tip(self, self.text() if self.compact else "")
        self.updateGeometry()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Pass the focus on to the chosen segment if Tab reached another one.

        Qt's own radio buttons do so only once one of them has had the focus.
        """
        super().focusInEvent(event)
        tabbed = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        group = self.group()
        chosen = group.checkedButton() if tabbed and group is not None else None
        if chosen is not None and chosen is not self and chosen.isVisible():
            chosen.setFocus(event.reason())

    def _key_width(self) -> int:
        if self.compact or not self.key:
            return 0
        return SPACE + QFontMetrics(theme().font("micro")).horizontalAdvance(self.key)

    @needs("_size")
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme().font("small", weight=600))
        words = 0 if self.compact else metrics.horizontalAdvance(self.text())
        words += self._key_width()
        glyph = GLYPH if self.icon_name else 0
        between = SPACE if words and glyph else 0
        return QSize(words + glyph + between + 20, theme().height(self._size) - 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, chosen = theme(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or self.isDown():
            painter.setPen(QPen(look.color("chosenline"), 1))
            painter.setBrush(look.color("chosen"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        elif self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        role = "off" if not self.isEnabled() else "text" if chosen else "text2"
        font = look.font("small", weight=600 if chosen else 400)
        words = "" if self.compact else self.text()
        advance = QFontMetrics(font).horizontalAdvance(words)
        glyph = GLYPH if self.icon_name else 0
        between = SPACE if words and glyph else 0
        left = (self.width() - advance - glyph - between - self._key_width()) / 2
        if glyph:
            pixmap = look.pixmap(self.icon_name, role, GLYPH, self.devicePixelRatioF())
            at = placed(self, QRect(round(left), (self.height() - GLYPH) // 2, GLYPH, GLYPH))
            painter.drawPixmap(at.topLeft(), pixmap)
        painter.setFont(font)
        painter.setPen(look.color(role))
        place = QRectF(left + glyph + between, 0, advance + 2, self.height())
        painter.drawText(placed(self, place), Qt.AlignmentFlag.AlignVCenter, words)
        if self.key and not self.compact:
            painter.setFont(look.font("micro"))
            painter.setPen(look.color("text2" if chosen else "text3"))
            place = QRectF(place.right() - 2 + SPACE, 0, self._key_width(), self.height())
            painter.drawText(placed(self, place), Qt.AlignmentFlag.AlignVCenter, self.key)
        painter.end()


class Segmented(QFrame):
    """One choice of a few, all visible. Arrow keys change it, Tab moves on.

    Signals:
        changed: the user chose another value (the value); not emitted by `set_value`.
    """

    changed = Signal(object)

    def __init__(
        self,
        items: Sequence[tuple[object, str, str]],
        parent: QWidget | None = None,
        *,
        name: str = "",
        size: int = 30,
    ) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Grouping)
        self.setProperty("zone", "segments")
        self.setAccessibleName(name)
        self.setFixedHeight(theme().height(size))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._values: list[object] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for value, label, icon in items:
            segment = Segment(label, icon, size, self)
            self._group.addButton(segment, len(self._values))
            self._values.append(value)
            row.addWidget(segment)
        if self._values:
            self._group.button(0).setChecked(True)
        self._shown = self.value
        # Not `clicked`: a screen reader toggles a radio button, it does not click.
        self._group.idToggled.connect(self.on_toggled)

    @property
    def values(self) -> tuple[object, ...]:
        """Values of all items."""
        return tuple(self._values)

    @property
    def value(self) -> object:
        """Chosen value; None without items."""
        chosen = self._group.checkedId()
        return self._values[chosen] if chosen >= 0 else None

    def set_value(self, value: object) -> None:
        """Choose this value without emitting a signal. Raises ValueError for an unknown one."""
        button = self._group.button(self._values.index(value))
        self._shown = value
        button.setChecked(True)

    def set_compact(self, *, compact: bool, but_chosen: bool = False) -> None:
        """Show only icons, for narrow windows; with `but_chosen`, the chosen one keeps its text."""
        for button in self._group.buttons():
            if isinstance(button, Segment):
                button.set_compact(compact=compact and not (but_chosen and button.isChecked()))
        # Layouts around it keep its old width otherwise, until events are handled.
        self.updateGeometry()

    def set_keys(self, keys: Mapping[object, str]) -> None:
        """Show shortcuts after the texts, by value."""
        for value, button in zip(self._values, self._group.buttons(), strict=True):
            if isinstance(button, Segment):
                button.key = keys.get(value, "")
                button.updateGeometry()

    def segment(self, value: object) -> QRadioButton:
        """Button of a value, for its tool tip or to disable it."""
        found = self._group.button(self._values.index(value))
        assert isinstance(found, QRadioButton)
        return found

    def on_toggled(self, index: int, on: bool) -> None:  # noqa: FBT001 a slot
        """Emit the value chosen by pointer, key or screen reader."""
        value = self._values[index]
        if on and value != self._shown:
            self._shown = value
            self.changed.emit(value)
