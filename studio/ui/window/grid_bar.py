"""Bar over the grid: content, sort order and tile size."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from studio.common.i18n import _, number
from studio.library.query import Sort
from studio.ui.style.theme import HEIGHTS, theme
from studio.ui.widgets import (
    Button,
    ChipChoice,
    ElidedLabel,
    IconButton,
    MenuChip,
    SmallSlider,
    Text,
)

HEIGHT = HEIGHTS["view"]
SMALLEST, LARGEST = 96, 512


class GridBar(QFrame):
    """Name and count at the left, view options at the right.

    Attributes:
        captions: button of the action of this name.

    Signals:
        sort_chosen: new sort order (Sort).
        hide_rejected_toggled: whether to hide rejected pictures (bool).
        tile_size_chosen: edge of the picture in a tile (int, logical pixels).
        emptying_wanted: emptying of the trash requested.
    """

    sort_chosen = Signal(object)
    hide_rejected_toggled = Signal(bool)
    tile_size_chosen = Signal(int)
    emptying_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        self.setAccessibleName(_("Grid"))
        self.setFixedHeight(theme().height(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 12, 0)
        row.setSpacing(6)
        self._name = ElidedLabel("", "title", "text", self, prose=True)
        self._count = Text("", "small", "text3", self)
        row.addWidget(self._name)
        row.addWidget(self._count)
        self._empty: Button | None = None
        row.addStretch(1)
        self.sort = MenuChip(_("Sort"), self, size=26, quiet=True)
        self.sort.set_icon("sort")
        self.sort.set_choices(
            [
                ChipChoice(value=Sort.NEWEST, text=_("Newest first")),
                ChipChoice(value=Sort.OLDEST, text=_("Oldest first")),
                ChipChoice(value=Sort.RATING, text=_("Best rated")),
                ChipChoice(value=Sort.NAME, text=_("By name")),
                ChipChoice(value=Sort.COST, text=_("Most expensive")),
            ]
        )
        self.sort.changed.connect(self.sort_chosen)
        row.addWidget(self.sort)
        self._hide = Button(_("Hide rejected"), "quiet", self, size=26)
        self._hide.setCheckable(True)
        self._hide.clicked.connect(self.hide_rejected_toggled)
        row.addWidget(self._hide)
        self.captions = IconButton("", "", parent=self, size=26)
        row.addWidget(self.captions)
        rule = QFrame(self)
        rule.setProperty("zone", "rule")
        rule.setFixedSize(1, 16)
        row.addSpacing(4)
        row.addWidget(rule)
        row.addSpacing(4)
        self._small, self._big = QLabel(self), QLabel(self)
        self.slider = SmallSlider(_("Tile size"), SMALLEST, LARGEST, 158, self)
        self.slider.valueChanged.connect(self.tile_size_chosen)
        row.addWidget(self._small)
        row.addWidget(self.slider)
        row.addWidget(self._big)
        self._draw_icons()
        theme().changed.connect(self._draw_icons)

    def show_counts(self, name: str, shown: int | None, total: int) -> None:
        """Show the name of the shelf and the number of pictures shown, out of all.

        `shown` is None while they are still being counted.
        """
        self._name.setText(name)
        count = "…" if shown is None else number(shown)
        words = _("{shown} of {total}").format(shown=count, total=number(total))
        self._count.setText(words)
        self.setAccessibleDescription(f"{name}, {words}")

    def offer_emptying(self, *, wanted: bool) -> None:
        """Show or hide the button for emptying the trash."""
        if self._empty is None and wanted:
            self._empty = Button(_("Empty trash…"), "quiet", self, size=26, icon="trash")
            self._empty.clicked.connect(self.emptying_wanted)
            row = self.layout()
            assert isinstance(row, QHBoxLayout)
            row.insertSpacing(2, 8)
            row.insertWidget(3, self._empty)
        if self._empty is not None:
            self._empty.setVisible(wanted)

    def set_sort(self, sort: Sort) -> None:
        self.sort.set_value(sort)

    def set_hide_rejected(self, hidden: bool) -> None:  # noqa: FBT001 as agreed
        """Show whether rejected pictures are hidden."""
        self._hide.setChecked(hidden)

    def set_tile_size(self, size: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(size)

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 as agreed
        """Hide options that are also in the View menu."""
        self.captions.setVisible(not narrow)
        self._hide.setVisible(not narrow)

    def _draw_icons(self) -> None:
        dpr = self.devicePixelRatioF()
        self._small.setPixmap(theme().pixmap("tile-small", "text3", 16, dpr))
        self._big.setPixmap(theme().pixmap("tile-big", "text3", 16, dpr))
