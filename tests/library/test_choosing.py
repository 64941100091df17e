"""Stacks, rounds and duels: durable, undoable, and the same after a restart."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from studio.common.errors import InputError
from studio.domain.choices import Decision, Verdict
from studio.domain.entities import Flag, Parent, Picture, Role, new_id
from studio.domain.events import RecordsChanged
from studio.domain.stacks import StackBy
from studio.library.facade import Library
from studio.library.operations import trash
from studio.library.query import Query
from tests.library.builders import heard, opened, take


async def stacked(library: Library, by: StackBy) -> list[list[int]]:
    found = await library.choosing.stacking(await library.rows(Query()), by)
    return [list(found.members(number)) for number in range(found.stacks)]


async def test_stacks_follow_run_parent_and_hand(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        run = new_id()
        root = await take(library)
        edit = (Parent(sha256=root.sha256, role=Role.EDIT, picture=root.id),)
        two = await take(library, run=run)
        three = await take(library, run=run, parents=edit)
        four = await take(library, run=new_id(), parents=edit)
        choosing = library.choosing
        assert await stacked(library, StackBy.OFF) == [[4], [3], [2], [1]]
        assert await stacked(library, StackBy.RUN) == [[4], [3, 2], [1]]
        assert await stacked(library, StackBy.PARENT) == [[4, 3], [2], [1]]
        assert await stacked(library, StackBy.HAND) == [[4], [3], [2], [1]]
        assert await choosing.stack([root.id, two.id, root.id]) == "2 pictures stacked"
        assert await stacked(library, StackBy.HAND) == [[4], [3], [2, 1]]
        assert await stacked(library, StackBy.RUN) == [[4], [3], [2, 1]]
        assert await choosing.unstack([three.id, four.id]) == "2 pictures unstacked"
        assert await stacked(library, StackBy.PARENT) == [[4], [3], [2, 1]]
        await library.undo()
        assert await stacked(library, StackBy.PARENT) == [[4, 3], [2, 1]]
        assert await choosing.stack_by_rule([two.id]) == "Stack of 1 picture cleared"
        assert await stacked(library, StackBy.RUN) == [[4], [3, 2], [1]]
        with pytest.raises(InputError):
            await choosing.stack([root.id])
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert await stacked(library, StackBy.RUN) == [[4], [3, 2], [1]]
        assert await library.undo() == "1 picture stacked"
        assert await stacked(library, StackBy.RUN) == [[4], [3], [2, 1]]


async def test_a_stack_knows_its_cover_and_its_hidden_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        run = new_id()
        every = [await take(library, run=run) for _number in range(4)]
        choosing = library.choosing
        rows = [one.row for one in every]
        assert await choosing.covers([rows, rows[:2], [99]]) == [4, 2, 0]
        await library.rate([every[0].id], 5)
        assert await choosing.covers([rows]) == [1]
        await library.flag([every[1].id], Flag.PICK)
        assert await choosing.covers([rows]) == [2]
        assert await choosing.set_cover(every[2].id) == "Cover of the stack set"
        await choosing.set_cover(every[3].id)
        assert await choosing.covers([rows, rows[:3]]) == [4, 3]
        await library.undo()
        assert await choosing.covers([rows]) == [3]
        (key,) = await choosing.stack_keys([1], StackBy.RUN)
        await library.trash([every[2].id])
        assert list(await choosing.stack_members(key, StackBy.RUN)) == [1, 2, 4]
        sizes = await choosing.stack_facts([key, 5], StackBy.RUN)
        assert (sizes[key].size, sizes[5].size) == (3, 0)
        assert list(await choosing.stack_keys([77, 1], StackBy.RUN)) == [0, key]


async def pictures(library: Library, n: int) -> list[Picture]:
    return [await take(library, prompt=f"number {number}") for number in range(n)]


async def test_a_round_goes_on_after_a_restart_where_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        every = await pictures(library, 4)
        one = await library.choosing.start_round("All", [p.id for p in every])
        for verdict in (Verdict.PICK, Verdict.REJECT):
            one, decision = one.decide(verdict)
            await library.choosing.decide(one.id, decision)
        assert await library.choosing.round(one.id) == one
        found = await library.find([p.id for p in every])
        assert [p.flag for p in found] == [Flag.PICK, Flag.REJECT, Flag.NONE, Flag.NONE]
        assert heard(library)[-1] == RecordsChanged((every[1].id, one.id), ("flag", "decision"))
        one = one.step(1)
        await library.choosing.keep_place(one.id, one.place)
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert await library.choosing.round(one.id) == one
        assert await library.choosing.rounds() == [one]
        # U takes back the last decision and returns to its picture, Ctrl+Z does the same.
        assert await library.choosing.take_back(one.id) == "Flag of 1 picture cleared"
        again = await library.choosing.round(one.id)
        assert again == replace(one, place=1, decisions=one.decisions[:1])
        assert (await library.find([every[1].id]))[0].flag is Flag.NONE
        assert await library.undo() == "Flag of 1 picture cleared"
        assert (await library.choosing.round(one.id)).counts.number == 1
        assert await library.choosing.take_back(one.id) is None
        assert await library.redo() == "1 picture picked"
        assert (await library.choosing.round(one.id)).place == 1
        said = [entry.sentence for entry in await library.collections.history()]
        assert said == ["1 picture rejected", "1 picture picked"]
        # That a round was begun is nothing to undo: it would be gone with its place.
        assert await library.undo() == "Flag of 1 picture cleared"
        assert await library.undo() is None
        assert await library.choosing.rounds()


async def test_a_decision_is_taken_back_although_something_came_after_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        every = await pictures(library, 3)
        one = await library.choosing.start_round("All", [p.id for p in every])
        await library.flag([every[0].id], Flag.PICK)
        after, decision = one.decide(Verdict.PICK)
        await library.choosing.decide(one.id, decision)
        assert await library.choosing.round(one.id) == after, "a flag it had before counts too"
        await library.rate([every[2].id], 3)
        await library.choosing.take_back(one.id)
        assert await library.choosing.round(one.id) == one
        (first, *_rest, last) = await library.find([p.id for p in every])
        assert (first.flag, last.rating) == (Flag.PICK, 3)


async def test_pictures_that_leave_are_passed_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        every = await pictures(library, 4)
        one = await library.choosing.start_round("All", [p.id for p in every])
        one, decision = one.decide(Verdict.PICK)
        await library.choosing.decide(one.id, decision)
        await library.trash([every[0].id, every[1].id])
        found = await library.choosing.round(one.id)
        assert (found.current, found.counts.total, found.counts.picked) == (every[2].id, 2, 0)
        await trash.empty(library.store, [every[0].id], None)
        assert await library.choosing.take_back(one.id) == "Decision undone"
        assert (await library.choosing.round(one.id)).place == 0
        await library.restore([every[1].id])
        assert (await library.choosing.round(one.id)).current == every[1].id


async def test_a_duel_goes_on_after_a_restart_and_is_undone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        run = new_id()
        every = [await take(library, run=run) for _number in range(2)]
        every += await pictures(library, 3)
        duel = await library.choosing.start_duel("Best", [p.id for p in every], best=2)
        assert sorted(duel.present) == sorted(p.id for p in every)
        draw = random.Random(4)
        while not duel.finished:
            duel, decision = duel.decide(draw.choice([Verdict.FIRST, Verdict.SECOND]))
            await library.choosing.decide(duel.id, decision)
        assert len(duel.order) == 2
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert await library.choosing.duel(duel.id) == duel
        assert await library.undo() == "Comparison decided"
        assert await library.choosing.duel(duel.id) == duel.undone()
        assert await library.choosing.delete_round(duel.id) == "Duel “Best” deleted"
        with pytest.raises(InputError):
            await library.choosing.duel(duel.id)
        assert await library.undo() == "Duel “Best” started"
        assert await library.choosing.duel(duel.id) == duel.undone()


@pytest.mark.parametrize("seed", range(4))
async def test_a_duel_is_what_a_plain_list_of_results_says(tmp_path: Path, seed: int) -> None:
    """Random results, undo, trash and restarts; the duel alone is kept here as well."""
    draw = random.Random(seed)
    verdicts = [Verdict.FIRST, Verdict.SECOND, Verdict.BOTH, Verdict.NEITHER]
    async with opened(tmp_path) as library:
        every = [one.id for one in await pictures(library, 9)]
        duel = await library.choosing.start_duel("Best", every, best=2)
    trashed: set[str] = set()
    for _session in range(3):
        async with opened(tmp_path) as library:
            for _step in range(8):
                assert await library.choosing.duel(duel.id) == duel
                action = draw.random()
                if action < 0.15:
                    duel = duel.undone()
                    await library.choosing.take_back(duel.id)
                elif action < 0.3:
                    one = draw.choice(every)
                    restores = one in trashed
                    await (library.restore([one]) if restores else library.trash([one]))
                    trashed ^= {one}
                    duel = replace(duel, gone=frozenset(trashed))
                elif action < 0.4:
                    best = draw.randint(1, 3)
                    await library.choosing.set_best(duel.id, best)
                    duel = duel.with_best(best)
                elif duel.pair is not None:
                    met = {frozenset((one.picture, one.other)) for one in duel.decisions}
                    assert frozenset(duel.pair) not in met
                    duel, decision = duel.decide(draw.choice(verdicts))
                    await library.choosing.decide(duel.id, decision)
        if draw.random() < 0.5:
            shutil.rmtree(tmp_path / "data")


async def test_the_number_of_places_is_changed_and_undone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        every = [one.id for one in await pictures(library, 3)]
        duel = await library.choosing.start_duel("Best", every)
        duel, decision = duel.decide(Verdict.FIRST)
        await library.choosing.decide(duel.id, decision)
        said = await library.choosing.set_best(duel.id, 2)
        assert said == "Number of places of the duel “Best” changed"
        assert await library.choosing.duel(duel.id) == duel.with_best(2)
        assert await library.undo() == said
        assert await library.choosing.duel(duel.id) == duel
        with pytest.raises(InputError):
            await library.choosing.set_best(duel.id, 4)


async def test_only_what_belongs_to_a_round_is_recorded(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        every = await pictures(library, 3)
        with pytest.raises(InputError):
            await library.choosing.start_round("x", [every[0].id, every[0].id])
        with pytest.raises(InputError):
            await library.choosing.start_duel("x", [p.id for p in every], best=4)
        one = await library.choosing.start_round("x", [p.id for p in every[:2]])
        for wrong in (
            Decision(picture=every[2].id, verdict=Verdict.PICK),
            Decision(picture=every[0].id, verdict=Verdict.FIRST),
        ):
            with pytest.raises(InputError):
                await library.choosing.decide(one.id, wrong)
        duel = await library.choosing.start_duel("x", [p.id for p in every[:2]])
        for wrong in (
            Decision(picture=every[0].id, other=every[2].id, verdict=Verdict.FIRST),
            Decision(picture=every[0].id, other=every[1].id, verdict=Verdict.PICK),
        ):
            with pytest.raises(InputError):
                await library.choosing.decide(duel.id, wrong)
        assert await library.choosing.duel(duel.id) == duel
        with pytest.raises(InputError):
            await library.choosing.decide("nowhere", Decision(picture=every[0].id))
        with pytest.raises(InputError):
            await library.choosing.duel(one.id)
        assert await library.choosing.round(one.id) == one
