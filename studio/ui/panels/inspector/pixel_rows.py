"""Rows of the inspector about pixels: how much each compared picture differs from A."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _, listed, number
from studio.domain.comparison import LETTERS, MOST
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.pixel_comparison import PixelComparison
from studio.ui.support.raster import Raster
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import Text

MAP = 52  # side of the small map
LARGE_MAP = 112  # side of the map if it is the only one


class PixelRows(QWidget):
    """The section "Pixels compared with A".

    Signals:
        full_wanted: show the map large.
    """

    full_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        part = InspectorSection("", self)
        part.setAccessibleName(_("Pixels compared with A"))
        head = QHBoxLayout()
        head.addWidget(Text(_("Pixels compared with A"), "micro", "text3", part, weight=600))
        head.addStretch(1)
        self._full = Button(_("Show large"), "link", part, size=24)
        self._full.clicked.connect(self.full_wanted)
        head.addWidget(self._full)
        part.body.addLayout(head)
        self._rows = [_PixelRow(side, part) for side in range(1, MOST)]
        rows = QVBoxLayout()
        rows.setSpacing(8)
        for row in self._rows:
            rows.addWidget(row)
        part.body.addLayout(rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(part)

    def show_comparisons(self, found: Sequence[PixelComparison | None]) -> None:
        """Show these comparisons, A first; None for one that is not known yet."""
        count = len(found) - 1
        for row in self._rows:
            row.setVisible(row.side <= count)
            if row.side <= count:
                row.show_comparison(found[row.side], large=count == 1)
        self._full.setEnabled(any(one is not None and one.map is not None for one in found[1:]))


class _PixelRow(QWidget):
    """Letter, map and words about one side."""

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.side = side
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        letter = Text(LETTERS[side], "small", "ink", self, weight=600)
        row.addWidget(letter, 0, Qt.AlignmentFlag.AlignVCenter)
        self._map = _SmallMap(self)
        row.addWidget(self._map)
        self._words = Text("", "small", "text2", self, wrap=True)
        row.addWidget(self._words, 1)

    def show_comparison(self, found: PixelComparison | None, *, large: bool) -> None:
        texts = words(found)
        if large and found is not None and found.map is not None:
            texts.append(_("Brighter pixels differ more."))
        self._words.setText("\n".join(texts))
        self.setAccessibleName(f"{LETTERS[self.side]}, {listed(texts)}")
        self._map.set_map(None if found is None else found.map, LARGE_MAP if large else MAP)


class _SmallMap(QWidget):
    """The map in a square."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._raster: Raster | None = None
        self.setAccessibleName(_("Difference map; brighter pixels differ more"))
        set_role(self, QAccessible.Role.Graphic)

    def set_map(self, raster: Raster | None, side: int) -> None:
        self._raster = raster
        self.setFixedSize(theme().px(side), theme().px(side))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme().color("mat"))
        if self._raster is not None:
            wide, high = self._raster.width, self._raster.height
            scale = min(self.width() / wide, self.height() / high)
            box = QRectF(0, 0, wide * scale, high * scale)
            box.moveCenter(QRectF(self.rect()).center())
            image = self._raster.level(box.width() * self.devicePixelRatioF())
            painter.drawImage(box, image, QRectF(image.rect()))
        painter.end()


def words(found: PixelComparison | None) -> list[str]:
    """Extent of changes and shift in words, or why it is unknown."""
    if found is None:
        return [_("comparing…")]
    if found.changed is None:
        return [found.standing or _("cannot be compared")]
    texts = [
        # Translators: {share} is a percentage of the pixels.
        _("changed {share}").format(share=formatting.percent(found.changed)),
        # Translators: how far the content of a picture moved against the original.
        _("shifted {n} px").format(n=number(found.shift, 1)),
    ]
    return [*texts, _("preview")] if found.preview else texts
