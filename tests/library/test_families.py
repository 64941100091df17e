"""Families: trees without cycles, whatever happens to the pictures; branches and their cost."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common.errors import Billed, InputError
from studio.domain.entities import (
    Advanced,
    Drift,
    Failure,
    Flag,
    GenerationRequest,
    JobState,
    Parent,
    Picture,
    Reference,
    Role,
    new_id,
)
from studio.domain.family import FamilyTree, NodeState
from studio.domain.spend import Outlay
from studio.library.facade import Library
from studio.library.index.index import Index
from studio.library.log import records
from studio.library.log.records import BEGINNING, LogPosition
from studio.library.operations import trash
from studio.library.query import Query, Sort
from tests.library.builders import a_job, a_picture, opened, take


def edit_of(picture: Picture, *others: Picture) -> tuple[Parent, ...]:
    style = [Parent(sha256=o.sha256, role=Role.STYLE, picture=o.id, name="x") for o in others]
    return (*style, Parent(sha256=picture.sha256, role=Role.EDIT, picture=picture.id))


async def family_of_five(library: Library) -> list[Picture]:
    """A root with two children, of which the first has two children of its own."""
    root = await take(library, prompt="A lighthouse at dusk", cost_usd=0.125)
    first = await take(
        library, prompt="A lighthouse at dawn", cost_usd=0.25, parents=edit_of(root), model="m"
    )
    second = await take(library, prompt="Make it red", cost_usd=None, parents=edit_of(root))
    deep = await take(library, cost_usd=0.0625, parents=edit_of(first, second))
    last = await take(library, cost_usd=0.5, parents=edit_of(first))
    return [root, first, second, deep, last]


def shape(tree: FamilyTree) -> dict[str, str]:
    return {id: node.parent for id, node in tree.nodes.items()}


async def test_the_whole_family_is_found_from_any_of_its_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        root, first, second, deep, last = every = await family_of_five(library)
        await take(library)
        await library.flag([deep.id], Flag.PICK)
        expected = {
            root.id: "",
            first.id: root.id,
            second.id: root.id,
            deep.id: first.id,
            last.id: first.id,
        }
        for one in every:
            tree = await library.choosing.family(one.id)
            assert shape(tree) == expected
            assert list(tree.nodes) == [one.id for one in every]
        assert tree.root == root.id
        assert tree.children(root.id) == (first.id, second.id)
        assert tree.ancestors(deep.id) == [root.id, first.id]
        assert list(tree.descendants(first.id)) == [first.id, deep.id, last.id]
        assert [one.picture for one in tree.nodes[deep.id].references] == [second.id]
        assert tree.outlay(first.id) == Outlay(usd=0.8125, made=3, kept=1)
        assert tree.outlay(root.id) == Outlay(usd=0.9375, unknown=1, made=5, kept=1)
        assert tree.outlay(last.id).kept == 0
        with pytest.raises(InputError):
            await library.choosing.family("nowhere")


async def test_edges_say_what_changed(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        root, first, second, deep, _last = await family_of_five(library)
        drift = Drift(parent=root.id, share=0.125, aligned=True)
        await library.choosing.set_drift(first.id, drift)
        tree = await library.choosing.family(root.id)
        assert tree.change(root.id) is None
        change = tree.change(first.id)
        assert change is not None
        assert (change.added, change.removed) == (("dawn",), ("dusk",))
        assert [(one.name, one.before, one.after) for one in change.settings] == [
            ("model", "", "m")
        ]
        assert change.drift == 0.125
        change = tree.change(second.id)
        assert change is not None
        assert (change.added, change.removed) == (("Make it red",), ())
        change = tree.change(deep.id)
        assert change is not None
        assert (change.more, change.fewer) == ((second.sha256,), ())


async def test_parents_that_are_gone_stay_as_empty_nodes(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        root, first, _second, deep, _last = await family_of_five(library)
        before = shape(await library.choosing.family(deep.id))
        await library.trash([root.id, first.id])
        tree = await library.choosing.family(deep.id)
        assert shape(tree) == before
        assert tree.nodes[first.id].state is NodeState.TRASHED
        assert tree.nodes[deep.id].state is NodeState.PRESENT
        await library.restore([root.id])
        assert (await library.choosing.family(deep.id)).nodes[root.id].state is NodeState.PRESENT
        cost = tree.outlay(root.id)
        await trash.empty(library.store, [first.id], None)
        tree = await library.choosing.family(deep.id)
        assert shape(tree) == before
        assert tree.nodes[first.id].state is NodeState.DELETED
        assert tree.nodes[first.id].name == ""
        assert tree.outlay(root.id) == cost
        await library.rebuild()
        assert shape(await library.choosing.family(deep.id)) == before
        stranger = Parent(sha256="1" * 64, role=Role.EDIT, picture=new_id())
        child = await take(library, parents=(stranger,))
        tree = await library.choosing.family(child.id)
        assert tree.nodes[tree.root].state is NodeState.UNKNOWN
        assert tree.outlay(tree.root).made == 1


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 25), seed=st.integers())
def test_lineage_of_any_shape_gives_trees_without_circles(n: int, seed: int) -> None:
    draw = random.Random(seed)
    ids = [new_id() for _number in range(n)]
    pictures = []
    for id in ids:
        parents = tuple(
            Parent(sha256="0" * 64, role=draw.choice([Role.EDIT, Role.STYLE]), picture=above)
            for above in draw.sample(ids, min(n, draw.randint(0, 2)))
        )
        pictures.append(a_picture(id=id, parents=parents, cost_usd=1.0))
    index = Index.in_memory()
    place = LogPosition("2026-11.jsonl", 1)
    index.apply([(records.imported(pictures), BEGINNING, place)])
    trees = [index.families.tree(id) for id in ids]
    seen: dict[str, dict[str, str]] = {}
    for id, tree in zip(ids, trees, strict=True):
        assert tree is not None
        assert id in tree.nodes
        found = shape(tree)
        assert [one for one in found if not found[one]] == [tree.root]
        for one in found:
            assert len(tree.ancestors(one)) < len(found)
        assert tree.outlay(tree.root).made == len(found)
        # All agree on who belongs together.
        for one in found:
            assert seen.setdefault(one, found) == found


async def test_a_branch_is_named_found_and_undone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        root, first, second, deep, last = await family_of_five(library)
        named = library.choosing.name_branch
        assert await named(first.id, "  Client's   choice ") == "Branch named “Client's choice”"
        assert await named(last.id, "Last") == "Branch named “Last”"
        assert await named(last.id, "Last") == ""
        inside = Query(words='branch:"client\'s choice"', sort=Sort.OLDEST)
        assert list(await library.rows(inside)) == [first.row, deep.row, last.row]
        assert list(await library.rows(Query(words="branch:last"))) == [last.row]
        assert list(await library.rows(Query(words="branch:la*,nowhere"))) == [last.row]
        assert list(await library.rows(Query(words="branch:nowhere"))) == []
        others = Query(words='-branch:"client\'s choice"', sort=Sort.OLDEST)
        assert list(await library.rows(others)) == [root.row, second.row]
        assert await library.count(inside) == 3
        assert await library.choosing.branches() == ["Client's choice", "Last"]
        assert await library.choosing.branches("LA") == ["Last"]
        tree = await library.choosing.family(root.id)
        assert tree.branches == [first.id, last.id]
        assert [tree.branch_of(one.id) for one in (root, deep, last)] == [
            "",
            "Client's choice",
            "Last",
        ]
        assert await library.undo() == "Branch name cleared"
        assert await library.choosing.branches() == ["Client's choice"]
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert list(await library.rows(inside)) == [first.row, deep.row, last.row]
        assert await library.redo() == "Branch named “Last”"


async def test_drift_is_searched_and_sorted_but_not_undone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        root, first, second, deep, _last = await family_of_five(library)
        for one, share in ((first, 0.03), (second, 0.3), (deep, None)):
            drift = Drift(parent=root.id, share=share, shift_x=1.5, scale=1.01, aligned=True)
            await library.choosing.set_drift(one.id, drift)
            assert (await library.choosing.drifts([one.id, root.id])) == {one.id: drift}
        assert list(await library.rows(Query(words="drift:<5%"))) == [first.row]
        assert list(await library.rows(Query(words="drift:5%..30%"))) == [second.row]
        assert list(await library.rows(Query(words="drift:>=3"))) == [second.row, first.row]
        assert len(await library.rows(Query(words="drift:unknown"))) == 2
        by_drift = await library.rows(Query(sort=Sort.DRIFT))
        assert list(by_drift[:2]) == [second.row, first.row]
        assert await library.choosing.without_drift() == [_last.id]
        assert await library.undo() is None
        assert await library.collections.history() == []


async def test_a_run_costs_what_its_deleted_pictures_and_billed_failures_cost(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        run = new_id()
        one = await take(library, run=run, cost_usd=0.125)
        two = await take(library, run=run, cost_usd=0.25)
        await take(library, cost_usd=5.0)
        await library.flag([one.id], Flag.PICK)
        failure = Failure(kind="refused", title="Refused", billed=Billed.YES)
        failed = a_job(run=run, state=JobState.FAILED, failure=failure, estimate_usd=0.0625)
        await library.add_job_pictures(failed, [])
        await library.trash([two.id])
        await trash.empty(library.store, [two.id], None)
        outlay = await library.choosing.run_outlay(run)
        assert outlay == Outlay(usd=0.4375, made=2, kept=1)
        collection = await library.collections.make("Best")
        await library.collections.add([one.id], collection.id)
        found = await library.choosing.collection_outlay(collection.id)
        assert found == Outlay(usd=0.125, made=1, kept=1)
        assert await library.choosing.outlay_of([one.row]) == found


async def test_failed_edits_belong_to_the_family(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        reference = Reference(
            sha256=picture.sha256, media_type="image/png", role=Role.EDIT, picture=picture.id
        )
        request = GenerationRequest(
            profile="sketch", model="sketch", prompt="x", references=(reference,)
        )
        failure = Failure(kind="refused", title="Refused")
        job = a_job(request=request, state=JobState.FAILED, failure=failure)
        await library.add_job_pictures(job, [])
        tree = await library.choosing.family(picture.id)
        assert [one.id for one in tree.jobs] == [job.id]
        await library.dismiss([job.id])
        assert (await library.choosing.family(picture.id)).jobs == ()


async def test_settings_of_a_request_are_compared(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        root = await take(library, seed=1, advanced=Advanced(thinking="low"))
        child = await take(library, seed=2, parents=edit_of(root))
        change = (await library.choosing.family(child.id)).change(child.id)
        assert change is not None
        assert [(one.name, one.before, one.after) for one in change.settings] == [
            ("seed", "1", "2"),
            ("thinking", "low", ""),
        ]
