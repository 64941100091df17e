"""Chip with a menu: model, size, sort. A combo box for the keyboard and screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAction,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import QComboBox, QListView, QSizePolicy, QWidget

from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import aligned, elided, message_line, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screens import available_area
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.tips import HoverTip

GLYPH = 14
SPACE = 6
SIDE = 9

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipChoice:
    """One entry of a chip.

    Attributes:
        supplement: shown after the text in the chip, in a quieter grey.
        note: shown at the right in the menu; the supplement if empty.
        enabled: whether it can be chosen; disabled entries stay in the list, greyed.
        section: heading above this entry, at the start of a group.
        quiet: shown in a quieter grey: can be chosen, but something is still missing.
        asks: choosing it opens a dialog; Up, Down and letters skip it.
    """

    value: object
    text: str
    supplement: str = ""
    icon: str = ""
    note: str = ""
    enabled: bool = True
    section: str = ""
    quiet: bool = False
    asks: bool = False


class _UnseenList(QListView):
    """Hidden list of a combo box whose entries are in a menu; sends no events.

    Qt's own list reports its rows to screen readers as if the user had selected them.
    """

    def selectionChanged(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        """Send no event to screen readers."""

    def currentChanged(self, _current: _Index, _previous: _Index) -> None:
        """Send no event to screen readers."""


class MenuChip(HoverTip, QComboBox):
    """A value with a menu; while the menu is closed, Up and Down change it, and letters jump to
    entries.

    Signals:
        changed: the user chose another value (the value); not emitted by `set_value`.
    """

    changed = Signal(object)

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        size: int = 30,
        strong: bool = False,
        quiet: bool = False,
    ) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.ComboBox)
        self.setView(_UnseenList(self))
        self._name = name
        self._size = size
        self._strong = strong
        self._quiet = quiet
        self._choices: tuple[ChipChoice, ...] = ()
        self._supplement: str | None = None
        self._with_supplement = True
        self._icon = ""
        self._mark = ""
        self._told: object = None
        self.setProperty("look", "chip")
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(theme().height(size))
        set_tip(self, name)
        self.activated.connect(self.on_activated)
        self.currentIndexChanged.connect(self.on_index_changed)

    # --- content --------------------------------------------------------------------------

    def set_choices(self, choices: Sequence[ChipChoice]) -> None:
        """Set the entries; the value is kept if among them, else the first entry is chosen."""
        before = self.value
        self._choices = tuple(choices)
        with QSignalBlocker(self):
            self.clear()
            for choice in choices:
                self.addItem(message_line(choice.text))
            model = self.model()
            if isinstance(model, QStandardItemModel):
                for row, choice in enumerate(choices):
                    model.item(row).setEnabled(choice.enabled and not choice.asks)
            values = [choice.value for choice in choices]
            self.setCurrentIndex(values.index(before) if before in values else 0 if values else -1)
        self._told = self.value
        self._changed_size()

    @property
    def value(self) -> object:
        """Chosen value; None without entries."""
        choice = self._choice()
        return choice.value if choice is not None else None

    def set_value(self, value: object) -> None:
        """Choose this value without emitting a signal. Raises ValueError for an unknown one."""
        self.setCurrentIndex([choice.value for choice in self._choices].index(value))
        self._told = value

    def set_supplement(self, text: str | None) -> None:
        """Set the quieter text after the value; None for that of the entry."""
        self._supplement = text
        self._changed_size()

    def set_supplement_visible(self, visible: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Show or hide the supplement, for rows without room."""
        if visible != self._with_supplement:
            self._with_supplement = visible
            self._changed_size()

    def set_icon(self, name: str) -> None:
        """Set the icon before the value; "" for that of the entry, or none."""
        self._icon = name
        self._changed_size()

    def set_mark(self, tip: str) -> None:
        """Show a dot for a value other than the requested one, with the reason; "" removes it."""
        if tip != self._mark:
            # Setting a description, even the same one, has it read aloud.
            self._mark = tip
            self.setAccessibleDescription(tip)
        self._changed_size()

    def menu(self) -> Menu:
        """Build a new menu of all entries."""
        made = Menu(self._name, self)
        for row, choice in enumerate(self._choices):
            if choice.section:
                heading = made.entry(choice.section)
                heading.setEnabled(False)
                heading.setProperty("heading", True)
            note = choice.note or choice.supplement
            action = made.entry(choice.text, note, data=row, checked=row == self.currentIndex())
            action.setEnabled(choice.enabled)
            action.setProperty("quiet", choice.quiet)
        made.triggered.connect(self.on_triggered)
        made.aboutToHide.connect(self.update)
        return made

    # --- slots ----------------------------------------------------------------------------

    def on_index_changed(self, _index: int) -> None:
        """Update width and accessible description after a change of the value."""
        self._changed_size()
        if self.isVisible():
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    def on_activated(self, _index: int) -> None:
        """Emit the value chosen by key."""
        if self.value != self._told:
            self._told = self.value
            self.changed.emit(self.value)

    def on_triggered(self, action: QAction) -> None:
        """Choose the entry of a menu action."""
        row = action.data()
        if isinstance(row, int):
            self.setCurrentIndex(row)
            self.on_activated(row)

    # --- painting -------------------------------------------------------------------------

    def _choice(self) -> ChipChoice | None:
        row = self.currentIndex()
        return self._choices[row] if 0 <= row < len(self._choices) else None

    def _changed_size(self) -> None:
        set_tip(self, self._mark or self._told_name())
        self.updateGeometry()
        self.update()

    def _told_name(self) -> str:
        """Name of the chip, with the supplement if that is hidden."""
        beside = self._beside()
        return f"{self._name}: {beside}" if beside and not self._with_supplement else self._name

    def _beside(self) -> str:
        choice = self._choice()
        if choice is None:
            return ""
        return message_line(choice.supplement if self._supplement is None else self._supplement)

    def _parts(self) -> tuple[str, str, str]:
        """Icon, text and supplement, before shortening to the width."""
        choice = self._choice()
        if choice is None:
            return self._icon, "", ""
        beside = self._beside() if self._with_supplement else ""
        return self._icon or choice.icon, message_line(choice.text), beside

    def _metrics(self) -> tuple[QFontMetrics, QFontMetrics]:
        look = theme()
        strong = look.font("small", weight=600 if self._strong else 400, prose=True)
        return QFontMetrics(strong), QFontMetrics(look.font("small"))

    @needs("_mark")
    def sizeHint(self) -> QSize:
        icon, text, beside = self._parts()
        first, second = self._metrics()
        width = 2 * SIDE + first.horizontalAdvance(text) + SPACE + GLYPH + 1
        width += GLYPH + SPACE if icon else 0
        width += second.horizontalAdvance(beside) + SPACE if beside else 0
        width += 8 if self._mark else 0
        return QSize(width, theme().height(self._size))

    @needs("_mark")
    def minimumSizeHint(self) -> QSize:
        return QSize(min(72, self.sizeHint().width()), theme().height(self._size))

    def showPopup(self) -> None:
        menu = self.menu()
        menu.setMinimumWidth(self.width())
        menu.ensurePolished()
        left = aligned(self, menu.sizeHint().width())
        below = self.mapToGlobal(QPoint(left, self.height() + 4))
        screen = available_area(self)
        height = menu.sizeHint().height()
        if below.y() + height > screen.bottom():
            below = self.mapToGlobal(QPoint(left, -height - 4))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(below)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the panel must not change a paid setting.
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, enabled = theme(), self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hover = self.underMouse() and enabled
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if not self._quiet:
            painter.setPen(QPen(look.color("line2"), 1))
            painter.setBrush(look.color("hover" if hover else "raise"))
            painter.drawRoundedRect(box, 6, 6)
        elif hover:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        icon, text, beside = self._parts()
        first, second = self._metrics()
        dpr, middle = self.devicePixelRatioF(), (self.height() - GLYPH) // 2
        right = self.width() - SIDE - GLYPH
        quiet = "text3" if enabled else "off"
        end = placed(self, QRect(right, middle, GLYPH, GLYPH))
        painter.drawPixmap(end.topLeft(), look.pixmap("down", quiet, GLYPH, dpr))
        left = SIDE
        if icon:
            begin = placed(self, QRect(left, middle, GLYPH, GLYPH))
            painter.drawPixmap(begin.topLeft(), look.pixmap(icon, quiet, GLYPH, dpr))
            left += GLYPH + SPACE
        room = right - SPACE - left - (8 if self._mark else 0)
        if beside and first.horizontalAdvance(text) + SPACE + 24 > room:
            beside = ""  # shorten the supplement before the value
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setFont(look.font("small", weight=600 if self._strong else 400, prose=True))
        plain = "text2" if self._quiet and not hover else "text"
        painter.setPen(look.color(plain if enabled else "off"))
        shown = elided(first, text, Qt.TextElideMode.ElideRight, room)
        width = first.horizontalAdvance(shown)
        line = placed(self, QRectF(left, 0, width + 2, self.height()))
        painter.drawText(line, flags, shown)
        left += width
        if self._mark:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("warn"))
            painter.drawEllipse(placed(self, QRectF(left + 3, self.height() / 2 - 5, 5, 5)))
            left += 8
        if beside:
            left += SPACE
            painter.setFont(look.font("small"))
            painter.setPen(look.color(quiet))
            shown = elided(second, beside, Qt.TextElideMode.ElideRight, right - SPACE - left + 1)
            line = placed(self, QRectF(left, 0, right - left, self.height()))
            painter.drawText(line, flags, shown)
        painter.end()
