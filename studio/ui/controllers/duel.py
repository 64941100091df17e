"""Duels: begins and continues them, and records their decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace as changed

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain.choices import Decision, Verdict
from studio.domain.duel import Duel, DuelMatch
from studio.domain.entities import Flag
from studio.library.query import View
from studio.ui.controllers.pick import PickRounds, RecordedChoice
from studio.ui.controllers.view_stack import ViewName, ViewStack
from studio.ui.support.ports import Messages, Navigation, SelectionSource, ShownPictures
from studio.ui.support.tasks import spawn
from studio.ui.views.duel import DuelView
from studio.ui.views.duel.result_card import kept

MOST = 1000
"""Maximum number of pictures in a duel."""

_STARS = 5


class DuelController(RecordedChoice):
    """Runs the duel that is shown."""

    view_name = ViewName.DUEL

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        selection: SelectionSource,
        messages: Messages,
        stack: ViewStack,
        navigation: Navigation,
        rounds: PickRounds,
        *,
        view: DuelView,
        place_name: Callable[[], str],
    ) -> None:
        """`rounds` is the controller of pick mode, from which a duel may begin."""
        super().__init__(
            core, shown, selection, messages, stack, place_name=place_name, parent=view
        )
        self._navigation = navigation
        self._rounds = rounds
        self._view = view
        self._reading = False
        self._from_round = False

    # Beginning

    def begin_duel(self) -> None:
        """Begin a duel of the selected pictures, or of the picks, or continue the last one.

        In pick mode it uses the picks of the round; in a comparison, the compared pictures.
        """
        self._begin_once(self._begin)

    async def _begin(self) -> None:
        if self._stack.current is ViewName.PICK:
            name, ids = self._rounds.picked()
            await self._start_or_go_on(_picks_of(len(ids), name), ids)
        else:
            await self._begin_with_chosen()

    async def _begin_with_chosen(self) -> None:
        rows = self._navigation.compared or self._chosen_rows()
        unfinished = await self._unfinished()
        if len(rows) > 1:
            if self._too_many(len(rows)):
                return
            ids = await self._core.library.ids(rows)
            await self._start_or_go_on(_pictures_of(len(ids), self._place_name()), ids)
        elif unfinished is not None:
            self._open(unfinished)
        else:
            ids = await self._picks()
            await self._start_or_go_on(_picks_of(len(ids), self._place_name()), ids)

    async def _picks(self) -> list[str]:
        """Ids of the picks in the grid."""
        library, query = self._core.library, self._shown.query
        if query.collection:
            found = await library.rows(changed(query, words=f"{query.words} is:picked".strip()))
        else:
            found = await library.rows(changed(query, view=View.PICKS))
        return [] if self._too_many(len(found)) else await library.ids(found)

    def _too_many(self, count: int) -> bool:
        if count > MOST:
            self._messages.show_message(
                _("A duel takes at most {most} pictures. Select fewer.").format(most=number(MOST))
            )
        return count > MOST

    async def _unfinished(self) -> Duel | None:
        every = await self._core.library.choosing.rounds()
        return next((one for one in every if isinstance(one, Duel) and not one.finished), None)

    async def _start_or_go_on(self, name: str, ids: Sequence[str]) -> None:
        unfinished = await self._unfinished()
        if unfinished is not None and set(ids) == set(unfinished.definition.pictures):
            self._open(unfinished)
        elif len(set(ids)) > 1:
            self._open(await self._core.library.choosing.start_duel(name, ids))
        elif len(ids) <= MOST:
            self._messages.show_message(_("A duel needs two: select pictures, or pick them first."))

    def return_to_duel(self) -> None:
        """Show the duel again that was left for another view."""
        spawn(self._return())

    async def _return(self) -> None:
        from_round = self._from_round
        try:
            async with self._writing:
                found = await self._core.library.choosing.duel(self._duel.id)
        except InputError as error:
            # It was deleted meanwhile.
            self._messages.show_message(error.title)
            self.on_closed()
            return
        self._open(found)
        self._from_round = from_round

    def _open(self, found: Duel) -> None:
        if not self._is_open:
            self._from_round = self._stack.current is ViewName.PICK
            self._stack.enter(ViewName.DUEL)
        self._view.show_duel(found)
        if not found.finished:
            self._view.focus_view()
        self._view.say_place(found.name)

    # Keys

    @property
    def _duel(self) -> Duel:
        return self._view.duel

    def on_decided(self, verdict: Verdict) -> None:
        """Decide on the current pair; the next one follows."""
        after, decision = self._duel.decide(verdict)
        self._decide(after, decision)

    def on_decided_again(self, match: DuelMatch, verdict: Verdict) -> None:
        """Replace the result of an earlier pair."""
        after, decision = self._duel.decide_again(match, verdict)
        self._decide(after, decision)

    def _decide(self, after: Duel, decision: Decision) -> None:
        self._view.show_duel(after)
        self._view.say_result(decision.verdict)
        self._write(self._core.library.choosing.decide(after.id, decision))

    def on_taken_back(self) -> None:
        """Undo the last decision and return to its pair."""
        before = self._duel
        if not before.decisions:
            self._messages.show_message(_("Nothing to undo in this duel"))
            return
        self._view.show_duel(before.undone())
        self._view.say_undone(before.decisions[-1].verdict)
        self._write(self._core.library.choosing.take_back(before.id))

    def on_best_chosen(self, best: int) -> None:
        """Change how many places the duel decides."""
        before = self._duel
        if best != before.definition.best:
            self._view.show_duel(before.with_best(best))
            self._write(self._core.library.choosing.set_best(before.id, best))

    def on_closed(self) -> None:
        """Return to the round that led here, else to the grid."""
        if self._from_round:
            self._rounds.return_to_round()
        else:
            self.left.emit()

    # The result

    def on_finish_chosen(self, what: str) -> None:
        """Run a step chosen on the card (see `ResultCard`)."""
        duel = self._duel
        placed = [id for one in duel.order for id in one.pictures]
        if what == "more":
            self.on_best_chosen(len(placed) + 1)
        elif what == "stars":
            spawn(self._give_stars(duel), records=True)
        elif what == "collect":
            self.collect_wanted.emit(kept(duel))
        elif what == "flags":
            spawn(self._keep_picks(duel, placed), records=True)
        elif what == "again":
            spawn(self._begin_again(duel), records=True)
        else:
            if not duel.finished:
                self._write(self._give_up(duel.id))
            self.on_closed()

    async def _give_stars(self, duel: Duel) -> None:
        """Give 5 stars to the first and, if more places were decided, 4 to the second and so on."""
        stars: dict[str, object] = {
            id: max(1, _STARS + 1 - place.number)
            for place in duel.order
            for id in place.pictures
            if place.number == 1 or duel.definition.best > 1
        }
        await self._change("rating", stars)

    async def _keep_picks(self, duel: Duel, placed: Sequence[str]) -> None:
        """Make the best pictures the only picks among those of the duel."""
        await self._change(
            "flag",
            {id: (Flag.PICK if id in placed else Flag.NONE).value for id in duel.present},
        )

    async def _change(self, field: str, wanted: dict[str, object]) -> None:
        """Set a field of several pictures in one step of the history."""

        def groups(_former: object) -> list[tuple[object, list[str]]]:
            values = dict.fromkeys(wanted.values())
            return [(one, [id for id, value in wanted.items() if value == one]) for one in values]

        sentence = await self._core.library.change(field, list(wanted), groups)
        if sentence:
            self.said.emit(sentence)
        else:
            self._messages.show_message(_("Nothing to change"))

    async def _begin_again(self, duel: Duel) -> None:
        """Begin another duel of the same pictures; the unfinished one is deleted."""
        choosing = self._core.library.choosing
        async with self._writing:
            if not duel.finished:
                await choosing.delete_round(duel.id)
            best = min(duel.definition.best, len(duel.present))
            again = await choosing.start_duel(duel.name, duel.present, best)
        self._open(again)

    async def _give_up(self, id: str) -> None:
        self.said.emit(await self._core.library.choosing.delete_round(id))

    # Records

    def on_outdated(self) -> None:
        """Read the duel again after changes made elsewhere: trash, history, another program."""
        if self._is_open and not self._reading:
            self._reading = True
            spawn(self._read_again(self._duel.id))

    async def _read_again(self, id: str) -> None:
        async with self._writing:
            # Changes from here on are read by the next call.
            self._reading = False
            every = await self._core.library.choosing.rounds()
        found = next((one for one in every if one.id == id and isinstance(one, Duel)), None)
        here = self._is_open and self._duel.id == id
        if not here or self._pending or found == self._duel:
            return
        if found is None:
            self.on_closed()
        else:
            self._view.show_duel(found)


def _picks_of(count: int, place: str) -> str:
    # Translators: {place} is a collection, a shelf or a round of pick mode.
    words = ngettext("{n} pick of {place}", "{n} picks of {place}", count)
    return words.replace("{n}", number(count)).replace("{place}", place)


def _pictures_of(count: int, place: str) -> str:
    # Translators: {place} is a collection or a shelf.
    words = ngettext("{n} picture of {place}", "{n} pictures of {place}", count)
    return words.replace("{n}", number(count)).replace("{place}", place)
