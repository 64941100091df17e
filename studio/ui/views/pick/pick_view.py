"""Pick mode: the current picture of a round between its facts and the keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _, listed, ngettext, number
from studio.domain.choices import RoundDefinition, Verdict
from studio.domain.entities import Flag, Picture, Role
from studio.domain.pick_round import PickRound, RoundCounts
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.key_repeat import end_hold
from studio.ui.support.layout_direction import placed, reading_key
from studio.ui.support.ports import LibraryProtocol, ScreenDecoderProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import spawn
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plate_loader import PlateLoader
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.full_screen import FullScreenView
from studio.ui.views.pick.columns import WIDTH, KeyColumn, PictureColumn, stars
from studio.ui.views.pick.head import RoundHead
from studio.ui.views.pick.round_strip import RoundStrip
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.steps_card import StepsCard
from studio.ui.widgets.text import Text

KEPT = 440_000_000  # bytes of pixels: the picture and its neighbours; four pictures of 4K
AROUND = 8  # pictures on either side whose facts are read with the current one's
NARROW = 1100  # pixels of width below which the columns are hidden

_VERDICTS = {ViewCommand.PICK_PICK: Verdict.PICK, ViewCommand.PICK_REJECT: Verdict.REJECT}


class PickView(FullScreenView):
    """Shows a `PickRound`; its owner decides, and shows the round that results.

    Signals:
        decided: the user decided on the current picture (a Verdict).
        advance_chosen: whether a decision leads to the next picture.
        rated: the user rated the current picture (0 to 5 stars).
        stepped: go forward or back by this number of pictures.
        went_to: show the picture with this id.
        duel_wanted: begin a duel of the picks.
    """

    decided = Signal(object)
    advance_chosen = Signal(bool)
    rated = Signal(object)
    stepped = Signal(int)
    went_to = Signal(str)
    duel_wanted = Signal()

    key_groups = (KeyGroup.PICK, KeyGroup.PICTURE)
    undo_command = ViewCommand.PICK_UNDO
    card: FinishCard

    def __init__(
        self,
        library: LibraryProtocol,
        decoder: ScreenDecoderProtocol,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Pick mode"), library, parent)
        self.round = PickRound(id="", definition=RoundDefinition(name="", pictures=()))
        self.advance = True
        self._new = 0
        self._library = library
        self._parent: Picture | None = None
        self._parent_shown = False
        self._swapped = False
        self._loader = PlateLoader(library, decoder, self, most_kept=KEPT)
        self._head = RoundHead(self)
        self.facts = PictureColumn(self)
        self.canvas = PictureCanvas(self)
        self.keys = KeyColumn(self)
        self.strip = RoundStrip(library, self._known.get, self)
        self._foot = _Progress(self)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.facts)
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.keys)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addLayout(middle, 1)
        column.addWidget(self.strip)
        column.addWidget(self._foot)
        self.canvas.setMouseTracking(True)
        self._connect()
        self._set_up(self._head, [self.canvas], FinishCard(self), [self.strip, self._foot])

    def _connect(self) -> None:
        self._head.duel_wanted.connect(self.duel_wanted)
        self.facts.rated.connect(self.rated)
        self.keys.advance_chosen.connect(self.on_advance_chosen)
        self.strip.chosen.connect(self.went_to)
        self.strip.wanted.connect(self._known.request)
        self._loader.changed.connect(self.on_loaded)

    # --- content --------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """Whether the end of the round is reached."""
        return self.round.finished

    @property
    def picture(self) -> Picture | None:
        """The current picture; None until it is read, and at the end."""
        current = self.round.current
        return None if current is None else self._known.get(current)

    @property
    def original(self) -> Picture | None:
        """Picture the current one was edited from; None until it is read."""
        return self._parent

    @property
    def prepared(self) -> list[str]:
        """Checksums of the pictures that can be shown at once."""
        return self._loader.prepared

    def show_round(self, shown: PickRound) -> None:
        """Show a round at its current picture."""
        before, self.round = self.round, shown
        if shown.id != before.id or shown.current != before.current:
            self._parent, self._parent_shown = None, False
        if shown.id != before.id or shown.place != before.place:
            self.close_card()
        elif not self.card.isHidden():
            self.open_card()
        self._request()
        self._show()
        if shown.finished and shown.counts.total:
            self.open_card()

    def set_round_number(self, n: int) -> None:
        """Show the number of the round among successive ones of the same name."""
        self.facts.show_round_number(n)

    def set_advance(self, *, advance: bool) -> None:
        """Set whether a decision leads to the next picture."""
        self.advance = advance
        self.keys.set_advance(advance=advance)

    def set_new(self, count: int) -> None:
        """Show the number of pictures that arrived since the round began."""
        self._new = count
        self._head.show_new(count)
        if not self.card.isHidden():
            self.open_card()

    def refresh(self, ids: Iterable[str]) -> None:
        """Read these pictures again after a change."""
        if self.round.id:
            self._known.refetch(ids)

    def step(self, way: int) -> None:
        """Go to the next (1) or previous (-1) picture."""
        self.stepped.emit(way)

    def say_picture(self) -> None:
        """Announce the picture shown."""
        announce(self.canvas, self.sentence())

    def say_place(self, what: str) -> None:
        """Announce what happened, and the progress of the round."""
        counts = self.round.counts
        if self.round.finished:
            place = summary(counts)
        else:
            place = _("{n} of {all}").format(n=number(counts.number), all=number(counts.total))
        announce(self.canvas, listed((what, place)))

    def open_card(self) -> None:
        """Show the card with the next steps."""
        self._stop_holding()
        self.card.open_for(self.round.counts, self._new)

    def sentence(self) -> str:
        """The current picture in words: "lighthouse dusk 07, 37 of 200, 4 stars, not picked"."""
        picture, counts = self.picture, self.round.counts
        if picture is None:
            return summary(counts) if self.round.finished else _("Picture")
        place = _("{n} of {all}").format(n=number(counts.number), all=number(counts.total))
        verdict = self.round.verdicts.get(picture.id, Verdict.NONE)
        said = [picture.name, place, stars(picture.rating), _verdict_words(verdict, picture)]
        if picture.missing:
            said.append(_("File missing"))
        return listed(part for part in said if part)

    # --- reading --------------------------------------------------------------------------

    def _request(self) -> None:
        current = self.round.current
        near = [] if current is None else [current]
        self._known.request([*near, *self.round.neighbours(behind=AROUND, ahead=AROUND)])

    def on_read(self) -> None:
        """Show the pictures that were read."""
        self._show()

    async def _find_parent(self, picture: Picture) -> None:
        ids = [one.picture for one in picture.parents if one.role is Role.EDIT and one.picture]
        found = await self._library.find(ids[:1]) if ids else []
        if self.picture is not None and self.picture.id == picture.id and found:
            self._parent = found[0]

    # --- showing --------------------------------------------------------------------------

    def _show(self) -> None:
        current, counts = self.round, self.round.counts
        picture = self.picture
        self._head.show_round(current.name, counts)
        self._foot.show_counts(counts.picked, counts.rejected, counts.total)
        self.facts.show_counts(counts)
        self.facts.show_picture(picture)
        place = len(current.pictures)
        if current.current is not None:
            place = current.pictures.index(current.current)
        self.strip.show_pictures(current.pictures, place, current.verdicts)
        if not self._parent_shown:
            self._show_plate(picture)
        self.canvas.setAccessibleName(self.sentence())
        self._prepare()
        self._tell_preview()
        self.shown.emit()

    def _show_plate(self, picture: Picture | None) -> None:
        if picture is None:
            self.canvas.show_plate(None)
            return
        shown = self.canvas.plate
        missing = _("File missing") if picture.missing else ""
        if shown is not None and shown.key == picture.id and bool(shown.trouble) == bool(missing):
            return
        plate = self._loader.plate(picture)
        self.canvas.show_plate(plate)
        self._loader.fill(plate, picture)
        if self._parent is None and picture.parents:
            spawn(self._find_parent(picture))

    def _prepare(self) -> None:
        if not self.isVisible():
            return
        near = (self._known.get(id) for id in self.round.neighbours())
        self._loader.prepare([picture for picture in near if picture is not None])

    def _tell_preview(self) -> None:
        plate = self.canvas.plate
        waits = plate is not None and plate.raster is None and not plate.trouble
        self.facts.set_preview(preview=waits)
        self.keys.detail.show_plate(plate)

    def on_loaded(self, plate: Plate) -> None:
        """Repaint a plate with new content."""
        self.canvas.refresh(plate)
        self._tell_preview()

    def on_screen_colours(self) -> None:
        """Render the visible picture for the new monitor."""
        if self.isVisible():
            self._complete()

    def on_advance_chosen(self, advance: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Apply the user's choice whether a decision leads to the next picture."""
        self.advance = advance
        self.advance_chosen.emit(advance)

    def _complete(self) -> None:
        plate, picture = self.canvas.plate, self.picture
        if plate is not None and picture is not None and not self._loader.is_filled(plate):
            self._loader.fill(plate, picture)

    def _point_at(self, spot: QPointF) -> None:
        dpr, view = self.canvas.devicePixelRatioF(), self.canvas.view
        x, y = view.to_picture(spot.x() * dpr, spot.y() * dpr)
        self.keys.detail.show_place(x / view.width, y / view.height)

    # --- while a key is held --------------------------------------------------------------

    def show_parent(self, shown: bool) -> None:  # noqa: FBT001 - a slot
        """Show the same part of the picture's original, or the picture again."""
        wanted = self._parent if shown else self.picture
        if wanted is None or shown == self._parent_shown:
            return
        self._parent_shown = shown
        plate = self._loader.plate(wanted)
        self.canvas.show_plate(plate, keep_view=True)
        self._loader.fill(plate, wanted)
        self.canvas.setAccessibleName(wanted.name if shown else self.sentence())

    def _pointed_canvas(self) -> PictureCanvas:
        return self.canvas

    def _swap_columns(self, *, swapped: bool) -> None:
        self._swapped = swapped
        self._arrange()

    def _stop_holding(self) -> None:
        super()._stop_holding()
        self.show_parent(False)
        self._swap_columns(swapped=False)

    def _arrange(self) -> None:
        narrow = NARROW + 2 * (theme().panel(WIDTH) - WIDTH)
        visible = (self.width() >= narrow) is not self._swapped
        self.facts.setVisible(visible)
        self.keys.setVisible(visible)

    # --- Qt -------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._point_at(event.position())
        return super().eventFilter(watched, event)

    def _press_own(self, event: QKeyEvent) -> None:
        command = view_keys.command(event, KeyGroup.PICK)
        if command in _VERDICTS:
            self.decided.emit(_VERDICTS[command])
        elif command in view_keys.STARS:
            self.rated.emit(view_keys.STARS[command])
        elif command is ViewCommand.PICK_ORIGINAL:
            if self._parent is None:
                self.told.emit(_("This picture was not made from another one"))
            self.show_parent(True)
        elif command is ViewCommand.PICK_COLUMNS:
            self._swap_columns(swapped=True)
        else:
            self._press_fixed(event)

    def _press_fixed(self, event: QKeyEvent) -> None:
        match reading_key(self, event.key()):
            case Qt.Key.Key_Left:
                self.stepped.emit(-1)
            case Qt.Key.Key_Right:
                self.stepped.emit(1)
            case Qt.Key.Key_Home:
                self.stepped.emit(-len(self.round.pictures))
            case Qt.Key.Key_End:
                self.stepped.emit(len(self.round.pictures))
            case _:
                pass

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if view_keys.releases(event, ViewCommand.PICK_ORIGINAL):
            end_hold(event, self, partial(self.show_parent, False))
        elif view_keys.releases(event, ViewCommand.PICK_COLUMNS):
            end_hold(event, self, partial(self._swap_columns, swapped=False))
        else:
            super().keyReleaseEvent(event)

    @needs("keys")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @needs("keys")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Free the pixels of a round at once.
        self.canvas.show_plate(None)
        self.keys.detail.show_plate(None)
        self._loader.release()


