"""Pick mode: begins and continues rounds, and records their decisions.

`RecordedChoice` is shared with duels.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, number
from studio.domain.choices import Verdict
from studio.domain.events import Event, PicturesAdded, RecordsChanged
from studio.domain.pick_round import PickRound, number_of_round
from studio.ui.controllers.view_stack import ViewName, ViewStack
from studio.ui.support.late import Late
from studio.ui.support.ports import Messages, SelectionSource, ShownPictures
from studio.ui.support.tasks import spawn

if TYPE_CHECKING:
    from studio.ui.views.pick import PickView

MOST = 20_000
"""Maximum number of pictures in a round, which are all written in one record."""

_REST = 2000
"""Milliseconds at a picture after which the place is remembered without a decision."""


class RecordedChoice(QObject):
    """Begins a choice among pictures, and records each decision at once.

    Attributes:
        view_name: the view it is shown in.

    Signals:
        said: sentence about a change, shown with Undo (str).
        left: the choice should no longer be shown.
        collect_wanted: ids of pictures to add to a collection (a list).
    """

    said = Signal(str)
    left = Signal()
    collect_wanted = Signal(object)

    view_name: ViewName

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        selection: SelectionSource,
        messages: Messages,
        stack: ViewStack,
        *,
        place_name: Callable[[], str],
        parent: QObject,
    ) -> None:
        """`place_name` returns the name of the collection or shelf in the grid."""
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._selection = selection
        self._messages = messages
        self._stack = stack
        self._place_name = place_name
        # Records are written in the order of the key presses.
        self._writing = asyncio.Lock()
        self._pending = 0
        self._starting = False

    @property
    def idle(self) -> bool:
        """Whether all decisions are recorded."""
        return not self._pending

    @property
    def _is_open(self) -> bool:
        return self._stack.current is self.view_name

    def _begin_once(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin the choice, unless it is shown already or being prepared."""
        if not self._starting and not self._is_open:
            self._starting = True
            spawn(self._begin_and_note(begin))

    async def _begin_and_note(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await begin()
        finally:
            self._starting = False

    def _chosen_rows(self) -> Sequence[int]:
        """Index rows of the selected pictures, or of the stack whose tile alone is selected."""
        rows = self._selection.rows()
        return self._selection.stack_rows() or rows if len(rows) == 1 else rows

    def _write(self, work: Awaitable[object]) -> None:
        """Record something after all earlier records."""
        self._pending += 1
        spawn(self._write_in_order(work), records=True)

    async def _write_in_order(self, work: Awaitable[object]) -> None:
        try:
            async with self._writing:
                await work
        finally:
            self._pending -= 1


class PickRounds(RecordedChoice):
    """Runs the round that is shown."""

    view_name = ViewName.PICK

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        selection: SelectionSource,
        messages: Messages,
        stack: ViewStack,
        *,
        view: Late[PickView],
        place_name: Callable[[], str],
        parent: QObject,
    ) -> None:
        super().__init__(
            core, shown, selection, messages, stack, place_name=place_name, parent=parent
        )
        self._view = view
        # Ids of pictures that arrived since the round began.
        self._new: list[str] = []
        self._resting = QTimer(self, singleShot=True, interval=_REST)
        self._resting.timeout.connect(self.on_rest)
        stack.left.connect(self.on_view_left)

    # Beginning

    def begin_round(self) -> None:
        """Begin a round of the selected pictures or those in the view, or continue the last one."""
        self._begin_once(self._begin_or_go_on)

    async def _begin_or_go_on(self) -> None:
        choosing, library = self._core.library.choosing, self._core.library
        rounds = [one for one in await choosing.rounds() if isinstance(one, PickRound)]
        unfinished = next((one for one in rounds if not one.finished), None)
        rows = self._chosen_rows()
        if len(rows) < 2 and unfinished is not None:
            await self._open(unfinished)
            return
        name = _("Selection") if len(rows) > 1 else self._place_name()
        rows = rows if len(rows) > 1 else self._shown.order
        if len(rows) > MOST:
            self._messages.show_message(
                _("A round takes at most {most} pictures. Select fewer.").format(most=number(MOST))
            )
            return
        ids = await library.ids(rows)
        if unfinished is not None and set(ids) == set(unfinished.pictures):
            await self._open(unfinished)
        else:
            await self._start(name, ids)

    async def _start(self, name: str, ids: Sequence[str]) -> None:
        if len(set(ids)) < 2:
            self._messages.show_message(_("A round needs two."))
            return
        self._new = []
        await self._open(await self._core.library.choosing.start_round(name, ids))

    async def _open(self, found: PickRound) -> None:
        every = await self._core.library.choosing.rounds()
        rounds = [one for one in every if isinstance(one, PickRound)]
        if not self._is_open:
            self._stack.enter(ViewName.PICK)
        view = self._view.get()
        view.set_advance(advance=self._core.settings.value.pick_advance)
        view.show_round(found)
        view.set_round_number(number_of_round(found, rounds))
        view.set_new(len(self._new))
        view.focus_view()
        view.say_place(found.name)

    def picked(self) -> tuple[str, list[str]]:
        """Name of the round that is shown, and the ids of its picks."""
        return self._round.name, self._round.with_verdict(Verdict.PICK)

    def return_to_round(self) -> None:
        """Show the round again that was left for another view."""
        spawn(self._return())

    async def _return(self) -> None:
        try:
            async with self._writing:
                found = await self._core.library.choosing.round(self._round.id)
        except InputError as error:
            # The round was deleted meanwhile.
            self._messages.show_message(error.title)
            self.left.emit()
            return
        await self._open(found)

    # Keys

    @property
    def _round(self) -> PickRound:
        return self._view.get().round

    def on_decided(self, verdict: Verdict) -> None:
        """Decide on the current picture, and advance if the setting says so."""
        view, before = self._view.get(), self._round
        if before.finished:
            return
        after, decision = before.decide(verdict, advance=view.advance)
        self._resting.stop()
        view.show_round(after)
        view.say_place(_said(verdict))
        self._write(self._core.library.choosing.decide(before.id, decision))

    def on_taken_back(self) -> None:
        """Undo the last decision and go back to its picture."""
        view, before = self._view.get(), self._round
        if not before.decisions:
            self._messages.show_message(_("Nothing to undo in this round"))
            return
        self._resting.stop()
        view.show_round(before.undone())
        view.say_place(_("Undone: {what}").format(what=_said(before.decisions[-1].verdict)))
        self._write(self._core.library.choosing.take_back(before.id))

    def on_advance_chosen(self, advance: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Save whether a decision leads to the next picture."""
        self._core.settings.change(pick_advance=advance)

    def on_rated(self, stars: int) -> None:
        """Give the current picture 0 to 5 stars."""
        if (current := self._round.current) is not None:
            self._write(self._core.library.rate([current], stars))

    def on_stepped(self, by: int) -> None:
        """Go forward or back without a decision."""
        self._go(self._round.step(by))

    def on_went_to(self, id: str) -> None:
        """Go to a picture of the film strip."""
        self._go(self._round.go_to(id))

    def _go(self, after: PickRound) -> None:
        view = self._view.get()
        if after.place != self._round.place:
            view.show_round(after)
            view.say_picture()
            self._resting.start()

    def on_rest(self) -> None:
        """Remember the place."""
        if self._round.id:
            self._write(self._core.library.choosing.keep_place(self._round.id, self._round.place))

    def on_view_left(self, _view: ViewName) -> None:
        """Remember the place, after pick mode was left."""
        if self._resting.isActive():
            self._resting.stop()
            self.on_rest()

    # Finishing

    def on_finish_chosen(self, what: str) -> None:
        """Run a step chosen on the card: "collect", "open", "picks", "duel", "trash" or "end"."""
        ended = self._round
        if what == "collect":
            self.collect_wanted.emit(ended.with_verdict(Verdict.PICK))
        elif what == "open":
            ids = [*ended.with_verdict(Verdict.NONE), *self._new]
            self._end(ended)
            spawn(self._next_round(ended.name, ids), records=True)
        elif what == "picks":
            self._end(ended)
            spawn(self._next_round(ended.name, ended.with_verdict(Verdict.PICK)), records=True)
        elif what == "duel":
            self._view.get().duel_wanted.emit()
        elif what == "trash":
            spawn(self._trash(ended.with_verdict(Verdict.REJECT)), records=True)
        else:
            self._end(ended)
            self.left.emit()

    async def _next_round(self, name: str, ids: Sequence[str]) -> None:
        waiting = [id for id in self._new if id not in ids]
        await self._start(name, ids)
        await self._count_new(waiting)

    def _end(self, ended: PickRound) -> None:
        """End this round for good."""
        self._resting.stop()
        self._write(self._core.library.choosing.keep_place(ended.id, len(ended.pictures)))

    async def _trash(self, ids: Sequence[str]) -> None:
        if sentence := await self._core.library.trash(ids):
            self.said.emit(sentence)

    # Records

    def on_core_event(self, event: Event) -> None:
        """Read the round again after changes made elsewhere: trash, history, another program.

        Pictures that arrive meanwhile wait for the next round.
        """
        made = self._view.made
        if made is not None and made.round.id:
            if isinstance(event, PicturesAdded):
                spawn(self._count_new([*self._new, *event.ids]))
            elif isinstance(event, RecordsChanged) and set(self._new).intersection(event.ids):
                spawn(self._count_new(self._new))
        if not self._is_open or not isinstance(event, RecordsChanged):
            return
        other = {"trashed", "deleted"}.intersection(event.fields)
        decided = "decision" in event.fields and not self._pending
        if other or decided:
            spawn(self._read_again(self._round))

    async def _count_new(self, ids: Sequence[str]) -> None:
        """Count the new pictures that the grid would show; they wait for the next round."""
        found = await self._core.library.find(ids)
        await self._shown.settled()
        rows = {one.row for one in found if not one.trashed}.intersection(self._shown.order)
        self._new = [one.id for one in found if one.row in rows]
        self._view.get().set_new(len(self._new))

    async def _read_again(self, before: PickRound) -> None:
        async with self._writing:
            found = await self._core.library.choosing.round(before.id)
        if self._is_open and self._round.id == before.id and not self._pending:
            self._view.get().show_round(replace(found, place=self._round.place))


def _said(verdict: Verdict) -> str:
    """Announcement of a decision."""
    return _("picked") if verdict is Verdict.PICK else _("rejected")
