"""Keeping a library intact: verification and repair, copies of the records, backups."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from studio.common.errors import InputError, LibraryTooNew, StorageError
from studio.common.library_lock import LibraryLock
from studio.domain.entities import Picture, Role
from studio.library.log import daily_copies, records
from studio.library.log.record_log import RecordLog
from studio.library.operations import backup, scrub
from studio.library.stopped import Stopped
from studio.remote import server
from studio.remote.protocol import ChangeLibrary
from studio.remote.server import carry_out
from tests.generation.harness import Studio, replies, studio
from tests.library.backups import read_back

DAY = 86_400.0


async def made(one: Studio, number: int = 3) -> list[Picture]:
    for n in range(number):
        (job,) = await one.submit(f"Lamp {n}")
        await one.gone(job)
    return await one.pictures()


async def fixed(one: Studio) -> dict[str, Any]:
    facts: dict[str, Any] = (await carry_out(one.core, ChangeLibrary(action="fix"))).facts
    return facts


async def test_a_file_moved_within_the_library_is_found_by_its_bytes(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            first, *_others = await made(one)
            old = one.core.library.path(first)
            new = old.parent.parent / "chosen" / "the best.png"
            new.parent.mkdir()
            old.rename(new)
            facts = await fixed(one)
            assert facts["fixed"] == {"found": 1, "put_back": 0, "lost": 0, "records": 0}
            assert (facts["missing"], facts["orphans"]) == ([], [])
            (now,) = await one.core.library.find([first.id])
            assert one.core.library.path(now) == new
            # It is no step of the undo.
            assert await one.core.library.undo() is None


async def test_a_changed_original_is_put_back_from_its_kept_copy(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            first, second, _third = await made(one)
            path = one.core.library.path(first)
            whole = path.read_bytes()
            await one.core.library.keep_input(path, role=Role.EDIT, name="lamp", picture=first.id)
            path.write_bytes(whole[:-4] + b"rust")
            one.core.library.path(second).write_bytes(b"no copy of this")
            facts = await fixed(one)
            # Both are of the same content, of which one copy is enough.
            assert facts["fixed"]["put_back"] == 2
            assert path.read_bytes() == whole
            # Nothing is thrown away.
            assert sum("changed-1" in orphan for orphan in facts["orphans"]) == 2
            assert facts["changed"] == []


async def test_what_is_gone_is_marked_and_is_back_when_the_file_is(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            first, *_others = await made(one)
            path = one.core.library.path(first)
            data = path.read_bytes()
            path.unlink()
            facts = await fixed(one)
            assert facts["fixed"]["lost"] == 1
            assert facts["missing"] == [first.id]
            (now,) = await one.core.library.find([first.id])
            assert now.missing
            path.write_bytes(data)
            assert (await fixed(one))["missing"] == []
            (now,) = await one.core.library.find([first.id])
            assert not now.missing


async def test_damaged_records_of_jobs_come_back_from_the_copies(tmp_path: Path) -> None:
    records = tmp_path / "library/.gridbrush/records"
    with replies() as service:
        async with studio(tmp_path, service) as one:
            before = await made(one)
            assert daily_copies.make(one.core.library.folder) is not None
        (log,) = records.iterdir()
        lines = log.read_bytes().splitlines(keepends=True)
        lines[0] = lines[0][:50] + b"#" + lines[0][51:]
        log.write_bytes(b"".join(lines))
        (index,) = (tmp_path / "data/libraries").glob("*/index.sqlite")
        for path in index.parent.glob("index*"):
            path.unlink()
        async with studio(tmp_path, service) as one:
            assert len(await one.pictures()) == 2
            assert (await server.check(one.core)).damaged_records == 1
            facts = await fixed(one)
            assert facts["fixed"]["records"] == 1
            after = await one.pictures()
            assert {p.id for p in after} == {p.id for p in before}
            # The damaged line stays where it is, and is said.
            assert facts["damaged_records"] == 1
            assert facts["orphans"] == []


async def test_a_check_can_be_stopped(tmp_path: Path) -> None:
    def stop(_done: int) -> None:
        raise Stopped

    with replies() as service:
        async with studio(tmp_path, service) as one:
            await made(one, 1)
            with pytest.raises(Stopped):
                await server.check(one.core, stop)


async def test_a_copy_of_the_records_is_made_each_day_and_fourteen_are_kept(
    tmp_path: Path,
) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await made(one, 1)
            library = one.core.library.folder
            for day in range(20):
                assert daily_copies.make(library, now=1.7e9 + day * DAY) is not None
                assert daily_copies.make(library, now=1.7e9 + day * DAY + 60) is None
                if day == 10:
                    await made(one, 1)
            kept = daily_copies.every(library)
            assert len(kept) == daily_copies.KEPT
            assert [one.name for one in kept] == sorted(one.name for one in kept)
            # What did not grow is there once.
            inodes = {path.stat().st_ino for folder in kept for path in folder.iterdir()}
            assert len(inodes) <= 2
            found = [record.id for record in daily_copies.records_of(library)]
            known = [record.id for record, *_ in RecordLog(library / ".gridbrush/records").read()]
            assert set(known) <= set(found)


async def test_a_copy_that_was_not_finished_is_no_copy(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await made(one, 1)
            library = one.core.library.folder
            half = library / ".gridbrush/copies/.2026-01-01.new"
            half.mkdir(parents=True)
            assert daily_copies.every(library) == []
            assert list(daily_copies.records_of(library)) == []


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


async def test_a_backup_brings_everything_back(tmp_path: Path) -> None:
    target, home = tmp_path / "all.zip", tmp_path / "one"
    told: list[int] = []
    with replies() as service:
        async with studio(home, service) as one:
            pictures = await made(one)
            await one.core.library.rate([pictures[0].id], 5)
            await one.core.library.trash([pictures[1].id])
            # While the program runs.
            backup.write(home / "library", target, {}, told.append)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert told == sorted(told)
        with pytest.raises(InputError):
            backup.write(home / "library", target, {})
        again = tmp_path / "two"
        number = read_back(target, again / "library", {})
        assert number == len(contents(again / "library"))
        async with studio(again, service) as one:
            await one.core.recover()
            assert {p.id for p in await one.pictures()} == {pictures[0].id, pictures[2].id}
            (found,) = await one.core.library.find([pictures[0].id])
            assert found.rating == 5
            assert (await server.check(one.core)).whole
        with pytest.raises(InputError, match="already"):
            read_back(target, again / "library", {})


async def packed(tmp_path: Path) -> Path:
    target = tmp_path / "all.zip"
    with replies() as service:
        async with studio(tmp_path / "one", service) as one:
            await made(one, 1)
    backup.write(tmp_path / "one/library", target, {})
    return target


async def test_a_damaged_backup_is_no_library(tmp_path: Path) -> None:
    target = await packed(tmp_path)
    data = bytearray(target.read_bytes())
    for place in (len(data) // 3, len(data) // 2, len(data) - 10):
        bad = tmp_path / f"bad{place}.zip"
        torn = bytearray(data)
        torn[place] ^= 0xFF
        bad.write_bytes(torn)
        try:
            read_back(bad, tmp_path / f"out{place}", {})
        except (StorageError, InputError):
            assert not (tmp_path / f"out{place}/.gridbrush/id").exists()
        else:
            # Only what is between the files was changed.
            assert contents(tmp_path / f"out{place}") == contents(tmp_path / "one/library")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(data[: len(data) // 2])
    with pytest.raises(StorageError, match="damaged"):
        read_back(cut, tmp_path / "cut", {})
    (tmp_path / "no.zip").write_bytes(b"not a zip")
    with pytest.raises(StorageError):
        read_back(tmp_path / "no.zip", tmp_path / "no", {})


@pytest.mark.parametrize(
    "name",
    [
        "library/../../outside",
        "/etc/outside",
        "library/..\\..\\outside",
        "library/C:outside",
        "outside",
        "library/a/../../../outside",
    ],
)
async def test_a_hostile_backup_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    target = await packed(tmp_path)
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(target) as good, zipfile.ZipFile(evil, "w") as bad:
        manifest = json.loads(good.read("manifest.json"))
        manifest["sha256"][name] = "0" * 64
        for one in good.namelist():
            if one != "manifest.json":
                bad.writestr(one, good.read(one))
        bad.writestr(name, b"evil")
        bad.writestr("manifest.json", json.dumps(manifest))
    before = set(tmp_path.rglob("*"))
    inner = tmp_path / "deep/deeper/out"
    read_back(evil, inner, {})
    after = set(tmp_path.rglob("*")) - before
    assert not any("outside" in path.name for path in after)
    assert all(path == inner or inner in path.parents or path in inner.parents for path in after)
    assert not Path("/etc/outside").exists()


def nothing(_seconds: float) -> None:
    return None


async def test_each_start_reads_a_share_and_all_have_their_turn(tmp_path: Path) -> None:
    memory = tmp_path / "scrub.json"
    with replies() as service:
        async with studio(tmp_path / "one", service) as one:
            await made(one, 5)
            every = await one.core.library.every()
            originals = one.core.library.originals
            assert await scrub.choose(one.core.library.store, memory) == every
            seen: list[str] = []
            for _start in range(5):
                turn = (await scrub.choose(one.core.library.store, memory))[:2]
                found = scrub.scrub(originals, turn, memory, rest=nothing)
                seen += [picture.id for picture in turn]
                assert found.read == 2
            assert {picture.id for picture in every} == set(seen)
            originals.path(every[1]).write_bytes(b"rust")
            originals.path(every[2]).unlink()
            found = scrub.scrub(originals, every, memory, rest=nothing)
            assert (found.changed, found.missing) == ((every[1].id,), (every[2].id,))
            assert scrub.scrub(originals, every, memory, stop=lambda: True).read == 0
            # Each once, beginning behind the one that was read last.
            memory.write_text(f'{{"after": "{every[1].id}"}}')
            turn = await scrub.choose(one.core.library.store, memory)
            assert turn == [*every[2:], *every[:2]]
            await one.core.library.change(
                "missing", [every[3].id], lambda _former: [(True, [every[3].id])]
            )
            turn = await scrub.choose(one.core.library.store, memory)
            assert [p.id for p in turn] == [every[n].id for n in (2, 4, 0, 1)]


async def test_a_newer_library_is_opened_to_be_looked_at(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (first,) = await made(one, 1)
        identity = tmp_path / "library/.gridbrush/id"
        newer = {**json.loads(identity.read_text()), "version": records.VERSION + 1}
        identity.write_text(json.dumps(newer))
        before = contents(tmp_path / "library")
        async with studio(tmp_path, service) as one:
            assert [picture.id for picture in await one.pictures()] == [first.id]
            assert one.core.settings.trouble is not None
            assert "newer version of Gridbrush" in one.core.settings.trouble.title
            assert not one.core.writable
            await one.core.recover()
            await one.core.library.mark_seen([first.id])
            with pytest.raises(LibraryTooNew):
                await one.core.library.rate([first.id], 3)
            with pytest.raises(LibraryTooNew):
                await one.submit()
            # Whoever understands it may have it.
            LibraryLock(tmp_path / "library").acquire()
        assert contents(tmp_path / "library") == before
        assert len(service.requests) == 1
