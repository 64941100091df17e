"""Bar over a comparison: the sides, the mode, and the zoom."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAccessible, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.comparison import MOST
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support import formatting, view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.canvas.viewport import HIGHEST
from studio.ui.views.canvas.zoom_slider import ZoomSlider
from studio.ui.views.compare.side_chip import SideChip
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import Text

HEIGHT = 38


class CompareMode(Enum):
    """Way of comparing two pictures."""

    SLIDER = "slider"
    SIDE_BY_SIDE = "side_by_side"
    FLICKER = "flicker"
    DIFFERENCE = "difference"


class CompareBar(QFrame):
    """Controls of a comparison. It only displays and emits; its owner acts.

    Signals:
        side_chosen: the button of a side was pressed (from 0).
        mode_chosen: a CompareMode.
        lock_chosen: whether the champion stays.
        link_chosen: whether zoom and position are shared.
        zoomed: zoom of A, in device pixels per pixel of the picture.
        swapped, other_wanted, fit, zoom_in, zoom_out: requests.
    """

    side_chosen = Signal(int)
    mode_chosen = Signal(object)
    lock_chosen = Signal(bool)
    link_chosen = Signal(bool)
    zoomed = Signal(float)
    swapped = Signal()
    other_wanted = Signal()
    fit = Signal()
    zoom_in = Signal()
    zoom_out = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        self.setFixedHeight(theme().height(HEIGHT))
        self.setAccessibleName(_("Compare bar"))
        set_role(self, QAccessible.Role.ToolBar)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(margins(self, 14, 0, 12, 0))
        self._row.setSpacing(6)
        self._sides: list[SideChip] = []
        self._fitted: tuple[object, ...] = ()
        self._zoom = 0.0
        self._lock = IconButton("lock", _("A stays"), "", self, size=22)
        self._lock.setCheckable(True)
        self._lock.setChecked(True)
        self._swap = IconButton("swap", _("Swap A and B"), "", self, size=24)
        for side in range(MOST):
            chip = SideChip(side, self)
            chip.clicked.connect(self.on_side)
            self._sides.append(chip)
            self._row.addWidget(chip)
            if not side:
                chip.add_end(self._lock)
                self._row.addWidget(self._swap)
        self._standing = Text("", "small", "text3", self)
        self._row.addSpacing(6)
        self._row.addWidget(self._standing)
        self._row.addStretch(1)
        self._modes = Segmented(
            [
                (CompareMode.SLIDER, _("Slider"), "split"),
                (CompareMode.SIDE_BY_SIDE, _("Side by side"), "side-by-side"),
                (CompareMode.FLICKER, _("Flicker"), "eye"),
                (CompareMode.DIFFERENCE, _("Difference"), "difference"),
            ],
            self,
            name=_("Comparison mode"),
            size=26,
        )
        self._modes.set_value(CompareMode.SIDE_BY_SIDE)
        self._other = IconButton("both", _("Show the other picture"), ", .", self, size=24)
        self._other.hide()
        self._linked = Button(_("Zoom locked"), "quiet", self, size=26, icon="lock")
        self._linked.setCheckable(True)
        self._linked.setChecked(True)
        set_tip(self._linked, _("Show the same part of every picture"))
        self._fit = IconButton("fit", _("Fit"), view_keys.spoken(ViewCommand.FIT), self, size=24)
        self._minus = IconButton(
            "minus", _("Zoom out"), view_keys.cap(ViewCommand.ZOOM_OUT), self, size=24
        )
        self._slider = ZoomSlider(self, width=56)
        self._percent = Text("", "small", "text2", self)
        widest = formatting.percent(HIGHEST)
        self._percent.setMinimumWidth(self._percent.fontMetrics().horizontalAdvance(widest))
        self._plus = IconButton(
            "plus", _("Zoom in"), view_keys.cap(ViewCommand.ZOOM_IN), self, size=24
        )
        zoom: tuple[QWidget, ...] = (self._minus, self._slider, self._plus, self._percent)
        for part in (self._modes, self._other, self._linked, self._fit, *zoom):
            self._row.addWidget(part)
        self._modes.changed.connect(self.mode_chosen)
        self._lock.toggled.connect(self.lock_chosen)
        self._linked.toggled.connect(self.link_chosen)
        self._swap.clicked.connect(self.swapped)
        self._other.clicked.connect(self.other_wanted)
        self._fit.clicked.connect(self.fit)
        self._minus.clicked.connect(self.zoom_out)
        self._plus.clicked.connect(self.zoom_in)
        self._slider.zoomed.connect(self.zoomed)

    def show_sides(self, pictures: Sequence[Picture | None], active: int) -> None:
        """Show a button for each side; the active one is checked."""
        for side, chip in enumerate(self._sides):
            chip.setVisible(side < len(pictures))
            if side < len(pictures):
                chip.show_picture(pictures[side])
                chip.setChecked(side == active)
        self._yield_room()

    def show_thumbnails(self, pixmaps: Sequence[QPixmap | None]) -> None:
        """Show the thumbnail of each side; None for those that are not read yet."""
        for chip, pixmap in zip(self._sides, pixmaps, strict=False):
            chip.set_thumbnail(pixmap)

    def set_mode(self, mode: CompareMode) -> None:
        """Mark the mode; with flickering pictures a button shows the other one."""
        self._modes.set_value(mode)
        self._other.setVisible(mode is CompareMode.FLICKER)
        self._yield_room()

    def show_standing(self, text: str) -> None:
        """Show whether the active side is aligned with A."""
        if text != self._standing.text():
            self._standing.setText(text)
            self.setAccessibleDescription(text)
            self._yield_room()

    def set_locked(self, *, locked: bool) -> None:
        """Show whether the champion stays."""
        self._lock.setChecked(locked)
        self._sides[0].set_framed(framed=locked)
        self._lock.set_icon("lock" if locked else "unlock")

    def set_zoom(self, zoom: float) -> None:
        """Show the zoom of A."""
        if zoom == self._zoom:
            return
        self._zoom = zoom
        self._percent.setText(formatting.percent(zoom))
        self._slider.set_zoom(zoom)

    def on_side(self) -> None:
        """Emit the side of the pressed button."""
        chip = self.sender()
        assert isinstance(chip, SideChip)
        self.side_chosen.emit(chip.side)

    def _yield_room(self) -> None:
        """Hide parts that do not fit; only if the width or the texts changed."""
        names = tuple(chip.accessibleName() for chip in self._sides if not chip.isHidden())
        needs = (self.width(), self._standing.text(), self._modes.value, *names)
        if needs == self._fitted:
            return
        self._fitted = needs
        self._modes.set_compact(compact=False)
        early, late = (self._slider, self._minus, self._plus), (self._linked, self._standing)
        for part in (*early, *late):
            part.show()
        if self._is_tight():
            self._modes.set_compact(compact=True, but_chosen=True)
        self._hide_while_tight(early)
        if self._is_tight():
            self._modes.set_compact(compact=True)
        self._hide_while_tight(late)

    def _hide_while_tight(self, parts: Sequence[QWidget]) -> None:
        for part in parts:
            if self._is_tight():
                part.hide()

    def _is_tight(self) -> bool:
        self._row.invalidate()
        return self._row.sizeHint().width() > self.width()

    def minimumSizeHint(self) -> QSize:
        # Its parts are hidden in turn: the bar never widens the window.
        return QSize(320, self.height())

    @needs("_plus")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._yield_room()
