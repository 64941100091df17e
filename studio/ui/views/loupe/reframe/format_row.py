"""The row of formats over the canvas, which scrolls sideways in a narrow window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QColor,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.domain.pixel_frames import Size
from studio.ui.style.theme import theme
from studio.ui.support.frame_editor import FREE, FrameEditor
from studio.ui.support.frame_words import SAFE_AREAS, safe_area_name, spoken_tick
from studio.ui.support.layout_direction import aligned, margins, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.views.loupe.reframe.format_chip import HIGH, FormatChip
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.text import Text

TOP = 14  # distance from the view bar
SIDE = 12  # minimum space at the sides
RING = 4  # room around the chips for the focus ring
FADE = 28


class _Fade(QWidget):
    """Fades out an end of the row beyond which there are more chips."""

    def __init__(self, row: QWidget, *, first: bool) -> None:
        super().__init__(row)
        self._left = first is not row.isRightToLeft()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        full = QColor(theme().color("mat"))
        none = QColor(full)
        none.setAlpha(0)
        shade = QLinearGradient(0, 0, self.width(), 0)
        shade.setColorAt(0, full if self._left else none)
        shade.setColorAt(1, none if self._left else full)
        painter = QPainter(self)
        painter.fillRect(QRectF(self.rect()), shade)
        painter.end()


class FormatChips(QScrollArea):
    """Chips with the formats of an editor.

    Attributes:
        chips: the chip of each format, in order.
    """

    def __init__(self, parent: QWidget, editor: FrameEditor) -> None:
        super().__init__(parent)
        self._editor = editor
        self.chips: list[FormatChip] = []
        self._in_sight: tuple[str, Size] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.viewport().setAutoFillBackground(False)
        self._inner = QWidget()
        self._inner.setAccessibleName(_("Formats"))
        set_role(self._inner, QAccessible.Role.Grouping)
        self._row = QHBoxLayout(self._inner)
        self._row.setContentsMargins(RING, RING, RING, RING)
        self._row.setSpacing(6)
        self.setWidget(self._inner)
        self._inner.setAutoFillBackground(False)
        self._fades = _Fade(self, first=True), _Fade(self, first=False)
        self.horizontalScrollBar().valueChanged.connect(self.show_fades)
        self.horizontalScrollBar().rangeChanged.connect(self.show_fades)

    def show_formats(self) -> bool:
        """Show the formats of the editor; True if they differ from those before."""
        editor = self._editor
        offered = editor.offered
        renewed = [chip.aspect for chip in self.chips] != [*offered]
        if renewed:
            self._make_chips(offered)
        for chip in self.chips:
            ticked, current = editor.is_ticked(chip.aspect), chip.aspect == editor.shown
            frame = editor.frame if current else editor.frame_of(chip.aspect)
            name = spoken_tick(frame, editor.size, ticked=ticked)
            chip.show_state(name, ticked=ticked, current=current)
        return renewed

    def show_current(self) -> None:
        """Scroll to the current format if it, or the picture, has changed."""
        editor = self._editor
        if (editor.shown, editor.size) == self._in_sight:
            return
        self._in_sight = editor.shown, editor.size
        for chip in self.chips:
            if chip.aspect == editor.shown:
                self._row.activate()
                self.ensureWidgetVisible(chip, FADE, 0)

    def _make_chips(self, offered: tuple[str, ...]) -> None:
        had = next((chip.aspect for chip in self.chips if chip.hasFocus()), None)
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for aspect in offered:
            chip = FormatChip(aspect, self._inner)
            chip.ticked.connect(self.on_ticked)
            chip.wanted.connect(self._editor.show_format)
            chip.installEventFilter(self)
            self._row.addWidget(chip)
            self.chips.append(chip)
            chip.show()
        for before, after in zip(self.chips, self.chips[1:], strict=False):
            QWidget.setTabOrder(before, after)
        if had is not None:
            self.focus_format(had)
        self.updateGeometry()

    def focus_format(self, aspect: str) -> None:
        """Move the focus to a format, by default the first one."""
        found = next((chip for chip in self.chips if chip.aspect == aspect), self.chips[0])
        found.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_ticked(self, aspect: str, on: bool) -> None:  # noqa: FBT001 - a slot
        self._editor.set_ticked(aspect, ticked=on)

    def show_fades(self) -> None:
        """Fade the ends beyond which more formats can be scrolled to."""
        bar = self.horizontalScrollBar()
        first, last = self._fades
        begin = QRect(0, 0, FADE, self.height())
        first.setGeometry(placed(self, begin))
        last.setGeometry(placed(self, begin.translated(self.width() - FADE, 0)))
        first.setVisible(bar.value() > bar.minimum())
        last.setVisible(bar.value() < bar.maximum())
        first.raise_()
        last.raise_()

    # --- Qt -------------------------------------------------------------------------------

    @needs("_inner")
    def sizeHint(self) -> QSize:
        return QSize(self._inner.sizeHint().width(), theme().height(HIGH) + 2 * RING)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, theme().height(HIGH) + 2 * RING)

    @needs("_fades")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_fades()

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar, turn = self.horizontalScrollBar(), event.angleDelta()
        bar.setValue(bar.value() - (turn.y() or turn.x()) // 2)
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, FormatChip):
            self.ensureWidgetVisible(watched, FADE, 0)
        return super().eventFilter(watched, event)


class FormatRow(QWidget):
    """Formats and the menu of safe areas, over a canvas.

    Attributes:
        area: the chips.
        area_button: opens the menu of safe areas.

    Signals:
        safe_area_chosen: one of `frame_words.SAFE_AREAS` (str).
    """

    safe_area_chosen = Signal(str)

    def __init__(self, canvas: QWidget, editor: FrameEditor) -> None:
        super().__init__(canvas)
        self._safe_area = "none"
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 0, 0, RING, 0))
        row.setSpacing(6)
        self._title = Text(_("Formats"), "small", "text3", self)
        row.addWidget(self._title)
        self.area = FormatChips(self, editor)
        row.addWidget(self.area, 1)
        self.area_button = Button("", "", self, size=HIGH, icon="frame")
        self.area_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.area_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.area_button.clicked.connect(self.on_area_wanted)
        row.addWidget(self.area_button)
        editor.changed.connect(self.refresh)
        self.show_safe_area("none")
        self.hide()

    # --- content --------------------------------------------------------------------------

    @property
    def chips(self) -> tuple[FormatChip, ...]:
        """The formats, in order."""
        return tuple(self.area.chips)

    def refresh(self) -> None:
        """Show the formats of the editor."""
        if self.area.show_formats():
            QWidget.setTabOrder(self.chips[-1], self.area_button)
            self.place_in_canvas()
        self.area.show_current()

    def focus_format(self, aspect: str = FREE) -> None:
        """Move the focus to a format, by default the first one."""
        self.area.focus_format(aspect or self.chips[0].aspect)

    @property
    def has_keyboard(self) -> bool:
        """Whether one of its parts has the focus."""
        return any(one.hasFocus() for one in (*self.chips, self.area_button))

    def show_safe_area(self, area: str) -> None:
        """Show which safe area is drawn."""
        self._safe_area = area
        self.area_button.setText(safe_area_name(area))
        self.place_in_canvas()

    # --- slots ----------------------------------------------------------------------------

    def on_area_wanted(self) -> None:
        """Open the menu of safe areas."""
        menu, button = self.area_menu(), self.area_button
        left = aligned(button, menu.sizeHint().width())
        menu.popup(button.mapToGlobal(QPoint(left, button.height() - 1)))

    def area_menu(self) -> Menu:
        """The menu of safe areas."""
        menu = Menu(_("Safe area"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for area in SAFE_AREAS:
            menu.entry(safe_area_name(area), data=area, checked=area == self._safe_area)
        menu.triggered.connect(self.on_area_chosen)
        return menu

    def on_area_chosen(self, action: QAction) -> None:
        """Emit the chosen safe area."""
        self.safe_area_chosen.emit(action.data())

    def place_in_canvas(self) -> None:
        """Centre the row over the canvas, or span a narrow one."""
        canvas = self.parentWidget()
        row = self.layout()
        if canvas is None or row is None:
            return
        row.invalidate()
        width = min(row.sizeHint().width(), canvas.width() - 2 * SIDE)
        height = theme().height(HIGH) + 2 * RING
        self.setGeometry((canvas.width() - width) // 2, TOP - RING, width, height)