class _Progress(QWidget):
    """Line at the bottom: number of picks, progress, and number of pictures still to come."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self._picked = Text("", "small", "text3", self)
        self._left = Text("", "small", "text3", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 2, 24, 10)
        row.setSpacing(14)
        row.addWidget(self._picked)
        row.addStretch(1)
        row.addWidget(self._left)

    def show_counts(self, picked: int, rejected: int, total: int) -> None:
        """Show the decisions so far."""
        done = picked + rejected
        self._share = done / max(1, total)
        # Translators: {n} pictures were picked of {all} that were decided.
        self._picked.setText(_("{n} of {all} picked").format(n=number(picked), all=number(done)))
        self._left.setText(_("{n} to go").format(n=number(total - done)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = placed(self, self._picked.geometry()).right() + 14
        wide = placed(self, self._left.geometry()).left() - 14 - left
        middle = self._picked.geometry().center().y()
        whole = QRectF(left, middle - 1.5, wide, 4)
        done = QRectF(left, middle - 1.5, wide * self._share, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("press"))
        painter.drawRoundedRect(placed(self, whole), 2, 2)
        painter.setBrush(theme().color("accent"))
        painter.drawRoundedRect(placed(self, done), 2, 2)


def _verdict_words(verdict: Verdict, picture: Picture) -> str:
    if verdict is Verdict.PICK or (verdict is Verdict.NONE and picture.flag is Flag.PICK):
        return _("picked")
    if verdict is Verdict.REJECT or (verdict is Verdict.NONE and picture.flag is Flag.REJECT):
        return _("rejected")
    return _("not picked")


class FinishCard(StepsCard):
    """Offers the next steps: "collect", "open", "picks", "duel", "trash" or "end"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(("collect", "open", "picks", "duel", "trash", "end"), parent)

    def open_for(self, counts: RoundCounts, new: int = 0) -> None:
        """Show the card for these counts; `new` pictures arrived since the round began."""
        n, picked, rejected = counts.undecided, counts.picked, counts.rejected
        words = {
            "collect": ngettext(
                "Add the pick to a collection…", "Add the {n} picks to a collection…", picked
            ).format(n=number(picked)),
            "open": _open_words(n, new),
            "picks": ngettext(
                "Next round with the {n} pick", "Next round with the {n} picks", picked
            ).format(n=number(picked)),
            "duel": ngettext("Duel the {n} pick", "Duel the {n} picks", picked).format(
                n=number(picked)
            ),
            "trash": ngettext(
                "Move the rejected one to the trash", "Move the {n} rejected to the trash", rejected
            ).format(n=number(rejected)),
            "end": _("End the round"),
        }
        offered = {
            "collect": picked > 0,
            "open": n + new > 1 and (n < counts.total or new > 0),
            "picks": picked > 1,
            "duel": picked > 1,
            "trash": rejected > 0,
            "end": True,
        }
        steps = {name: words[name] for name in words if offered[name]}
        self.open_with(summary(counts), steps)


def _open_words(undecided: int, new: int) -> str:
    if not new:
        words = ngettext(
            "Next round with the {n} undecided", "Next round with the {n} undecided", undecided
        )
    elif not undecided:
        words = ngettext("Next round with the {new} new", "Next round with the {new} new", new)
    else:
        # Translators: {n} pictures of this round have no decision, {new} arrived meanwhile.
        words = _("Next round with the {n} undecided and the {new} new")
    return words.format(n=number(undecided), new=number(new))


def summary(counts: RoundCounts) -> str:
    """The decisions in words: "11 picked, 16 rejected, 9 undecided"."""
    # Translators: {picked}, {rejected} and {open} are numbers of pictures in a round.
    return _("{picked} picked, {rejected} rejected, {open} undecided").format(
        picked=number(counts.picked),
        rejected=number(counts.rejected),
        open=number(counts.undecided),
    )
