"""Viewport arithmetic: zoom, position and limits of a picture, in device pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.domain.comparison import RelativePlacement

HIGHEST = 32.0
LOWEST = 0.05
STEPS = (
    *(0.05, 0.0625, 1 / 12, 0.125, 1 / 6, 0.25, 1 / 3, 0.5, 2 / 3, 1.0),
    *(1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0),
)
"""Zoom steps of + and -; Fit is an extra step among them."""


@dataclass(frozen=True, slots=True)
class DeviceRect:
    """A rectangle in device pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Column just past the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Row just past the bottom edge."""
        return self.y + self.height


Extent = tuple[float, float, float, float]
"""Left, top, right and bottom edge of an area, as fractions of the picture's sides."""

PICTURE: Extent = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """A picture of `width` x `height` pixels seen through a view.

    Attributes:
        extent: area for fitting and panning: the picture, or an area beyond it.
        view_width, view_height: the whole view; a larger picture can be panned.
        frame: part of the view that Fit fills, and in which a smaller picture is centred.
        zoom: device pixels per pixel of the picture; 1.0 is "100 %".
        x, y: position of the picture's top left corner in the view.
        fitted: whether the zoom follows the frame's size.
    """

    width: int
    height: int
    view_width: float
    view_height: float
    frame: DeviceRect
    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    fitted: bool = True
    extent: Extent = PICTURE

    @classmethod
    def fit(
        cls,
        width: int,
        height: int,
        view: tuple[float, float],
        frame: DeviceRect,
        extent: Extent = PICTURE,
    ) -> Viewport:
        """Viewport of the whole picture, or of `extent`, centred in the frame."""
        return cls(
            width=max(1, width),
            height=max(1, height),
            view_width=view[0],
            view_height=view[1],
            frame=frame,
            extent=extent,
        ).fit_again()

    @property
    def fit_zoom(self) -> float:
        """Zoom at which the whole picture fills the frame; never above 100 %.

        Small pictures are not enlarged: that would interpolate their pixels or show blocks.
        """
        return min(1.0, self.filling)

    @property
    def filling(self) -> float:
        """Zoom at which the picture fills the frame, also above 100 %."""
        left, top, right, bottom = self.extent
        across = max(1.0, self.frame.width) / (self.width * (right - left))
        return min(across, max(1.0, self.frame.height) / (self.height * (bottom - top)))

    @property
    def lowest(self) -> float:
        """Smallest allowed zoom."""
        return min(LOWEST, self.fit_zoom)

    def limited(self, zoom: float) -> float:
        """The nearest allowed zoom."""
        return min(zoom if zoom >= LOWEST else max(zoom, self.lowest), HIGHEST)

    @property
    def rect(self) -> DeviceRect:
        """Rectangle of the whole picture, which may exceed the view."""
        return DeviceRect(self.x, self.y, self.width * self.zoom, self.height * self.zoom)

    @property
    def whole(self) -> bool:
        """Whether the whole extent fits the view."""
        left, top, right, bottom = self.extent
        width, height = self.width * self.zoom, self.height * self.zoom
        return (
            width * (right - left) <= self.view_width + 0.5
            and height * (bottom - top) <= self.view_height + 0.5
        )

    def extended(self, extent: Extent) -> Viewport:
        """Change the extent: fit it, or keep the picture's position within the limits."""
        other = replace(self, extent=extent)
        return other.fit_again() if self.fitted else other.moved(0, 0)

    def fit_again(self) -> Viewport:
        """Fit the picture into the frame again."""
        return _settled(self, self.fit_zoom, self.x, self.y, fitted=True)

    def zoomed(self, zoom: float, x: float, y: float) -> Viewport:
        """Set the zoom; the point under (x, y) stays in place within the limits."""
        zoom = self.limited(zoom)
        ratio = zoom / self.zoom
        left, top = x - (x - self.x) * ratio, y - (y - self.y) * ratio
        return _settled(self, zoom, left, top, fitted=False)

    def moved(self, dx: float, dy: float) -> Viewport:
        """Pan, limited to the picture's edges."""
        return _settled(self, self.zoom, self.x + dx, self.y + dy, fitted=self.fitted)

    def resized(self, view: tuple[float, float], frame: DeviceRect) -> Viewport:
        """Adjust to a view of another size: fitted, or with the same centre."""
        middle_x, middle_y = self.to_picture(self.view_width / 2, self.view_height / 2)
        other = replace(self, view_width=view[0], view_height=view[1], frame=frame)
        if self.fitted:
            return other.fit_again()
        x, y = view[0] / 2 - middle_x * self.zoom, view[1] / 2 - middle_y * self.zoom
        return _settled(other, other.zoom, x, y, fitted=False)

    def of(self, width: int, height: int) -> Viewport:
        """Show the same part of another picture, for comparison."""
        width, height = max(1, width), max(1, height)
        other = replace(self, width=width, height=height)
        if self.fitted:
            return other.fit_again()
        middle_x, middle_y = self.to_picture(self.view_width / 2, self.view_height / 2)
        zoom = other.limited(self.zoom * self.width / width)
        x = self.view_width / 2 - middle_x / self.width * width * zoom
        y = self.view_height / 2 - middle_y / self.height * height * zoom
        return _settled(other, zoom, x, y, fitted=False)

    def like(self, other: Viewport, placement: RelativePlacement | None = None) -> Viewport:
        """Show the same part as the view of another picture, at the same position.

        The two views may differ in size. `placement` is the position of that picture in this one,
        if they are aligned. Then the same content is at the same position, even if that leaves a
        gap at an edge. A fitted view makes this one fitted too, as large in its frame as the other,
        even above 100 %.
        """
        if other.fitted:
            zoom = min(self.filling * other.zoom / other.filling, HIGHEST)
            return _settled(self, zoom, self.x, self.y, fitted=True)
        if placement is None:
            return self.focused(self.filling * other.zoom / other.filling, other.focus())
        own = min(self.frame.width / other.width, self.frame.height / other.height)
        zoom = other.zoom * own / other.filling * other.width / (placement.across * self.width)
        zoom = self.limited(zoom)
        across, down = placement.place(*other.focus())
        x = self.view_width / 2 - across * self.width * zoom
        y = self.view_height / 2 - down * self.height * zoom
        return replace(self, zoom=zoom, x=x, y=y, fitted=False)

    def laid_over(
        self, width: int, height: int, placement: RelativePlacement | None = None
    ) -> Viewport:
        """View of another picture laid over this one.

        `placement` is the position of this one in the other, if they are aligned; else the other
        is as large as fits this one, with the same centre.
        """
        width, height = max(1, width), max(1, height)
        rect = self.rect
        if placement is None:
            zoom = min(rect.width / width, rect.height / height)
            x = rect.x + (rect.width - width * zoom) / 2
            y = rect.y + (rect.height - height * zoom) / 2
        else:
            zoom = rect.width / placement.across / width
            x = rect.x - placement.left / placement.across * rect.width
            y = rect.y - placement.top / placement.down * rect.height
        return replace(self, width=width, height=height, zoom=zoom, x=x, y=y)

    def focus(self) -> tuple[float, float]:
        """Point in the middle of the view, as fractions of the picture's width and height."""
        x, y = self.to_picture(self.view_width / 2, self.view_height / 2)
        return x / self.width, y / self.height

    def focused(self, zoom: float, place: tuple[float, float]) -> Viewport:
        """Show this point (see `focus`) in the middle of the view, at this zoom."""
        zoom = self.limited(zoom)
        x = self.view_width / 2 - place[0] * self.width * zoom
        y = self.view_height / 2 - place[1] * self.height * zoom
        return _settled(self, zoom, x, y, fitted=False)

    def step(self, direction: int) -> float:
        """Next zoom step up (1) or down (-1)."""
        stops = sorted({*STEPS, self.fit_zoom, self.lowest})
        if direction > 0:
            return next((stop for stop in stops if stop > self.zoom * 1.001), HIGHEST)
        return next((stop for stop in reversed(stops) if stop < self.zoom * 0.999), self.lowest)

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """Point of the picture under a point of the view."""
        return (x - self.x) / self.zoom, (y - self.y) / self.zoom


def _settled(view: Viewport, zoom: float, x: float, y: float, *, fitted: bool) -> Viewport:
    """The view with another zoom and position, moved to within the limits."""
    frame, width, height = view.frame, view.width * zoom, view.height * zoom
    left, top, right, bottom = view.extent
    across, down = width * (right - left), height * (bottom - top)
    left, top = left * width, top * height
    x = _settle(x + left, across, view.view_width, frame.x, frame.width) - left
    y = _settle(y + top, down, view.view_height, frame.y, frame.height) - top
    # `replace` takes twice as long, and each step of a pan needs one for each canvas.
    return Viewport(
        width=view.width,
        height=view.height,
        view_width=view.view_width,
        view_height=view.view_height,
        frame=frame,
        zoom=zoom,
        x=x,
        y=y,
        fitted=fitted,
        extent=view.extent,
    )


def _settle(at: float, length: float, view: float, start: float, room: float) -> float:
    """Position along an axis: centred if it fits the frame, else in the view or without a gap."""
    if length <= room + 0.01:
        return start + (room - length) / 2
    low, high = sorted((0.0, view - length))
    return min(max(at, low), high)
