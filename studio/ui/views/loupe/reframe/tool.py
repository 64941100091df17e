"""The pointer in reframe mode: drags edges and corners of the frame, and the picture in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt

from studio.domain import pixel_frames
from studio.domain.pixel_frames import Handle, PixelFrame
from studio.ui.support.frame_editor import FrameEditor
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.loupe.reframe.overlay import FrameOverlay

NEAR = 6.0  # logical pixels within which the pointer grabs an edge, and edges snap
SLIP = 3.0  # logical pixels; less is a click


@dataclass(slots=True)
class _Drag:
    """Drag of a handle (None: of the picture); `box` is the frame at its start."""

    start: QPointF
    handle: Handle | None
    box: PixelFrame
    moved: bool = False


class FrameTool:
    """Drags the frame of an editor.

    Attributes:
        on_moved: called after each step of a drag; True while the picture is dragged.
        on_dropped: called after a drag.
    """

    def __init__(self, canvas: PictureCanvas, editor: FrameEditor, overlay: FrameOverlay) -> None:
        self.on_moved: Callable[[bool], object] = bool
        self.on_dropped: Callable[[], object] = bool
        self._canvas = canvas
        self._editor = editor
        self._overlay = overlay
        self._drag: _Drag | None = None

    @property
    def dragging(self) -> bool:
        """Whether something is being dragged."""
        return self._drag is not None

    # --- canvas -----------------------------------------------------------------------------

    def press(self, at: QPointF) -> bool:
        """Begin to drag an edge, or the picture."""
        frame = self._overlay.frame_rect()
        near = frame.adjusted(-NEAR, -NEAR, NEAR, NEAR)
        if not near.contains(at) or not self._overlay.shown:
            return False
        across = _side(at.x(), frame.left(), frame.right())
        down = _side(at.y(), frame.top(), frame.bottom())
        handle = next((one for one in Handle if (one.across, one.down) == (across, down)), None)
        self.begin_drag(handle, at)
        return True

    def move(self, at: QPointF) -> None:
        """Continue the drag."""
        drag = self._drag
        if drag is None:
            return
        away = at - drag.start
        if not drag.moved and abs(away.x()) + abs(away.y()) < SLIP:
            return
        drag.moved = True
        zoom = self._canvas.zoom / self._canvas.devicePixelRatioF()
        dx, dy = round(away.x() / zoom), round(away.y() / zoom)
        near = NEAR / zoom
        editor = self._editor
        if drag.handle is None:
            box = self._caught(pixel_frames.moved(drag.box, -dx, -dy), near)
        else:
            dx, dy = self._edge_caught(drag, dx, dy, near)
            box = pixel_frames.dragged(drag.box, drag.handle, dx, dy, editor.ratio)
        if pixel_frames.within_reach(box, editor.size):
            editor.set_moving(box)
            self.on_moved(drag.handle is None)

    def release(self, at: QPointF) -> None:
        """Store the frame in its new position."""
        self.move(at)
        drag, self._drag = self._drag, None
        if drag is not None and drag.moved:
            self._editor.change(self._editor.box)
        self.on_dropped()

    def cancel(self) -> None:
        """Return the frame to its old position."""
        if self._drag is not None:
            self._drag = None
            self._editor.set_moving(None)
            self.on_dropped()

    def cursor(self) -> Qt.CursorShape | None:
        """Crossed arrows, because a press drags."""
        return Qt.CursorShape.SizeAllCursor

    # --- dragging ---------------------------------------------------------------------------

    def begin_drag(self, handle: Handle | None, at: QPointF) -> None:
        """Begin to drag a handle (None: the picture) from a point."""
        self._drag = _Drag(at, handle, self._editor.box)

    def _caught(self, box: PixelFrame, near: float) -> PixelFrame:
        """A moved frame, snapped to the picture's edges and middle."""
        width, height = self._editor.size
        across = _nearest(-box.left, (0, box.width - width, (box.width - width) // 2), near)
        down = _nearest(-box.top, (0, box.height - height, (box.height - height) // 2), near)
        return pixel_frames.moved(box, -across - box.left, -down - box.top)

    def _edge_caught(self, drag: _Drag, dx: int, dy: int, near: float) -> tuple[int, int]:
        """Movement of a handle, snapped to the edges of the picture."""
        assert drag.handle is not None
        width, height = self._editor.size
        x = drag.box.left if drag.handle.across < 0 else drag.box.right
        y = drag.box.top if drag.handle.down < 0 else drag.box.bottom
        if drag.handle.across:
            dx = _nearest(x + dx, (0, width), near) - x
        if drag.handle.down:
            dy = _nearest(y + dy, (0, height), near) - y
        return dx, dy


def _side(at: float, low: float, high: float) -> int:
    if abs(at - low) <= NEAR and abs(at - low) <= abs(at - high):
        return -1
    return 1 if abs(at - high) <= NEAR else 0


def _nearest(value: int, among: tuple[int, ...], near: float) -> int:
    found = min(among, key=lambda one: abs(one - value))
    return found if abs(found - value) <= near else value
