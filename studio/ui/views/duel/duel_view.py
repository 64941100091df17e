"""Duel view: the two pictures of a pair side by side, above the possible results."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCursor, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _, listed, ngettext, number
from studio.domain.choices import DuelDefinition, Verdict
from studio.domain.duel import Duel, DuelMatch
from studio.domain.entities import Picture
from studio.ui.support import view_keys
from studio.ui.support.key_repeat import is_repeat
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.duel import duel_words
from studio.ui.views.duel.foot import DuelFoot
from studio.ui.views.duel.head import DuelHead
from studio.ui.views.duel.pane import DuelPane
from studio.ui.views.duel.result_card import ResultCard
from studio.ui.views.full_screen import FullScreenView
from studio.ui.widgets.accessible import announce

BETWEEN = 16  # pixels between the pictures
NARROW = 1100  # pixels of width below which wide pictures are stacked
_VERDICTS = {
    ViewCommand.DUEL_LEFT: Verdict.FIRST,
    ViewCommand.DUEL_RIGHT: Verdict.SECOND,
    ViewCommand.DUEL_BOTH: Verdict.BOTH,
    ViewCommand.DUEL_NEITHER: Verdict.NEITHER,
}
_MIRRORED = {Verdict.FIRST: Verdict.SECOND, Verdict.SECOND: Verdict.FIRST}


class DuelView(FullScreenView):
    """Shows a `Duel`; its owner decides, and shows the duel that results.

    Signals:
        decided: the user decided on the pair shown (a Verdict; `FIRST` is the first of the pair).
        decided_again: the user decided on an earlier match (a `DuelMatch`, a Verdict).
        best_chosen: number of places to decide.
        outdated: the duel may have changed.
    """

    decided = Signal(object)
    decided_again = Signal(object, object)
    best_chosen = Signal(object)
    outdated = Signal()

    key_groups = (KeyGroup.DUEL, KeyGroup.PICTURE)
    undo_command = ViewCommand.DUEL_UNDO
    card: ResultCard

    def __init__(
        self,
        library: LibraryProtocol,
        decoder: ScreenDecoderProtocol,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Duel"), library, parent)
        self.duel = Duel(id="", definition=DuelDefinition(name="", pictures=()))
        self._past: DuelMatch | None = None
        self._swapped = False
        self._linked = True
        self._linking = False
        self._head = DuelHead(self)
        self.panes = [DuelPane(library, decoder, self) for _side in range(2)]
        self.foot = DuelFoot(self)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setContentsMargins(16, 4, 16, 4)
        self._row.setSpacing(BETWEEN)
        for pane in self.panes:
            self._row.addWidget(pane, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addLayout(self._row, 1)
        column.addWidget(self.foot)
        self._connect()
        canvases = [pane.canvas for pane in self.panes]
        card = ResultCard(library, self._known.get, self)
        self._set_up(self._head, canvases, card, [self.foot])

    def _connect(self) -> None:
        head = self._head
        head.best_chosen.connect(self.on_best_chosen)
        head.link_chosen.connect(self.on_link_chosen)
        head.undo_wanted.connect(self.taken_back)
        self.foot.decided.connect(self.on_decided)
        self.foot.bracket.match_chosen.connect(self.show_match)
        for pane in self.panes:
            pane.canvas.view_changed.connect(self.on_view_changed)

    # --- content --------------------------------------------------------------------------

    @property
    def pair(self) -> tuple[str, ...]:
        """Ids of the two pictures shown, in the order of the pair; at the end the best two."""
        if self._past is not None:
            return self._past.pair
        return self.duel.pair or tuple(self.duel.last(2))

    @property
    def sides(self) -> tuple[DuelPane, DuelPane]:
        """The left and the right pane; if stacked, the first one in reading order is on top."""
        first, second = self._in_reading
        return (second, first) if self.isRightToLeft() else (first, second)

    @property
    def _in_reading(self) -> tuple[DuelPane, DuelPane]:
        """Both panes in reading order."""
        first, second = self.panes
        return (second, first) if self._swapped else (first, second)

    @property
    def finished(self) -> bool:
        """Whether the duel has ended."""
        return self.duel.finished

    @property
    def picture(self) -> Picture | None:
        """Picture under the pointer, else the first in reading order; None until it is loaded."""
        return self._pointed.picture

    @property
    def past(self) -> DuelMatch | None:
        """The decided match that is shown again; None for the current pair."""
        return self._past

    @property
    def place(self) -> str:
        """Progress of the duel, as shown in the line at the top."""
        return self._head.place.text()

    def show_duel(self, duel: Duel) -> None:
        """Show a duel at its current pair."""
        before, self.duel = self.duel, duel
        self._past = None
        if duel.id != before.id:
            self._swapped = False
            for pane in self.panes:
                pane.canvas.fit()
        if not duel.finished:
            self.close_card()
        self._request()
        self._show()
        if duel.finished:
            self.open_card()

    def show_match(self, match: DuelMatch) -> None:
        """Show a decided pair again; another result replaces its result."""
        self._past = match
        self.card.hide()
        self._request()
        self._show()
        self.focus_view()
        self._say(_("decided earlier"))

    def show_earlier(self, way: int) -> None:
        """Show the pair decided before (-1) or after (1) this one; the current pair comes last."""
        pairs = self.duel.earlier
        shown = next((at for at, one in enumerate(pairs) if one == self._past), len(pairs))
        wanted = max(0, shown + way)
        if wanted < len(pairs):
            self.show_match(pairs[wanted])
        elif self._past is not None:
            self.show_duel(self.duel)
            self.say_place(_("current pair"))

    def refresh(self, ids: Iterable[str]) -> None:
        """Read these pictures again after a change, and the duel if it is about them."""
        changed, duel = set(ids), self.duel
        self._known.refetch(changed)
        if duel.id and (duel.id in changed or changed.intersection(duel.definition.pictures)):
            self.outdated.emit()

    def step(self, way: int) -> None:
        """Do nothing: only a decision leads to the next pair."""

    def say_result(self, verdict: Verdict) -> None:
        """Announce the result, and the number of comparisons to come."""
        said = self._mirrored(verdict)
        self._say(duel_words.said(said))

    def say_undone(self, verdict: Verdict) -> None:
        """Announce which result was undone."""
        what = duel_words.said(self._mirrored(verdict))
        # Translators: {what} is a change or decision, such as "picked".
        self._say(_("Undone: {what}").format(what=what))

    def say_place(self, what: str) -> None:
        """Announce what happened, and the progress of the duel."""
        self._say(what)

    def _say(self, what: str) -> None:
        where = duel_words.result(self.duel) if self.duel.finished else self.place
        announce(self.panes[0].canvas, f"{what}, {where}, {duel_words.to_come(self.duel)}")

    def open_card(self) -> None:
        """Show the card with the order and the next steps."""
        self._stop_holding()
        self.card.open_for(self.duel, self._name_of)

    def swap(self) -> None:
        """Exchange the sides of the two pictures."""
        self._swapped = not self._swapped
        for at, pane in enumerate(self._in_reading):
            self._row.insertWidget(at, pane, 1)
        self._show()

    # --- showing --------------------------------------------------------------------------

    @property
    def _pointed(self) -> DuelPane:
        """The pane under the pointer, else the first in reading order."""
        spot = QCursor.pos()
        for pane in self.sides:
            canvas = pane.canvas
            if canvas.isVisible() and canvas.rect().contains(canvas.mapFromGlobal(spot)):
                return pane
        return self._in_reading[0]

    def _pointed_canvas(self) -> PictureCanvas:
        return self._pointed.canvas

    def _name_of(self, id: str) -> str:
        picture = self._known.get(id)
        return "" if picture is None else picture.name

    def _request(self) -> None:
        wanted = dict.fromkeys(self.pair)
        for pair in self.duel.next_pairs():
            wanted.update(dict.fromkeys(pair))
        for id in self.pair:
            wanted.update(dict.fromkeys(self.duel.losers_to(id)))
        for place in self.duel.order:
            wanted.update(dict.fromkeys(place.pictures))
        self._known.request(wanted)

    def _show(self) -> None:
        duel, pair = self.duel, self.pair
        pictures: list[Picture | None] = [self._known.get(id) for id in pair]
        for pane, picture in zip(self.panes, [*pictures, None, None], strict=False):
            beaten = []
            if picture is not None:
                losers = [self._name_of(id) for id in duel.losers_to(picture.id)]
                beaten = [name for name in losers if name]
            pane.show_picture(picture, beaten=duel_words.beaten(beaten))
        self._arrange()
        self._link(self._in_reading[0])
        match = self._past or next(
            (one for one in duel.matches if one.pair == duel.pair and not one.decided), None
        )
        self._head.show_duel(duel, self._past)
        self.foot.bracket.show_duel(duel, match, duel_words.progress(duel), self._name_of)
        left, right = (pane.picture for pane in self.sides)
        self.foot.show_pair(
            "" if left is None else left.name,
            "" if right is None else right.name,
            one_place=duel.definition.best == 1,
            enabled=self._past is not None or not duel.finished,
        )
        before, after = (pane.picture for pane in self._in_reading)
        if before is not None and after is not None:
            self.foot.show_differences(
                duel_words.changed_words(before, after), duel_words.changed_settings(before, after)
            )
        for side, pane in enumerate(self.sides):
            pane.canvas.setAccessibleName(self._sentence(pane.picture, left=not side))
        self._prepare()
        self.shown.emit()

    def _sentence(self, picture: Picture | None, *, left: bool) -> str:
        """A picture in words: "lighthouse dusk 07, left, 4 stars"."""
        if picture is None:
            return _("Picture")
        said = [picture.name, _("left") if left else _("right")]
        if picture.rating:
            n = picture.rating
            said.append(ngettext("{n} star", "{n} stars", n).format(n=number(n)))
        if picture.missing:
            said.append(_("File missing"))
        return listed(said)

    def _prepare(self) -> None:
        """Decode the next pictures, each pane for its own side."""
        if not self.isVisible():
            return
        for side, pane in enumerate(self.panes):
            near = (self._known.get(pair[side]) for pair in self.duel.next_pairs())
            pane.prepare([one for one in near if one is not None])

    def _arrange(self) -> None:
        """Put wide pictures one above the other if the view is narrow."""
        shown = [pane.picture for pane in self.panes if pane.picture is not None]
        wide = bool(shown) and all(one.width > one.height for one in shown)
        above = self.width() < NARROW and wide
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.TopToBottom if above else direction.LeftToRight)

    def _link(self, pane: DuelPane) -> None:
        """Show the position of one picture on the other."""
        if self._linking or not self._linked:
            return
        self._linking = True
        for other in self.panes:
            if other is not pane and other.canvas.plate is not None:
                other.canvas.follow_view(pane.canvas.view)
        self._linking = False

    # --- slots ----------------------------------------------------------------------------

    def on_decided(self, side: Verdict) -> None:
        """Emit a result given by side, converted to the pair's order; nothing at the end."""
        verdict = self._mirrored(side)
        if self._past is not None:
            self.decided_again.emit(self._past, verdict)
        elif not self.duel.finished:
            self.decided.emit(verdict)

    def _mirrored(self, verdict: Verdict) -> Verdict:
        """Convert a result by side into one by the pair's order, or vice versa."""
        turned = self._swapped is not self.isRightToLeft()
        return _MIRRORED.get(verdict, verdict) if turned else verdict

    def on_best_chosen(self, best: int) -> None:
        """Ask for another number of places, and return to the pictures."""
        self.best_chosen.emit(best)
        self.focus_view()

    def on_link_chosen(self, linked: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Link or unlink zoom and position."""
        self._linked = linked
        self._link(self._in_reading[0])

    def on_view_changed(self) -> None:
        """Move the other picture with the one that was zoomed or panned."""
        for pane in self.panes:
            if pane.canvas is self.sender() and pane.isVisible():
                self._link(pane)

    def on_read(self) -> None:
        """Show the pictures that were read."""
        if self.duel.id:
            self._show()
            if not self.card.isHidden():
                self.card.renew(self.duel, self._name_of)

    def on_screen_colours(self) -> None:
        """Render the visible pictures for the new monitor."""
        if self.isVisible():
            for pane in self.panes:
                pane.complete()

    @property
    def foot_height(self) -> int:
        """Pixels at the bottom that a toast must not cover, including the captions."""
        return super().foot_height + self.panes[0].caption_height

    # --- Qt -------------------------------------------------------------------------------

    @needs("_row")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            tab = event.key() == Qt.Key.Key_Tab and not event.modifiers()
            if tab and self.card.isHidden():
                if watched is not self and not is_repeat(event):
                    self.swap()
                return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> None:
        if not is_repeat(event):  # a held arrow decides once too
            super()._press(event)

    def _press_own(self, event: QKeyEvent) -> None:
        command = view_keys.command(event, KeyGroup.DUEL)
        if command in _VERDICTS:
            self.on_decided(_VERDICTS[command])
        elif command is ViewCommand.DUEL_EARLIER:
            self.show_earlier(-1)
        elif command is ViewCommand.DUEL_LATER:
            self.show_earlier(1)

    def _go_out(self) -> None:
        """Return from an earlier pair to the current one, else leave the view."""
        if self._past is None:
            self.closed.emit()
        else:
            self.show_duel(self.duel)

    @needs("_row")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @needs("_row")
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.duel.id:
            self._show()

    @needs("panes")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Free the pixels at once.
        for pane in self.panes:
            pane.release()
