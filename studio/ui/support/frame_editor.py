"""Frames around one picture during editing: the one that is shown, undo and redo.

The composer's draft has the frames that are ticked. The editor shows them to canvas, formats and
inspector, and turns the user's changes into new values for the draft (`edited`). A format that is
not ticked keeps its position while the picture is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from studio.domain import pixel_frames
from studio.domain.derivation import SEAM
from studio.domain.entities import AspectRatio
from studio.domain.frame_layout import has_shape
from studio.domain.markup import Frame, Markup
from studio.domain.pixel_frames import Handle, PixelFrame, Size
from studio.ui.support.markup_editor import MarkupEditor

FREE = ""
"""Format of a frame with any ratio."""

_FIRST = ("16:9", "9:16", "4:5", "3:2", "2:3", "4:3", "21:9")
"""Formats listed first, in this order; others follow in the model's order."""


class FrameEditor(MarkupEditor):
    """Frames around one picture, one of which is shown.

    `changed` is also emitted when another format is shown, or its frame is being dragged.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size: Size = (1, 1)
        self._aspects: tuple[str, ...] = ()
        self._places: dict[str, Frame] = {}
        self._shown = FREE
        self._moving: PixelFrame | None = None
        # Choices for frames created later.
        self._usual = Frame(left=0, top=0, right=1, bottom=1, seam=SEAM)

    # --- content ----------------------------------------------------------------------------

    @property
    def size(self) -> Size:
        """Width and height of the picture."""
        return self._size

    @property
    def offered(self) -> tuple[str, ...]:
        """Ratios that are offered, with every one that is ticked; the free one is last."""
        own = [one.aspect for one in self.markup.frames if one.aspect]
        named = dict.fromkeys((*self._aspects, *own))
        order = {aspect: place for place, aspect in enumerate(_FIRST)}
        return (*sorted(named, key=lambda one: order.get(one, len(order))), FREE)

    @property
    def ticked(self) -> tuple[Frame, ...]:
        """Frames for which a picture will be made."""
        return self.markup.frames

    @property
    def shown(self) -> str:
        """Format whose frame is shown."""
        return self._shown

    @property
    def frame(self) -> Frame:
        """The frame that is shown, as it is being dragged."""
        frame = self.frame_of(self._shown)
        if self._moving is None:
            return frame
        return pixel_frames.with_pixels(frame, self._moving, self._size)

    @property
    def box(self) -> PixelFrame:
        """The shown frame in pixels of the picture."""
        return pixel_frames.pixels_of(self.frame, self._size)

    @property
    def ratio(self) -> float | None:
        """Aspect ratio that the shown frame keeps; None for a free one."""
        return AspectRatio.parse(self._shown).value if self._shown else None

    @property
    def usual(self) -> Frame:
        """The choices for all frames: centre, seam and colours."""
        return next(iter(self.markup.frames), self._usual)

    def frame_of(self, aspect: str) -> Frame:
        """Frame of a format: the ticked one, else its last position, else around the picture."""
        for frame in self.markup.frames:
            if frame.aspect == aspect:
                return frame
        found = self._places.get(aspect)
        if found is None and aspect:
            found = pixel_frames.frame_around(AspectRatio.parse(aspect), self._size)
        elif found is None:
            found = pixel_frames.free_frame(self._size)
        usual = self.usual
        return replace(found, keep_centre=usual.keep_centre, seam=usual.seam, match=usual.match)

    def is_ticked(self, aspect: str) -> bool:
        """Whether a picture of this format will be made."""
        return any(one.aspect == aspect for one in self.markup.frames)

    # --- from outside -----------------------------------------------------------------------

    def open_frames(
        self, markup: Markup, size: Size, aspects: Sequence[str], picture: str = ""
    ) -> None:
        """Show the frames around a picture (its id); `aspects` are the ratios of the model.

        The undo steps are kept only for the picture shown last.
        """
        if not picture or picture != self._picture:
            self._places.clear()
        self._size = max(1, size[0]), max(1, size[1])
        self._moving = None
        self._usual = next(iter(markup.frames), self._usual)
        self._set_aspects(aspects)
        self.open_markup(markup, picture)

    def on_opened(self) -> None:
        """Show the first frame that is ticked."""
        frames = self.markup.frames
        self._shown = frames[0].aspect if frames else self.offered[0]
        super().on_opened()

    def merge(self, step: Markup, markup: Markup) -> Markup:
        """Replace the frames of `markup` with those of `step`."""
        return replace(markup, frames=step.frames)

    def set_aspects(self, aspects: Sequence[str]) -> None:
        """Offer the ratios of another model."""
        before = self._aspects
        self._set_aspects(aspects)
        if self._aspects != before:
            if self._shown not in self.offered:
                self._shown = self.offered[0]
            self.changed.emit()

    def _set_aspects(self, aspects: Sequence[str]) -> None:
        self._aspects = tuple(
            one for one in aspects if not has_shape(AspectRatio.parse(one), self._size)
        )

    # --- changes by the user ----------------------------------------------------------------

    def show_format(self, aspect: str) -> None:
        """Show the frame of a format."""
        if aspect != self._shown and aspect in self.offered:
            self._shown, self._moving = aspect, None
            self.seal()
            self.changed.emit()

    def set_ticked(self, aspect: str, *, ticked: bool) -> None:
        """Set whether a picture of this format is made, and show its frame."""
        frame = self.frame_of(aspect)
        others = tuple(one for one in self.markup.frames if one.aspect != aspect)
        self._shown, self._moving = aspect, None
        self._places[aspect] = frame
        self._push((*others, frame) if ticked else others, "")

    def set_moving(self, box: PixelFrame | None) -> None:
        """Show the frame in a new position while it is dragged; None restores the old one."""
        if box != self._moving:
            self._moving = box
            self.changed.emit()

    def change(self, box: PixelFrame, *, run: str = "") -> None:
        """Move the shown frame, which ticks its format.

        Changes of one `run` share an undo step. Does nothing for a position out of reach.
        """
        self._moving = None
        if not pixel_frames.within_reach(box, self._size):
            self.changed.emit()
            return
        frame = pixel_frames.with_pixels(self.frame_of(self._shown), box, self._size)
        self._places[self._shown] = frame
        frames = [frame if one.aspect == self._shown else one for one in self.markup.frames]
        if not self.is_ticked(self._shown):
            frames.append(frame)
        self._push(tuple(frames), run)

    def nudge(self, handle: Handle, dx: int, dy: int) -> None:
        """Move a handle by pixels of the picture; consecutive moves of one handle share a step."""
        self.change(
            pixel_frames.dragged(self.box, handle, dx, dy, self.ratio), run=f"handle {handle.name}"
        )

    def set_room(self, handle: Handle, pixels: int) -> None:
        """Set the pixels on one side of the picture; `handle` is the handle of an edge."""
        self.change(
            pixel_frames.with_room(self.box, self._size, handle, pixels, self.ratio),
            run=f"room {handle.name}",
        )

    def centre(self) -> None:
        """Centre the picture in the frame."""
        self.change(pixel_frames.centred(self.box, self._size))

    def set_choices(
        self,
        *,
        keep_centre: bool | None = None,
        seam: float | None = None,
        match: bool | None = None,
    ) -> None:
        """Change the choices for all frames; None leaves a choice unchanged."""
        usual = self.usual
        keep_centre = usual.keep_centre if keep_centre is None else keep_centre
        # A slider in pixels may exceed a small picture.
        seam = usual.seam if seam is None else min(1.0, seam)
        match = usual.match if match is None else match
        self._usual = replace(usual, keep_centre=keep_centre, seam=seam, match=match)
        frames = tuple(
            replace(one, keep_centre=keep_centre, seam=seam, match=match)
            for one in self.markup.frames
        )
        if frames:
            self._push(frames, "choices")
        else:
            self.changed.emit()

    def _push(self, frames: tuple[Frame, ...], run: str) -> None:
        order = {aspect: place for place, aspect in enumerate(self.offered)}
        frames = tuple(sorted(frames, key=lambda one: order.get(one.aspect, len(order))))
        pushed = self._history.push(replace(self.markup, frames=frames), run=run)
        self.changed.emit()
        if pushed:
            self.edited.emit(self.markup, run)

    def show_step(self, before: Markup, *, own: bool) -> None:
        """Show the frame that a step changed."""
        self._moving = None
        changed = set(self.markup.frames) ^ set(before.frames)
        aspects = {one.aspect for one in changed}
        if aspects and self._shown not in aspects:
            self._shown = min(aspects)
        if self._shown not in self.offered:
            self._shown = self.offered[0]
        super().show_step(before, own=own)
