"""Panes of a comparison: arrangement, shared zoom and position, and pictures laid over A."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.domain.comparison import MOST, RelativePlacement
from studio.ui.style.qt_style import animates
from studio.ui.support.layout_direction import placed
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.compare.key_strip import KeyStrip
from studio.ui.views.compare.pane import ComparePane

BETWEEN = 2  # pixels between panes
LARGE = 2 / 3  # share of the width of A beside two or three others
NARROW = 1100  # width of a window below which only A and the active side have a pane
PACE = 500  # milliseconds per picture while flickering


class PaneGroup(QWidget):
    """Up to four panes.

    Attributes:
        panes: a pane for each side, A first.
        keys: the strip of keys over the bottom of the pictures.
        linked: whether zoom and position are shared.

    Signals:
        view_changed: the zoom or position of A may have changed.
    """

    view_changed = Signal()

    def __init__(
        self, library: LibraryProtocol, decoder: ScreenDecoderProtocol, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.linked = True
        self.panes = [ComparePane(side, library, decoder, self) for side in range(MOST)]
        self._placements: tuple[RelativePlacement | None, ...] = (None,) * MOST
        self._shown: tuple[int, ...] = ()
        self._sides = 0
        self._active = 1
        self._alone = False
        self._linking = False
        self._over: tuple[Plate | None, RelativePlacement | None] = (None, None)
        self.keys = KeyStrip(self)
        self._surface = PaneSurface(self.panes, self.keys, self)
        self._flickers = False
        self._flicker = QTimer(self, interval=PACE)
        self._flicker.timeout.connect(self.on_flicker)
        for pane in self.panes:
            pane.canvas.view_changed.connect(self.on_view_changed)

    @property
    def shown(self) -> Sequence[int]:
        """Sides that have a pane."""
        return self._shown

    @property
    def flickering(self) -> bool:
        """Whether two pictures are alternating automatically."""
        return self._flicker.isActive()

    def set_placements(self, placements: Sequence[RelativePlacement | None]) -> None:
        """Align by the position of A in each side; None if they do not line up."""
        left = (None,) * (MOST - len(placements))
        if (found := (*placements, *left)) != self._placements:
            self._placements = found
            self.link()

    def arrange(self, sides: int, active: int, *, alone: bool) -> None:
        """Place the panes: A alone, halves, or A large with the others after it.

        In a narrow window, only the active side is beside A.
        """
        self._sides, self._active, self._alone = sides, active, alone
        shown = (0,) if alone else tuple(range(sides))
        if len(shown) > 2 and self.window().width() < NARROW:
            shown = (0, active or 1)
        self._shown = shown
        wide, high, count = self.width(), self.height(), len(shown)
        left = wide if count <= 1 else (wide - BETWEEN) // 2
        if count > 2:
            left = round((wide - BETWEEN) * LARGE)
        # A pane that only changes its size does not move the others.
        self._linking = True
        for pane in self.panes:
            if pane.side not in shown and pane.canvas.hasFocus():
                # Qt would pass the focus on to the next widget in the window.
                self.panes[0].canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            pane.setVisible(pane.side in shown)
        self.panes[0].setGeometry(placed(self, QRect(0, 0, left, high)))
        for place, side in enumerate(shown[1:]):
            down = (high - BETWEEN * (count - 2)) // (count - 1)
            top = (down + BETWEEN) * place
            last = high - top if side == shown[-1] else down
            box = QRect(left + BETWEEN, top, wide - left - BETWEEN, last)
            self.panes[side].setGeometry(placed(self, box))
        self._linking = False
        self.keys.place_over(self.panes[0].geometry())
        self._surface.show_panes([self.panes[side] for side in shown])
        self.link()
        self.view_changed.emit()

    def link(self, side: int = 0) -> None:
        """Show the position of one side on all others."""
        if self._linking or not self.linked:
            return
        self._linking = True
        first = self.panes[0].canvas
        if side and first.plate is not None:
            placement = self._placements[side]
            first.follow_view(
                self.panes[side].canvas.view, None if placement is None else placement.inverse
            )
        for pane in self.panes[1:]:
            if pane.side != side and pane.canvas.plate is not None:
                pane.canvas.follow_view(first.view, self._placements[pane.side])
        self._linking = False

    def lay_over(
        self,
        plate: Plate | None,
        divider: float,
        placement: RelativePlacement | None,
        *,
        flickers: bool = False,
    ) -> None:
        """Lay a picture over A beyond the divider, or alternating with A.

        Under reduced motion they alternate only by `on_flicker`.
        """
        self._over = plate, placement
        if flickers:
            if not (self._flickers and self.panes[0].is_covered):
                plate = None
            if not animates():
                self._flicker.stop()
            elif not self._flicker.isActive():
                self._flicker.start()
        else:
            self._flicker.stop()
        self._flickers = flickers
        self.panes[0].lay_over(plate, divider, placement)

    def complete(self) -> None:
        """Load missing pixels of the pictures."""
        for pane in self.panes:
            pane.complete()

    def stop(self) -> None:
        """Cancel the loading."""
        self._flicker.stop()
        self._flickers = False
        for pane in self.panes:
            pane.stop()

    def on_flicker(self) -> None:
        """Show the other one of the two pictures."""
        if not animates():
            self._flicker.stop()
        plate, placement = self._over
        pane = self.panes[0]
        pane.lay_over(None if pane.is_covered else plate, 0.0, placement)

    def on_view_changed(self) -> None:
        """Move the other panes with the one that was zoomed or panned."""
        if self._linking:
            return
        canvas = self.sender()
        for pane in self.panes:
            if pane.canvas is canvas and pane.isVisible():
                self.link(pane.side)
        self.view_changed.emit()

    @needs("_surface")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._surface.resize(event.size())
        self.arrange(self._sides, self._active, alone=self._alone)

    @needs("_flicker")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.stop()


class PaneSurface(QWidget):
    """Paints panes and keys, in one paint event for a step that moves all pictures.

    It covers them, so that Qt paints none of them by itself. Mouse and drops pass through to them;
    they keep the focus and their accessible names.
    """

    def __init__(self, panes: Sequence[ComparePane], keys: KeyStrip, parent: QWidget) -> None:
        super().__init__(parent)
        self._keys = keys
        self._shown: list[tuple[ComparePane, QPoint]] = []
        self._between = QRegion()
        for pane in panes:
            pane.set_cover(self)
        keys.cover = self
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_panes(self, panes: Sequence[ComparePane]) -> None:
        """Show these panes where they are now."""
        self._shown = [(pane, pane.pos()) for pane in panes]
        self._between = QRegion(self.rect())
        for pane in panes:
            self._between -= QRegion(pane.geometry())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for pane, at in self._shown:
            painter.translate(at)
            pane.paint_on(painter)
            painter.resetTransform()
        painter.setClipRegion(self._between)
        painter.fillRect(self.rect(), self.palette().window())
        painter.setClipping(False)
        if not self._keys.isHidden():
            painter.translate(self._keys.pos())
            self._keys.paint_on(painter)
