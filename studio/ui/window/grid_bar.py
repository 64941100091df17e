"""Bar over the grid: content, sort order and tile size."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from studio.common.i18n import _, listed, ngettext, number
from studio.domain.stacks import StackBy
from studio.library.query import Sort
from studio.ui.style.theme import HEIGHTS, theme
from studio.ui.support import stack_content
from studio.ui.support.layout_direction import margins
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_width import RowWidth
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.number_controls import SmallSlider
from studio.ui.widgets.star_filter import StarFilter
from studio.ui.widgets.text import ElidedLabel, Text

HEIGHT = HEIGHTS["view"]
SMALLEST, LARGEST = 96, 512


class GridBar(QFrame):
    """Name and count at the left, view options at the right.

    Attributes:
        name, count: name of the place shown, and number of its pictures.
        rejected: the button that hides rejected pictures.
        emptying, dismissal: buttons that empty the trash and dismiss jobs; None until needed.
        captions: button of the action of this name.
        stars: filter by a minimum number of stars.

    Signals:
        sort_chosen: new sort order (Sort).
        hide_rejected_toggled: whether to hide rejected pictures (bool).
        tile_size_chosen: edge of the picture in a tile (int, logical pixels).
        stacks_chosen: the chosen grouping into stacks (StackBy).
        all_stacks_toggled: opening or closing of all stacks requested.
        stars_chosen: minimum number of stars to show, 0 for all (int).
        emptying_wanted: emptying of the trash requested.
        dismissal_wanted: dismissal of all failed and cancelled jobs requested.
    """

    sort_chosen = Signal(object)
    hide_rejected_toggled = Signal(bool)
    tile_size_chosen = Signal(int)
    stacks_chosen = Signal(object)
    all_stacks_toggled = Signal()
    stars_chosen = Signal(int)
    emptying_wanted = Signal()
    dismissal_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        self.setAccessibleName(_("Grid"))
        self.setFixedHeight(theme().height(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 20, 0, 12, 0))
        row.setSpacing(6)
        self.name = ElidedLabel("", "title", "text", self, prose=True)
        self.count = Text("", "small", "text3", self)
        row.addWidget(self.name)
        row.addWidget(self.count)
        self._stack_words = Text("", "small", "text3", self)
        row.addWidget(self._stack_words)
        row.addSpacing(-3)
        self._hidden = Text("", "small", "text3", self)
        row.addWidget(self._hidden)
        self._spend = Text("", "small", "text3", self)
        row.addWidget(self._spend)
        self.emptying: Button | None = None
        self.dismissal: Button | None = None
        row.addStretch(1)
        # Translators: at least, before the stars of a filter.
        self._least = Text(_("≥"), "small", "text3", self)
        row.addWidget(self._least)
        row.addSpacing(-4)
        self.stars = StarFilter(self)
        self.stars.changed.connect(self.stars_chosen)
        row.addWidget(self.stars)
        self.stacks = MenuChip(_("Stacks"), self, size=26, quiet=True)
        self.stacks.set_icon("images")
        self.stacks.set_choices(
            [ChipChoice(value=by, text=stack_content.by_words(by)) for by in StackBy]
        )
        self.stacks.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.stacks.changed.connect(self.stacks_chosen)
        row.addWidget(self.stacks)
        self._every_stack = Button(_("Open all"), "quiet", self, size=26)
        self._every_stack.clicked.connect(self.all_stacks_toggled)
        row.addWidget(self._every_stack)
        self.sort = MenuChip(_("Sort"), self, size=26, quiet=True)
        self.sort.set_icon("sort")
        self.sort.set_choices(
            [
                ChipChoice(value=Sort.NEWEST, text=_("Newest first")),
                ChipChoice(value=Sort.OLDEST, text=_("Oldest first")),
                ChipChoice(value=Sort.RATING, text=_("Best rated")),
                ChipChoice(value=Sort.NAME, text=_("By name")),
                ChipChoice(value=Sort.COST, text=_("Most expensive")),
                ChipChoice(value=Sort.DRIFT, text=_("Most changed")),
            ]
        )
        self.sort.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.sort.changed.connect(self.sort_chosen)
        row.addWidget(self.sort)
        self.rejected = Button(_("Hide rejected"), "quiet", self, size=26)
        self.rejected.setCheckable(True)
        self.rejected.clicked.connect(self.hide_rejected_toggled)
        row.addWidget(self.rejected)
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
        self._narrow = False
        self._said: tuple[str, ...] = ()
        self._stacked = False
        # Order in which parts are hidden where there is no room; all are in the View menu.
        self._giving_way: tuple[tuple[QWidget, ...], ...] = (
            (self.captions,),
            (self.rejected,),
            (rule, self._small, self.slider, self._big),
            (self._spend,),
            (self._hidden,),
            (self._least, self.stars),
            (self.stacks,),
        )
        groups = (part for group in self._giving_way for part in group)
        self._optional = (*groups, self._every_stack, self._stack_words)
        self._draw_icons()
        theme().changed.connect(self._draw_icons)

    def show_counts(
        self,
        name: str,
        shown: int | None,
        total: int,
        hidden: int = 0,
        stacks: tuple[int, int] | None = None,
        spend: str = "",
    ) -> None:
        """Show the name of the shelf and the number of pictures shown, out of all.

        `shown` is None while they are still being counted; `hidden` are those with fewer stars;
        `stacks` are the numbers of stacks and of single tiles; `spend` is the collection's cost.
        """
        count = "…" if shown is None else number(shown)
        words = _("{shown} of {total}").format(shown=count, total=number(total))
        known = stacks is not None and shown is not None
        in_stacks = stack_content.count_words(*stacks) if known and stacks else ""
        # Translators: pictures hidden by the star filter; {stars} is a digit.
        below = ngettext("{n} below ★ {stars} hidden", "{n} below ★ {stars} hidden", hidden)
        below = below.format(n=number(hidden), stars=self.stars.value) if hidden else ""
        said = (name, words, in_stacks, below, spend)
        if said == self._said:
            return
        self._said = said
        self.name.setText(name)
        self.count.setText(words)
        self._stack_words.setText(in_stacks)
        self._hidden.setText(f"· {below}" if below else "")
        self._spend.setText(f"· {spend}" if spend else "")
        self.setAccessibleDescription(listed(part for part in said if part))
        self._yield_room()

    def offer_emptying(self, *, wanted: bool) -> None:
        """Show or hide the button for emptying the trash."""
        if wanted == _is_offered(self.emptying):
            return
        if self.emptying is None:
            self.emptying = Button(_("Empty trash…"), "quiet", self, size=26, icon="trash")
            self.emptying.clicked.connect(self.emptying_wanted)
            self._row.insertSpacing(2, 8)
            self._row.insertWidget(3, self.emptying)
        self.emptying.setVisible(wanted)
        self._yield_room()

    def offer_dismissal(self, *, wanted: bool) -> None:
        """Show or hide the button for dismissing all failed and cancelled jobs."""
        if wanted == _is_offered(self.dismissal):
            return
        if self.dismissal is None:
            self.dismissal = Button(_("Dismiss all"), "quiet", self, size=26)
            self.dismissal.clicked.connect(self.dismissal_wanted)
            self._row.insertWidget(3, self.dismissal)
        self.dismissal.setVisible(wanted)
        self._yield_room()

    def set_sort(self, sort: Sort) -> None:
        self.sort.set_value(sort)
        self._yield_room()

    def set_stacks(self, by: StackBy, *, opened: bool) -> None:
        """Show the grouping into stacks, and whether any stack is open."""
        self.stacks.set_value(by)
        self._every_stack.setText(_("Close all") if opened else _("Open all"))
        self._stacked = by is not StackBy.OFF
        self._yield_room()

    def set_hide_rejected(self, hidden: bool) -> None:  # noqa: FBT001 as agreed
        """Show whether rejected pictures are hidden."""
        self.rejected.setChecked(hidden)

    def set_stars(self, least: int) -> None:
        """Show the minimum number of stars, 0 for all."""
        self.stars.set_value(least)

    def set_tile_size(self, size: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(size)

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 as agreed
        """Hide options that are also in the View menu."""
        if narrow is not self._narrow:
            self._narrow = narrow
            self._yield_room()

    def _yield_room(self) -> None:
        left_out, width = self._not_wanted(), RowWidth(self._row)
        # The name is never cut for these two parts; for the other options it may be.
        extras = ((self._every_stack,), (self._stack_words,))
        spare = self.name.sizeHint().width() - self.name.minimumSizeHint().width()
        for group in (*extras, *self._giving_way):
            cut = 0 if group in extras else spare
            if width.without(left_out) - cut <= self.width():
                if group not in extras:
                    break
                continue
            left_out.update(group)
        for part in self._optional:
            if part.isHidden() != (part in left_out):
                part.setVisible(part not in left_out)

    def _not_wanted(self) -> set[QWidget]:
        """The parts that are not shown however much room there is."""
        found: set[QWidget] = {self.captions, self.rejected} if self._narrow else set()
        found |= {one for one in (self._hidden, self._spend, self._stack_words) if not one.text()}
        if not self._stacked:
            found.add(self._every_stack)
        found |= {
            one for one in (self.emptying, self.dismissal) if one is not None and one.isHidden()
        }
        return found

    @needs("_optional")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._yield_room()

    def _draw_icons(self) -> None:
        dpr = self.devicePixelRatioF()
        self._small.setPixmap(theme().pixmap("tile-small", "text3", 16, dpr))
        self._big.setPixmap(theme().pixmap("tile-big", "text3", 16, dpr))


def _is_offered(button: QWidget | None) -> bool:
    """Whether a button that is created when needed is shown."""
    return button is not None and not button.isHidden()
