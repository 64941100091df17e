"""Row above the prompt: source, references, the button to add more, and suggestions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Reference, Role
from studio.ui.panels.composer.slot import HEIGHT, SMALL, Slot, SlotNote
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.role_names import role_name
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import PaintedButton
from studio.ui.widgets.menu import Menu, set_reason
from studio.ui.widgets.plain_text import set_tip


class DashedButton(PaintedButton):
    """Empty slot for a picture: dashed outline, label, dimmer second label."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, radius=7)
        self._icon = icon
        self._words = ""
        self._beside = ""
        self._small = False
        self._with_beside = True

    def show_words(self, words: str, beside: str) -> None:
        """Set the labels; `beside` is the first to be hidden."""
        self._words, self._beside = words, beside = one_line(words), one_line(beside)
        self.setAccessibleName(words)
        self.setAccessibleDescription(beside)
        set_tip(self, f"{words} {beside}" if self._small else "")
        self.update()

    def set_small(self, small: bool) -> None:  # noqa: FBT001
        """Show only the icon, at the height of a thumbnail."""
        self._small = small
        set_tip(self, f"{self._words} {self._beside}" if small else "")

    def set_with_beside(self, on: bool) -> None:  # noqa: FBT001
        """Set whether the dimmer label fits."""
        self._with_beside = on
        self.update()

    @needs("_with_beside")
    def sizeHint(self) -> QSize:
        if self._small:
            return QSize(SMALL, SMALL)
        metrics = QFontMetrics(theme().font("small"))
        width = 24 + metrics.horizontalAdvance(self._words)
        width += 14 + 8 if self._icon else 0
        if self._beside and self._with_beside:
            width += 8 + metrics.horizontalAdvance(self._beside)
        return QSize(width, theme().height(HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(look.color("edge"), 1)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        hover = self.underMouse()
        painter.setBrush(look.color("raise") if hover else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        dpr, middle = self.devicePixelRatioF(), (self.height() - 14) // 2
        if self._small:
            painter.drawPixmap(
                (self.width() - 14) // 2, middle, look.pixmap("plus", "text2", 14, dpr)
            )
            painter.end()
            return
        left = 12
        if self._icon:
            at = placed(self, QRect(left, middle, 14, 14))
            painter.drawPixmap(at.topLeft(), look.pixmap(self._icon, "text2", 14, dpr))
            left += 14 + 8
        painter.setFont(look.font("small"))
        metrics = QFontMetrics(painter.font())
        beside = self._beside if self._with_beside else ""
        taken = metrics.horizontalAdvance(beside) + 8 if beside else 0
        room = self.width() - left - 12 - taken
        words = elided(metrics, self._words, Qt.TextElideMode.ElideMiddle, room + 1)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(look.color("text" if hover else "text2"))
        painter.drawText(placed(self, QRectF(left, 0, room + 4, self.height())), flags, words)
        painter.setPen(look.color("text3"))
        left += metrics.horizontalAdvance(words) + 8
        painter.drawText(placed(self, QRectF(left, 0, taken + 4, self.height())), flags, beside)
        painter.end()


GAP = 8
MOST_SLOTS = 32
"""Maximum number of slots: each is a widget, and no window fits more."""
_MOST_ROWS = 64
"""Maximum number of rows in the menu of references that do not fit."""


class SlotsRow(QWidget):
    """The list "References"; those that do not fit are behind "+ 3".

    Attributes:
        insert_at: index at which the dragged slot would be inserted; None while no slot is dragged.

    Signals:
        remove_wanted(int), show_wanted(int): index of a reference.
        role_chosen(int, object): index and role.
        sentence_chosen(int, object): index and sentence; None for that of the role.
        talk_chosen(object): whether to continue the conversation about the source.
        move_wanted(object, object): from index, to index.
        replaced(int, object): index and DropContents.
        pick_wanted: choose files.
        suggestion_taken, also_taken: the suggestion, or its alternative, was pressed.
    """

    remove_wanted = Signal(int)
    show_wanted = Signal(int)
    role_chosen = Signal(int, object)
    sentence_chosen = Signal(int, object)
    talk_chosen = Signal(object)
    move_wanted = Signal(object, object)
    replaced = Signal(int, object)
    pick_wanted = Signal()
    suggestion_taken = Signal()
    also_taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("References"))
        set_role(self, QAccessible.Role.List)
        self._references: tuple[Reference, ...] = ()
        self._notes: tuple[SlotNote, ...] = ()
        self._thumbnails: dict[str, QPixmap] = {}
        self._slots: list[Slot] = []
        self._small = False
        self._extra: QWidget | None = None
        self.insert_at: int | None = None
        self._suggested = ("", "", "")
        self._edits: frozenset[str] = frozenset()
        self._shown = 0
        self.add = DashedButton("plus", self)
        self.add.show_words(_("Reference"), _("drop, paste or choose"))
        self.add.clicked.connect(self.pick_wanted)
        self.overflow = DashedButton("", self)
        self.overflow.clicked.connect(self.on_overflow)
        self.suggestion = DashedButton("edit", self)
        self.suggestion.clicked.connect(self.suggestion_taken)
        self.also = DashedButton("reference", self)
        self.also.clicked.connect(self.also_taken)
        self.overflow.hide()
        self.suggestion.hide()
        self.also.hide()

    # --- content --------------------------------------------------------------------------

    def show_references(self, references: Sequence[Reference], notes: Sequence[SlotNote]) -> None:
        """Show these references, each with its note."""
        focused = next((i for i, slot in enumerate(self._slots) if slot.hasFocus()), None)
        self._references, self._notes = tuple(references), tuple(notes)
        shown = min(len(references), MOST_SLOTS)
        while len(self._slots) > shown:
            slot = self._slots.pop()
            slot.hide()
            slot.deleteLater()
        while len(self._slots) < shown:
            self._slots.append(self._new_slot())
        # The slot being dragged may have another index now.
        self.insert_at = None
        for slot, reference, note in zip(self._slots, references, notes, strict=False):
            slot.show_reference(reference, note, small=self._small)
            slot.show_thumbnail(self._thumbnails.get(reference.sha256))
        if focused is not None and self._slots and focused >= len(self._slots):
            self._slots[-1].setFocus()
        elif focused is not None and not self._slots:
            self.add.setFocus()
        self._offer()

    def show_thumbnail(self, sha256: str, pixmap: QPixmap) -> None:
        self._thumbnails[sha256] = pixmap
        for slot in self._slots:
            if slot.reference.sha256 == sha256:
                slot.show_thumbnail(pixmap)

    def thumbnail(self, sha256: str) -> QPixmap | None:
        """Thumbnail of a reference; None until it has loaded."""
        return self._thumbnails.get(sha256)

    def suggest(self, words: str, key: str, *, edits: Collection[str] = (), also: str = "") -> None:
        """Offer an action for the gallery's selection; empty words withdraw the offer.

        `edits` are the ids that would become sources; the offer is hidden while they are. `also`
        is an alternative action for the same pictures.
        """
        self._suggested = (words, key, also)
        self._edits = frozenset(edits)
        self._offer()

    def _offer(self) -> None:
        words, key, also = self._suggested
        edited = {one.picture for one in self._references if one.role is Role.EDIT}
        if self._edits and self._edits <= edited:
            words = also = ""
        self.suggestion.show_words(words, key)
        self.also.show_words(also, "")
        for button in (self.suggestion, self.also):
            button.setVisible(bool(button.accessibleName()) and not self._small)
        self.fit()

    def set_small(self, small: bool, extra: QWidget | None) -> None:  # noqa: FBT001
        """Show thumbnails only, for narrow windows; otherwise `extra` is at the right."""
        self._small = small
        self._extra = extra
        if extra is not None:
            extra.setParent(self)
            extra.show()
        self.add.set_small(small)
        self.overflow.set_small(False)
        for button in (self.suggestion, self.also):
            button.setVisible(bool(button.accessibleName()) and not small)
        self.show_references(self._references, self._notes)

    def slots(self) -> tuple[Slot, ...]:
        """Slots of the first references, in order."""
        return tuple(self._slots)

    def _new_slot(self) -> Slot:
        slot = Slot(len(self._slots), self)
        slot.remove_wanted.connect(self.remove_wanted)
        slot.show_wanted.connect(self.show_wanted)
        slot.role_chosen.connect(self.role_chosen)
        slot.sentence_chosen.connect(self.sentence_chosen)
        slot.talk_chosen.connect(self.talk_chosen)
        slot.dragged.connect(self.on_dragged)
        slot.dropped_at.connect(self.on_dropped)
        slot.given_up.connect(self.on_given_up)
        slot.step_wanted.connect(self.on_step)
        slot.replaced.connect(self.replaced)
        return slot

    # --- slots ----------------------------------------------------------------------------

    def on_step(self, slot: Slot, step: int) -> None:
        """Move a slot by keyboard (Alt+arrow)."""
        at = slot.place
        to = at + step
        if self._first() <= at < len(self._slots) and self._first() <= to < len(self._slots):
            self.move_wanted.emit(at, to)
            self._slots[to].setFocus()

    def on_dragged(self, _slot: Slot, place: QPoint) -> None:
        """Show the insertion point of a dragged slot."""
        self.insert_at = self._place_at(place.x())
        self.update()

    def on_dropped(self, slot: Slot, place: QPoint) -> None:
        at, to = slot.place, self._place_at(place.x())
        self.insert_at = None
        self.update()
        to -= to > at
        if slot.reference.role is not Role.EDIT and to != at:
            self.move_wanted.emit(at, to)

    def on_given_up(self) -> None:
        self.insert_at = None
        self.update()

    def on_overflow(self) -> None:
        """Open the menu of references that do not fit."""
        self.overflow_menu().open_above(self.overflow)

    def overflow_menu(self) -> Menu:
        """Menu of references that do not fit."""
        menu = Menu("", self)
        first, all_of_them = self._shown, len(self._references)
        for at in range(first, min(all_of_them, first + _MOST_ROWS)):
            reference = self._references[at]
            entry = menu.submenu(f"{role_name(reference.role)} {reference.name}".strip())
            outside = "" if reference.picture else _("Not a picture in the library")
            set_reason(entry.entry(_("Reveal in gallery"), data=("show", at)), outside)
            entry.entry(_("Remove"), data=("remove", at))
        if (more := all_of_them - first - _MOST_ROWS) > 0:
            menu.entry(_("and {n} more").format(n=number(more))).setEnabled(False)
        menu.triggered.connect(self.on_triggered)
        return menu

    def on_triggered(self, action: QAction) -> None:
        what, at = action.data()
        (self.show_wanted if what == "show" else self.remove_wanted).emit(at)

    # --- layout ---------------------------------------------------------------------------

    def _first(self) -> int:
        """First index a reference may have: after the sources."""
        return sum(one.role is Role.EDIT for one in self._references)

    def _place_at(self, x: int) -> int:
        """Insertion index for something dropped at `x`."""
        for at, slot in enumerate(self._slots[: self._shown]):
            if x < slot.geometry().center().x():
                return max(at, self._first())
        return self._shown

    def fit(self) -> None:
        """Hide parts until the rest fits, then lay out the row."""
        room = self.width()
        if self._small:
            self._shown = min(len(self._slots), 3)
        else:
            extra = self._extra.width() + GAP if self._extra is not None else 0
            room -= extra
            self._shown = len(self._slots)
            widths = self._slot_widths(with_sentence=True)
            self.add.set_with_beside(False)
            if sum(widths) + self._needs(self._shown, suggestion=True) > room:
                widths = self._slot_widths(with_sentence=False)
            self.add.set_with_beside(True)
            taken = sum(widths)
            if taken + self._needs(self._shown, suggestion=True) > room:
                self.add.set_with_beside(False)
            while self._shown > 1 and taken + self._needs(self._shown, suggestion=False) > room:
                self._shown -= 1
                taken -= widths[self._shown]
        gap = 6 if self._small else GAP
        at = 0
        for place, slot in enumerate(self._slots):
            slot.setVisible(place < self._shown)
            if place < self._shown:
                size = slot.sizeHint()
                slot.setGeometry(placed(self, QRect(at, 0, size.width(), size.height())))
                at += size.width() + gap
        hidden = len(self._references) - self._shown
        self.overflow.setVisible(hidden > 0)
        if hidden:
            words = ngettext("{n} more reference", "{n} more references", hidden)
            name = words.format(n=number(hidden))
            self.overflow.show_words(f"+ {number(hidden)}", "")
            self.overflow.setAccessibleName(name)
            size = self.overflow.sizeHint()
            height = SMALL if self._small else size.height()
            self.overflow.setGeometry(placed(self, QRect(at, 0, size.width(), height)))
            at += size.width() + gap
        size = self.add.sizeHint()
        self.add.setGeometry(placed(self, QRect(at, 0, size.width(), size.height())))
        at += size.width() + gap
        self._place_right(at)
        if self._small:
            self.updateGeometry()

    def _slot_widths(self, *, with_sentence: bool) -> list[int]:
        """Widths of all slots with their gaps, with or without the words of their sentences."""
        for slot in self._slots:
            slot.set_with_sentence(with_sentence)
        return [slot.sizeHint().width() + GAP for slot in self._slots]

    def _place_right(self, left: int) -> None:
        right = self.width()
        if self._extra is not None and not self._small:
            right -= self._extra.width()
            extra = QRect(QPoint(right, 0), self._extra.size())
            extra.moveTop((self.height() - extra.height()) // 2)
            self._extra.setGeometry(placed(self, extra))
            right -= GAP
        for button in (self.suggestion, self.also):
            if button.accessibleName() and not self._small:
                size = button.sizeHint()
                width = min(size.width(), right - left)
                button.setVisible(width >= 120)
                button.setGeometry(placed(self, QRect(right - width, 0, width, size.height())))
                right -= width + GAP

    def _needs(self, shown: int, *, suggestion: bool) -> int:
        """Width needed beside `shown` slots."""
        width = 56 if shown < len(self._references) else 0
        width += self.add.sizeHint().width()
        for button in (self.suggestion, self.also):
            if suggestion and button.accessibleName():
                width += GAP + button.sizeHint().width()
        return width

    # --- Qt -------------------------------------------------------------------------------

    @needs("overflow")
    def sizeHint(self) -> QSize:
        if not self._small:
            return QSize(320, theme().height(HEIGHT))
        shown = min(len(self._slots), 3)
        width = (shown + 1) * SMALL + shown * 6
        if len(self._references) > shown:
            width += self.overflow.sizeHint().width() + 6
        return QSize(width, SMALL)

    @needs("overflow")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._small else QSize(200, theme().height(HEIGHT))

    @needs("also")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.insert_at is None or not self._slots:
            return
        slots = self._slots[: self._shown]
        if self.insert_at < len(slots):
            x = slots[self.insert_at].x() - GAP / 2
        else:
            x = slots[-1].geometry().right() + GAP / 2
        painter = QPainter(self)
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawLine(QRectF(x, 2, 0, self.height() - 4).topLeft(), QPoint(round(x), 38))
        painter.end()
