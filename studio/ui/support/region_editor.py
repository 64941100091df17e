"""Region of one picture during editing."""

from __future__ import annotations

from dataclasses import replace

from studio.domain.markup import (
    MOST_POINTS_TOGETHER,
    MOST_STROKES,
    Markup,
    Region,
    Stroke,
)
from studio.ui.support.markup_editor import MarkupEditor


class RegionEditor(MarkupEditor):
    """The region of a picture, stroke by stroke."""

    _feather = 0.0

    @property
    def feather(self) -> float:
        """Soft edge of the region, or of the next one, as a fraction of the picture's longer side.

        At most 1: the usual number of pixels may exceed a small picture.
        """
        return self._feather

    @feather.setter
    def feather(self, feather: float) -> None:
        self._feather = min(1.0, feather)

    @property
    def region(self) -> Region | None:
        """The region; None if nothing is drawn."""
        return self.markup.region

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The strokes, in order."""
        return () if self.region is None else self.region.strokes

    def has_room(self) -> bool:
        """Whether another stroke fits."""
        points = sum(len(stroke.points) for stroke in self.strokes)
        marked = sum(len(mark.points) for mark in self.markup.marks)
        return len(self.strokes) < MOST_STROKES and points + marked < MOST_POINTS_TOGETHER

    def add(self, stroke: Stroke) -> bool:
        """Append a stroke. False if there are too many."""
        if not self.has_room():
            return False
        region = self.region or Region(feather=self.feather)
        self._set(replace(region, strokes=(*region.strokes, stroke)))
        return True

    def replace_last(self, stroke: Stroke, *, run: str) -> None:
        """Replace the last stroke; changes of one `run` are one step."""
        if self.region is not None and self.strokes:
            self._set(replace(self.region, strokes=(*self.strokes[:-1], stroke)), run=run)

    def set_inverted(self, *, inverted: bool) -> None:
        """Set whether everything outside may change instead; does nothing without a region."""
        if self.region is not None:
            self._set(replace(self.region, inverted=inverted))

    def set_feather(self, feather: float) -> None:
        """Set the width of the soft edge, as a fraction of the picture's longer side."""
        self.feather = feather
        if self.region is not None:
            self._set(replace(self.region, feather=self.feather), run="feather")

    def clear_region(self) -> None:
        """Remove the region."""
        self._set(None)

    def on_opened(self) -> None:
        """Announce the region of a picture."""
        if self.region is not None:
            self.feather = self.region.feather
        super().on_opened()

    def show_step(self, before: Markup, *, own: bool) -> None:
        """Announce the region of a step, with its soft edge."""
        if self.region is not None:
            self.feather = self.region.feather
        super().show_step(before, own=own)

    def merge(self, step: Markup, markup: Markup) -> Markup:
        """Replace the region of `markup` by that of `step`."""
        return replace(markup, region=step.region)

    def _set(self, region: Region | None, *, run: str = "") -> None:
        if self._history.push(replace(self.markup, region=region), run=run):
            self.changed.emit()
            self.edited.emit(self.markup, run)
