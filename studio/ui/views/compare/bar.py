"""Bar over a comparison: the sides, the mode, and the zoom."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.comparison import LETTERS, MOST
from studio.domain.entities import Picture
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import Text

HEIGHT = 38
NAME = 16  # letters of a name on its button


class CompareMode(Enum):
    """How two pictures are compared."""

    SLIDER = "slider"
    SIDE_BY_SIDE = "side_by_side"
    FLICKER = "flicker"


class CompareBar(QFrame):
    """Controls of a comparison. It only displays and emits; its owner acts.

    Signals:
        side_chosen: the button of a side was pressed (from 0).
        mode_chosen: a CompareMode.
        lock_chosen: whether the champion stays.
        link_chosen: whether zoom and place are shared.
        swapped, fit, zoom_in, zoom_out: requests.
    """

    side_chosen = Signal(int)
    mode_chosen = Signal(object)
    lock_chosen = Signal(bool)
    link_chosen = Signal(bool)
    swapped = Signal()
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
        self._row.setContentsMargins(14, 0, 12, 0)
        self._row.setSpacing(6)
        self._sides: list[Button] = []
        self._fitted: tuple[object, ...] = ()
        for side in range(MOST):
            button = Button("", "quiet", self, size=26)
            button.setCheckable(True)
            button.clicked.connect(self.on_side)
            self._sides.append(button)
            self._row.addWidget(button)
            if not side:
                self._lock = IconButton("lock", _("A stays"), "", self, size=24)
                self._lock.setCheckable(True)
                self._lock.setChecked(True)
                self._swap = IconButton("swap", _("Swap A and B"), "", self, size=24)
                self._row.addWidget(self._lock)
                self._row.addWidget(self._swap)
        self._row.addStretch(1)
        self._modes = Segmented(
            [
                (CompareMode.SLIDER, _("Slider"), "split"),
                (CompareMode.SIDE_BY_SIDE, _("Side by side"), "side-by-side"),
                (CompareMode.FLICKER, _("Flicker"), "eye"),
            ],
            self,
            name=_("Mode of comparison"),
            size=26,
        )
        self._modes.set_value(CompareMode.SIDE_BY_SIDE)
        self._linked = Button(_("Zoom locked"), "quiet", self, size=26, icon="lock")
        self._linked.setCheckable(True)
        self._linked.setChecked(True)
        set_tip(self._linked, _("The same place of every picture"))
        self._fit = IconButton("fit", _("Fit"), "F", self, size=24)
        self._minus = IconButton("minus", _("Zoom out"), "−", self, size=24)
        self._percent = Text("", "small", "text2", self)
        self._percent.setMinimumWidth(self._percent.fontMetrics().horizontalAdvance("3200 %"))
        self._plus = IconButton("plus", _("Zoom in"), "+", self, size=24)
        for part in (self._modes, self._linked, self._fit, self._minus, self._plus, self._percent):
            self._row.addWidget(part)
        self._modes.changed.connect(self.mode_chosen)
        self._lock.toggled.connect(self.lock_chosen)
        self._linked.toggled.connect(self.link_chosen)
        self._swap.clicked.connect(self.swapped)
        self._fit.clicked.connect(self.fit)
        self._minus.clicked.connect(self.zoom_out)
        self._plus.clicked.connect(self.zoom_in)

    def show_sides(self, pictures: Sequence[Picture | None], active: int) -> None:
        """Show a button for each side; the active one is checked."""
        for side, button in enumerate(self._sides):
            button.setVisible(side < len(pictures))
            if side >= len(pictures):
                continue
            picture = pictures[side]
            name = picture.name if picture is not None else ""
            short = name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"
            button.setText(f"{LETTERS[side]}  {short}")
            button.setAccessibleName(f"{LETTERS[side]}, {name}")
            set_tip(button, name)
            button.setChecked(side == active)
        self._yield_room()

    def set_mode(self, mode: CompareMode) -> None:
        """Mark the mode."""
        self._modes.set_value(mode)

    def set_locked(self, *, locked: bool) -> None:
        """Show whether the champion stays."""
        self._lock.setChecked(locked)
        self._lock.set_icon("lock" if locked else "unlock")

    def set_zoom(self, zoom: float, *, fitted: bool) -> None:
        """Show the zoom of A."""
        self._percent.setText(_("Fit") if fitted else formatting.percent(zoom))

    def on_side(self) -> None:
        """Emit the side of the pressed button."""
        button = self.sender()
        assert isinstance(button, Button)
        self.side_chosen.emit(self._sides.index(button))

    def _yield_room(self) -> None:
        """Hide what has no room; only for another width, or other names."""
        needs = (self.width(), *(button.text() for button in self._sides))
        if needs == self._fitted:
            return
        self._fitted = needs
        self._modes.set_compact(compact=False)
        gives = (self._minus, self._plus, self._linked)
        for part in gives:
            part.show()
        if not self._is_tight():
            return
        self._modes.set_compact(compact=True)
        for part in gives:
            if self._is_tight():
                part.hide()

    def _is_tight(self) -> bool:
        self._row.invalidate()
        return self._row.minimumSize().width() > self.width()

    def minimumSizeHint(self) -> QSize:
        # Its parts are hidden in turn: the bar never widens the window.
        return QSize(320, self.height())

    @needs("_plus")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._yield_room()
