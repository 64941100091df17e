"""Colours of the monitor: the one place that converts a picture for the screen.

Pictures are sRGB everywhere in the program. `to_screen` converts a copy for painting, and its
result goes into a pixmap or a raster and nowhere else: what is saved, copied, dragged, compared or
measured never comes from here (`tests/test_screen_colours.py`).
"""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QColor, QColorSpace, QColorTransform, QImage, QPainter

BAND = 1 << 17
"""Pixels converted at once: Qt holds the interpreter for one to three milliseconds meanwhile."""

LARGEST = 8 << 20
"""Size limit of a profile in bytes; profiles of monitors have a few thousand, rarely a million."""

_HEADER = 128


class MonitorState(Enum):
    """Whether pictures are converted for the monitor, or the reason why not."""

    UNKNOWN = auto()
    """Not determined yet."""
    OFF = auto()
    SHOWN = auto()
    NO_PROFILE = auto()
    COMPOSITOR = auto()
    """The compositor converts from sRGB itself."""
    DAMAGED = auto()
    TOO_LARGE = auto()
    NOT_RGB = auto()
    UNREADABLE = auto()
    """The system has a profile, but it cannot be read."""


class ProfileUnusable(Exception):
    """A profile that cannot be used to convert pictures."""

    def __init__(self, state: MonitorState) -> None:
        super().__init__(state.name)
        self.state = state


class ScreenTransform(Struct, frozen=True, eq=False):
    """Conversion from sRGB to the colours of one monitor; may be used in any thread.

    Attributes:
        name: name in the profile; may be empty.
        profile: ICC data.
    """

    name: str
    profile: bytes
    colours: QColorTransform


def transform_for(profile: bytes) -> ScreenTransform:
    """Conversion for a monitor with this ICC profile; call it in a thread.

    Raises ProfileUnusable for a profile that is damaged, too large, or not for an RGB monitor.
    """
    if len(profile) > LARGEST:
        raise ProfileUnusable(MonitorState.TOO_LARGE)
    size = int.from_bytes(profile[:4], "big")
    if len(profile) <= _HEADER or profile[36:40] != b"acsp" or not _HEADER < size <= len(profile):
        raise ProfileUnusable(MonitorState.DAMAGED)
    if profile[16:20] != b"RGB ":
        raise ProfileUnusable(MonitorState.NOT_RGB)
    target = QColorSpace.fromIccProfile(profile)
    # Some profiles have tables for reading colours only, none for showing them.
    if not target.isValid() or not target.isValidTarget():
        raise ProfileUnusable(MonitorState.DAMAGED)
    source = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    return ScreenTransform(target.description(), profile, source.transformationToColorSpace(target))


def to_screen(image: QImage, transform: ScreenTransform | None) -> QImage:
    """A copy of an sRGB image in the colours of a monitor; the image itself without a transform.

    May be called in any thread.
    """
    if transform is None or image.isNull():
        return image
    rows = max(1, BAND // image.width())
    if rows >= image.height():
        return image.colorTransformed(transform.colours)
    made = QImage(image.size(), image.format())
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    for top in range(0, image.height(), rows):
        band = image.copy(0, top, image.width(), min(rows, image.height() - top))
        painter.drawImage(0, top, band.colorTransformed(transform.colours))
    painter.end()
    return made


class ScreenColours(QObject):
    """The conversion for the monitor the window is on.

    Attributes:
        transform: conversion for painting pictures; None if they are shown as sRGB.
        state: whether they are converted, or why not.

    Signals:
        changed: pictures rendered with another transform must be rendered again.
        state_changed: the state or the name of the profile changed.
    """

    changed = Signal()
    state_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.transform: ScreenTransform | None = None
        self.state = MonitorState.UNKNOWN

    def show_through(self, transform: ScreenTransform) -> None:
        """Convert pictures with this transform from now on."""
        self._set(transform, MonitorState.SHOWN)

    def show_as_srgb(self, state: MonitorState) -> None:
        """Show pictures without a conversion, for this reason."""
        self._set(None, state)

    def colour(self, packed: int) -> QColor:
        """Colour of a picture, 0xRRGGBB, for painting."""
        colour = QColor.fromRgb(packed)
        return colour if self.transform is None else self.transform.colours.map(colour)

    def _set(self, transform: ScreenTransform | None, state: MonitorState) -> None:
        former = self.transform
        if transform is not None and former is not None and transform.profile == former.profile:
            transform = former
        another = transform is not former or state is not self.state
        self.transform, self.state = transform, state
        if transform is not former:
            self.changed.emit()
        if another:
            self.state_changed.emit()


_colours: ScreenColours | None = None


def screen_colours() -> ScreenColours:
    """The conversion for the monitor; lives as long as the application."""
    global _colours
    if _colours is None:
        application = QCoreApplication.instance()
        _colours = ScreenColours(application)
        if application is not None:
            application.destroyed.connect(_forget)
    return _colours


def _forget() -> None:
    global _colours
    _colours = None
