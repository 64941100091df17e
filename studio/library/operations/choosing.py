"""Choosing: families and branches, stacks, rounds of pick mode, duels, and money spent on them.

Rounds and duels are values of records ("round", "duel"), and each decision is a record, so that
every key press is durable and can be undone like any other change. A decision in a round and the
flag that it sets are one record.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.domain.choices import ALONE, Decision, DuelDefinition, RoundDefinition, Verdict
from studio.domain.duel import DUEL_VERDICTS, Duel, seeded
from studio.domain.entities import Drift, Flag, new_id
from studio.domain.family import FamilyTree
from studio.domain.pick_round import PickRound, unique
from studio.domain.spend import Outlay
from studio.domain.stacked_rows import Stacking
from studio.domain.stacks import StackBy, StackFacts
from studio.library.log import records
from studio.library.log.records import FieldChange, LogPosition, Record
from studio.library.operations import edits, history
from studio.library.query import Query
from studio.library.store import Store

_FLAGS = {Verdict.PICK: Flag.PICK, Verdict.REJECT: Flag.REJECT}


class Choosing:
    """Families, stacks, rounds and duels of one library."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Families

    async def family(self, id: str) -> FamilyTree:
        """The whole family of a picture. Raises InputError."""
        found = await self._store.query_index(lambda index: index.families.tree(id), long=True)
        if found is None:
            raise InputError(_("Picture {id} not found").format(id=id))
        return found

    async def name_branch(self, id: str, name: str) -> str:
        """Name the branch that begins with a picture; "" clears it. Returns a sentence."""
        return await edits.set_field(self._store, "branch", [id], " ".join(name.split()))

    async def branches(self, start: str = "", limit: int = 200) -> list[str]:
        """Names of branches that begin with `start`."""
        return await self._store.query_index(lambda index: index.families.branches(start, limit))

    # Money

    async def run_outlay(self, run: str) -> Outlay:
        """Money spent on a run, and how much of it was kept."""
        return await self._store.query_index(lambda index: index.families.run_outlay(run))

    async def collection_outlay(self, id: str) -> Outlay:
        """Money spent on the pictures of a collection outside the trash."""
        query = Query(collection=id)
        return await self._store.query_index(
            lambda index: index.families.outlay_of(index.rows(query)), long=True
        )

    async def outlay_of(self, rows: Sequence[int]) -> Outlay:
        """Money spent on the pictures of these rows, such as those of a stack."""
        return await self._store.query_index(
            lambda index: index.families.outlay_of(rows), long=True
        )

    # Stacks

    async def stacking(
        self,
        rows: Sequence[int],
        by: StackBy,
        *,
        opened: Mapping[int, bool] | None = None,
        given: Mapping[int, int] | None = None,
    ) -> Stacking:
        """Stacks of rows in the order of the grid; for up to a million rows.

        For a first screen, pass its rows only. For `opened`, see `Stacking.of`; `given` has keys of
        negative rows, which are pictures still being made. Cancelling the caller ends the work.
        """
        return await self._store.query_index(
            lambda index: index.stacks.stacking(rows, by, opened, given), long=True
        )

    async def stack_ranks(self, rows: Sequence[int]) -> dict[int, int]:
        """Ranks of these pictures as covers (`stacks.rank_of`)."""
        return await self._store.query_index(lambda index: index.stacks.ranks(rows))

    async def stack_facts(self, keys: Sequence[int], by: StackBy) -> dict[int, StackFacts]:
        """Size of stacks in the library, and the number of their new pictures."""
        return await self._store.query_index(lambda index: index.stacks.facts(keys, by))

    async def stack_keys(self, rows: Sequence[int], by: StackBy) -> array[int]:
        """Key of the stack of each row, 0 for none; typecode "q"."""
        return await self._store.query_index(lambda index: index.stacks.keys(rows, by), long=True)

    async def stack_members(self, key: int, by: StackBy) -> array[int]:
        """Rows of all pictures of a stack outside the trash, in order of arrival."""
        return await self._store.query_index(lambda index: index.stacks.members(key, by))

    async def covers(self, stacks: Sequence[Sequence[int]]) -> list[int]:
        """Row of the cover of each stack, given its rows; 0 for a stack of unknown rows."""
        return await self._store.query_index(lambda index: index.stacks.covers(stacks))

    async def stack(self, ids: Sequence[str]) -> str:
        """Make a stack of these pictures by hand; returns a sentence. Raises InputError."""
        if len(set(ids)) < 2:
            raise InputError(_("A stack needs at least two pictures"))
        return await edits.set_field(self._store, "stack", unique(ids), new_id())

    async def unstack(self, ids: Sequence[str]) -> str:
        """Take pictures out of stacks of any kind; returns a sentence."""
        return await edits.set_field(self._store, "stack", unique(ids), ALONE)

    async def stack_by_rule(self, ids: Sequence[str]) -> str:
        """Return pictures to the stacks of their runs or parents; returns a sentence."""
        return await edits.set_field(self._store, "stack", unique(ids), "")

    async def set_cover(self, id: str) -> str:
        """Make a picture the cover of its stack; returns a sentence."""
        highest = await self._store.query_index(lambda index: index.stacks.highest_cover())
        return await edits.set_field(self._store, "cover", [id], highest + 1)

    # Drift

    async def set_drift(self, id: str, drift: Drift | None) -> None:
        """Store the measured drift of a picture; this is not an undo step."""
        value = None if drift is None else msgspec.to_builtins(drift)
        await edits.set_field(self._store, "drift", [id], value)

    async def drifts(self, ids: Sequence[str]) -> dict[str, Drift]:
        """Measured drift of these pictures, by id."""
        return await self._store.query_index(lambda index: index.stacks.drifts(ids))

    async def without_drift(self, limit: int = 100, before: int = 0) -> list[str]:
        """Ids of edited pictures whose drift was not measured, newest first.

        `before`: only pictures that arrived before this row; 0 for all.
        """
        return await self._store.query_index(
            lambda index: index.stacks.without_drift(limit, before), long=True
        )

    # Rounds and duels

    async def rounds(self) -> list[PickRound | Duel]:
        """All rounds and duels, newest first."""
        return await self._store.query_index(lambda index: index.stacks.rounds(), long=True)

    async def round(self, id: str) -> PickRound:
        """A round of pick mode in its last state. Raises InputError."""
        found = await self._round(id)
        if not isinstance(found, PickRound):
            raise InputError(_("This round no longer exists"))
        return found

    async def duel(self, id: str) -> Duel:
        """A duel in its last state. Raises InputError."""
        found = await self._round(id)
        if not isinstance(found, Duel):
            raise InputError(_("This duel no longer exists"))
        return found

    async def start_round(self, name: str, ids: Sequence[str]) -> PickRound:
        """Begin a round with these pictures in this order. Raises InputError for fewer than two."""
        pictures = _several(ids)
        definition = RoundDefinition(name=name, pictures=pictures, created=time.time())
        id = await self._define("round", definition)
        return await self.round(id)

    async def start_duel(self, name: str, ids: Sequence[str], best: int = 1) -> Duel:
        """Begin a duel for the best of these pictures. Raises InputError for fewer than two.

        Pictures of one run do not meet in the first round, if possible.
        """
        pictures = _several(ids)
        if not 1 <= best <= len(pictures):
            raise InputError(_("A duel decides between 1 and all of its pictures"))
        runs = await self._store.query_index(lambda index: index.stacks.runs(pictures))
        definition = DuelDefinition(
            name=name, pictures=seeded(pictures, runs), best=best, created=time.time()
        )
        id = await self._define("duel", definition)
        return await self.duel(id)

    async def set_best(self, id: str, best: int) -> str:
        """Set the number of places that a duel decides; its results stay. Returns a sentence.

        Raises InputError.
        """
        definition = (await self.duel(id)).definition
        if not 1 <= best <= len(definition.pictures):
            raise InputError(_("A duel decides between 1 and all of its pictures"))
        value = msgspec.to_builtins(structs.replace(definition, best=best))
        return await edits.set_field(self._store, "duel", [id], value)

    async def delete_round(self, id: str) -> str:
        """Delete a round or duel; flags and stars stay. Returns a sentence. Raises InputError."""
        found = await self._round(id)
        if found is None:
            raise InputError(_("This round no longer exists"))
        field = "duel" if isinstance(found, Duel) else "round"
        return await edits.set_field(self._store, field, [id], None)

    async def decide(self, id: str, decision: Decision) -> None:
        """Record a decision of a round or duel, made by `PickRound.decide` or `Duel.decide`.

        A round's decision flags the picture in the same record. Raises InputError.
        """

        def make() -> Record:
            found = self._store.own.stacks.round(id)
            if found is None:
                raise InputError(_("This round no longer exists"))
            return self._decision(found, decision)

        await edits.write_record(self._store, make)

    async def take_back(self, id: str) -> str | None:
        """Undo the last decision of a round or duel, with its flag and place.

        Returns a sentence, or None when there is none. `round` and `duel` return the new state.
        """

        def find() -> LogPosition | None:
            return self._store.own.stacks.last_decision(id)

        return await edits.take_back(self._store, find)

    async def keep_place(self, id: str, place: int) -> None:
        """Store the current place of a round; this is not an undo step."""
        await edits.set_field(self._store, "round_place", [id], place)

    async def _round(self, id: str) -> PickRound | Duel | None:
        return await self._store.query_index(lambda index: index.stacks.round(id))

    async def _define(self, field: str, definition: RoundDefinition | DuelDefinition) -> str:
        id = new_id()
        await edits.set_field(self._store, field, [id], msgspec.to_builtins(definition))
        return id

    def _decision(self, found: PickRound | Duel, decision: Decision) -> Record:
        if isinstance(found, Duel):
            if not (
                {decision.picture, decision.other} <= set(found.definition.pictures)
                and decision.verdict in DUEL_VERDICTS
            ):
                raise InputError(_("This decision does not belong to the duel"))
            before = Decision(picture=decision.picture, other=decision.other)
            return _record(found.id, decision, before, [])
        picture = decision.picture
        if picture not in found.pictures or (flag := _FLAGS.get(decision.verdict)) is None:
            raise InputError(_("This decision does not belong to the round"))
        verdict = found.verdicts.get(picture, Verdict.NONE)
        place = found.pictures.index(picture)
        before = Decision(picture=picture, verdict=verdict, place=place)
        former = self._store.own.state.field_of("flag", [picture])
        values, former = history.former_only([(flag.value, [picture])], former)
        flags = [FieldChange(field="flag", values=values, former=former)] if values else []
        return _record(found.id, decision, before, flags)


def _record(id: str, after: Decision, before: Decision, flags: list[FieldChange]) -> Record:
    decided = FieldChange(
        field="decision",
        values=[(msgspec.to_builtins(after), [id])],
        former=[(msgspec.to_builtins(before), [id])],
    )
    first, *also = [*flags, decided]
    return records.change(first.field, first.values, first.former, also=also)


def _several(ids: Sequence[str]) -> tuple[str, ...]:
    found = unique(ids)
    if len(found) < 2:
        raise InputError(_("A round needs at least two pictures"))
    return found


def restored(index: Any) -> list[Record]:
    """Records of all rounds and duels in an index, for a log that lost its own."""
    found: list[Record] = []
    for one in index.stacks.rounds():
        field = "duel" if isinstance(one, Duel) else "round"
        value = msgspec.to_builtins(one.definition)
        found.append(records.change(field, [(value, [one.id])], [(None, [one.id])]))
        found += [
            _record(one.id, decision, Decision(picture=decision.picture, other=decision.other), [])
            for decision in one.decisions
        ]
        if isinstance(one, PickRound):
            found.append(records.change("round_place", [(one.place, [one.id])], [(0, [one.id])]))
    return found
