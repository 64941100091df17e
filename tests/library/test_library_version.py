"""Version of a library: raised before the first record that older programs do not understand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from studio.common import files
from studio.domain.choices import Verdict
from studio.domain.entities import Drift, Parent, Role
from studio.library.facade import Library
from studio.library.log import lenient_records, records
from studio.library.log.record_log import RecordLog
from studio.library.operations import backup
from tests.library.backups import read_back
from tests.library.builders import opened, take

CHOOSING = 2
"""Version with branches, stacks, rounds and duels."""


def version(home: Path) -> int:
    return int(json.loads((home / "library/.gridbrush/id").read_text())["version"])


def months(home: Path) -> list[Path]:
    return sorted((home / "library/.gridbrush/records").glob("*.jsonl"))


async def choose(library: Library) -> tuple[list[str], str, str]:
    """Everything of version 2; returns the pictures' ids, a round and a duel."""
    root = await take(library)
    edit = (Parent(sha256=root.sha256, role=Role.EDIT, picture=root.id),)
    ids = [root.id, *[(await take(library, parents=edit)).id for _number in range(2)]]
    choosing = library.choosing
    await choosing.name_branch(ids[1], "Client's choice")
    await choosing.stack(ids[:2])
    await choosing.set_cover(ids[0])
    await choosing.set_drift(ids[1], Drift(parent=ids[0], share=0.25, aligned=True))
    one = await choosing.start_round("Round", ids)
    one, decision = one.decide(Verdict.PICK)
    await choosing.decide(one.id, decision)
    await choosing.keep_place(one.id, 2)
    duel = await choosing.start_duel("Duel", ids)
    duel, decision = duel.decide(Verdict.SECOND)
    await choosing.decide(duel.id, decision)
    return ids, one.id, duel.id


async def state(library: Library, ids: list[str], round_: str, duel: str) -> list[object]:
    """All that was chosen, comparable."""
    choosing = library.choosing
    tree = await choosing.family(ids[0])
    found = await library.find(ids)
    return [
        {id: (node.parent, node.branch, node.drift) for id, node in tree.nodes.items()},
        await choosing.branches(),
        await choosing.drifts(ids),
        await library.query_index(lambda index: index.state.field_of("stack", ids)),
        await choosing.covers([[picture.row for picture in found]]),
        [picture.flag for picture in found],
        await choosing.round(round_),
        await choosing.duel(duel),
    ]


async def test_the_version_is_raised_by_the_first_new_record_only(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.rate([picture.id], 3)
        await library.collections.make("Best")
        await library.undo()
        assert version(tmp_path) == records.FIRST
        identity = json.loads((tmp_path / "library/.gridbrush/id").read_text())["id"]
        old = months(tmp_path)[0].read_bytes()
        await library.choosing.name_branch(picture.id, "x")
        assert version(tmp_path) == CHOOSING
        assert json.loads((tmp_path / "library/.gridbrush/id").read_text())["id"] == identity
    new = months(tmp_path)[0].read_bytes()
    assert new.startswith(old), "what was written stays as it is"
    written = [json.loads(line).get("v", 1) for line in new.splitlines()]
    assert written == [records.FIRST] * (len(written) - 1) + [CHOOSING]


async def test_the_version_is_raised_before_the_record_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)

        def full(*_args: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.Appender, "append", full)
        with pytest.raises(Exception, match="space"):
            await library.choosing.name_branch(picture.id, "x")
        assert version(tmp_path) == CHOOSING


@pytest.mark.parametrize("field", sorted(records.SECOND))
def test_an_older_program_recognises_every_new_record(field: str, tmp_path: Path) -> None:
    record = records.change(field, [], [])
    assert record.v == CHOOSING
    assert lenient_records.is_newer({"v": record.v}, records.FIRST)
    several = records.change("flag", [], [], also=[records.FieldChange(field="rating")])
    assert several.v == CHOOSING
    assert records.change("flag", [], []).v == records.FIRST


async def test_everything_chosen_survives_rebuild_backup_and_recovery(tmp_path: Path) -> None:
    async with opened(tmp_path / "a") as library:
        chosen = await choose(library)
        expected = await state(library, *chosen)
        assert expected[4] == [1]
        await library.rebuild()
        assert await state(library, *chosen) == expected
    backup.write(tmp_path / "a/library", tmp_path / "copy.zip", {})
    read_back(tmp_path / "copy.zip", tmp_path / "b/library", {})
    async with opened(tmp_path / "b") as library:
        assert await state(library, *chosen) == expected
    assert version(tmp_path / "b") == CHOOSING


async def test_a_conflict_copy_brings_what_was_chosen_there(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    async with opened(here) as library:
        await take(library)
    shutil.copytree(here, there)
    async with opened(there) as library:
        chosen = await choose(library)
        expected = await state(library, *chosen)
    (theirs,) = months(there)
    shutil.copy(theirs, months(here)[0].with_name("2026-11 (conflicted copy).jsonl"))
    assert version(here) == records.FIRST
    async with opened(here) as library:
        found = await state(library, *chosen)
        assert found == expected
    assert version(here) == CHOOSING, "raised before their records were taken over"


async def test_what_was_chosen_returns_from_the_index_when_the_records_are_lost(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as library:
        chosen = await choose(library)
        expected = await state(library, *chosen)
    (month,) = months(tmp_path)
    month.write_bytes(b"")
    async with opened(tmp_path) as library:
        assert await state(library, *chosen) == expected


async def test_odd_values_of_new_fields_are_left_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        ids, round_, _duel = await choose(library)
        expected = await state(library, ids, round_, _duel)
    odd = [
        records.change("branch", [(5, ids)], []),
        records.change("stack", [("../x", ids)], []),
        records.change("cover", [(-1, ids)], []),
        records.change("drift", [({"parent": 3}, ids)], []),
        records.change("round", [({"name": 3}, [round_])], []),
        records.change("decision", [({}, [round_])], []),
        records.change("round", [(None, ["../x"])], []),
    ]
    log = RecordLog(tmp_path / "library/.gridbrush/records")
    log.append_all(odd)
    log.close()
    async with opened(tmp_path) as library:
        assert library.store.damaged == len(odd)
        assert await state(library, ids, round_, _duel) == expected
