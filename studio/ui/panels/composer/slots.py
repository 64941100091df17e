"""The row above the prompt: source, references, where more are added, and what is suggested."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Reference, Role
from studio.ui.panels.composer.dashed_button import DashedButton
from studio.ui.panels.composer.slot import HEIGHT, SMALL, Slot, SlotNote, role_name
from studio.ui.style.theme import theme
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets import Menu, set_role

GAP = 8
MOST_SLOTS = 32
"""Slots there are at most: no window has room for more, and each is a widget."""
_MOST_ROWS = 64
"""Rows of the menu of those that have no room."""


class SlotsRow(QWidget):
    """The list "References"; more than fit are behind "+ 3".

    Signals:
        remove_wanted(object), show_wanted(object): place of a reference.
        role_chosen(object, object): place and role.
        talk_chosen(object): whether the conversation about the source goes on.
        move_wanted(object, object): from place, to place.
        replaced(object, object): place and QMimeData.
        pick_wanted: choose files.
        suggestion_taken, also_taken: what is suggested was pressed, or the other thing.
    """

    remove_wanted = Signal(object)
    show_wanted = Signal(object)
    role_chosen = Signal(object, object)
    talk_chosen = Signal(object)
    move_wanted = Signal(object, object)
    replaced = Signal(object, object)
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
        self._insert_at: int | None = None
        self._suggested = ("", "", "")
        self._edits: frozenset[str] = frozenset()
        self._shown = 0
        self.add = DashedButton("plus", self)
        self.add.show_words(_("Reference"), _("drop, paste or pick"))
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
        """Show these, each with what is to be said of it."""
        focused = next((i for i, slot in enumerate(self._slots) if slot.hasFocus()), None)
        self._references, self._notes = tuple(references), tuple(notes)
        shown = min(len(references), MOST_SLOTS)
        while len(self._slots) > shown:
            slot = self._slots.pop()
            slot.hide()
            slot.deleteLater()
        while len(self._slots) < shown:
            self._slots.append(self._new_slot())
        # One that is moved meanwhile may stand elsewhere by now.
        self._insert_at = None
        for slot, reference, note in zip(self._slots, references, notes, strict=False):
            slot.show_reference(reference, note, small=self._small)
            slot.show_thumbnail(self._thumbnails.get(reference.sha256))
        if focused is not None and self._slots and focused >= len(self._slots):
            self._slots[-1].setFocus()
        elif focused is not None and not self._slots:
            self.add.setFocus()
        self._offer()

    def show_thumbnail(self, sha256: str, pixmap: QPixmap) -> None:
        """The picture of a reference came."""
        self._thumbnails[sha256] = pixmap
        for slot in self._slots:
            if slot.reference.sha256 == sha256:
                slot.show_thumbnail(pixmap)

    def thumbnail(self, sha256: str) -> QPixmap | None:
        """The picture of a reference, None until it came."""
        return self._thumbnails.get(sha256)

    def suggest(self, words: str, key: str, *, edits: Collection[str] = (), also: str = "") -> None:
        """Offer what can be done with the gallery's selection; empty words take it back.

        `edits` are the pictures that would become the sources: not offered while they are that.
        `also` is another thing that can be done with them.
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
        """Thumbnails alone, for the narrow window; `extra` stands at the right otherwise."""
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
        """One for each of the first references, in their order."""
        return tuple(self._slots)

    def _new_slot(self) -> Slot:
        slot = Slot(self)
        slot.remove_wanted.connect(self.on_remove)
        slot.show_wanted.connect(self.on_show)
        slot.role_chosen.connect(self.on_role)
        slot.talk_chosen.connect(self.talk_chosen)
        slot.dragged.connect(self.on_dragged)
        slot.dropped_at.connect(self.on_dropped)
        slot.given_up.connect(self.on_given_up)
        slot.step_wanted.connect(self.on_step)
        slot.replaced.connect(self.on_replaced)
        return slot

    # --- slots ----------------------------------------------------------------------------

    def on_remove(self, slot: Slot) -> None:
        """× or Delete on a slot."""
        self.remove_wanted.emit(self._slots.index(slot))

    def on_show(self, slot: Slot) -> None:
        """A click on its picture."""
        self.show_wanted.emit(self._slots.index(slot))

    def on_role(self, slot: Slot, role: Role) -> None:
        """Another role."""
        self.role_chosen.emit(self._slots.index(slot), role)

    def on_step(self, slot: Slot, step: int) -> None:
        """Alt and an arrow on a slot."""
        at = self._slots.index(slot)
        to = at + step
        if self._first() <= at < len(self._slots) and self._first() <= to < len(self._slots):
            self.move_wanted.emit(at, to)
            self._slots[to].setFocus()

    def on_dragged(self, _slot: Slot, place: QPoint) -> None:
        """A slot is moved: show where it would go."""
        self._insert_at = self._place_at(place.x())
        self.update()

    def on_dropped(self, slot: Slot, place: QPoint) -> None:
        """A slot was moved."""
        at, to = self._slots.index(slot), self._place_at(place.x())
        self._insert_at = None
        self.update()
        to -= to > at
        if slot.reference.role is not Role.EDIT and to != at:
            self.move_wanted.emit(at, to)

    def on_given_up(self) -> None:
        """A slot that was moved stays where it is."""
        self._insert_at = None
        self.update()

    def on_replaced(self, slot: Slot, mime: object) -> None:
        """Something was dropped on a slot."""
        self.replaced.emit(self._slots.index(slot), mime)

    def on_overflow(self) -> None:
        """The references that have no room."""
        menu = Menu("", self)
        first, all_of_them = self._shown, len(self._references)
        for at in range(first, min(all_of_them, first + _MOST_ROWS)):
            reference = self._references[at]
            entry = menu.submenu(f"{role_name(reference.role)} {reference.name}".strip())
            for words, what in ((_("Show"), "show"), (_("Remove"), "remove")):
                entry.entry(words).setData((what, at))
        if (more := all_of_them - first - _MOST_ROWS) > 0:
            menu.entry(_("and {n} more").format(n=number(more))).setEnabled(False)
        menu.triggered.connect(self.on_triggered)
        menu.aboutToHide.connect(menu.deleteLater)
        height = menu.sizeHint().height()
        menu.popup(self.overflow.mapToGlobal(QPoint(0, -height - 4)))

    def on_triggered(self, action: QAction) -> None:
        """Something was chosen for a reference that has no room."""
        what, at = action.data()
        (self.show_wanted if what == "show" else self.remove_wanted).emit(at)

    # --- placing --------------------------------------------------------------------------

    def _first(self) -> int:
        """The first place a reference may have: behind the sources."""
        return sum(one.role is Role.EDIT for one in self._references)

    def _place_at(self, x: int) -> int:
        """The place before which something at `x` would be put."""
        for at, slot in enumerate(self._slots[: self._shown]):
            if x < slot.geometry().center().x():
                return max(at, self._first())
        return self._shown

    def fit(self) -> None:
        """Give way until everything has room, then put everything in its place."""
        room = self.width()
        if self._small:
            self._shown = min(len(self._slots), 3)
        else:
            extra = self._extra.width() + GAP if self._extra is not None else 0
            room -= extra
            self.add.set_with_beside(True)
            widths = [slot.sizeHint().width() + GAP for slot in self._slots]
            self._shown = len(self._slots)
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
                slot.setGeometry(at, 0, size.width(), size.height())
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
            self.overflow.setGeometry(at, 0, size.width(), height)
            at += size.width() + gap
        size = self.add.sizeHint()
        self.add.setGeometry(at, 0, size.width(), size.height())
        at += size.width() + gap
        self._place_right(at)
        if self._small:
            self.updateGeometry()

    def _place_right(self, left: int) -> None:
        right = self.width()
        if self._extra is not None and not self._small:
            right -= self._extra.width()
            self._extra.move(right, (self.height() - self._extra.height()) // 2)
            right -= GAP
        for button in (self.suggestion, self.also):
            if button.accessibleName() and not self._small:
                size = button.sizeHint()
                width = min(size.width(), right - left)
                button.setVisible(width >= 120)
                button.setGeometry(right - width, 0, width, size.height())
                right -= width + GAP

    def _needs(self, shown: int, *, suggestion: bool) -> int:
        """What stands beside so many slots."""
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
        if self._insert_at is None or not self._slots:
            return
        slots = self._slots[: self._shown]
        if self._insert_at < len(slots):
            x = slots[self._insert_at].x() - GAP / 2
        else:
            x = slots[-1].geometry().right() + GAP / 2
        painter = QPainter(self)
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawLine(QRectF(x, 2, 0, self.height() - 4).topLeft(), QPoint(round(x), 38))
        painter.end()
