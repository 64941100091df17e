"""Kills at every durable step of what a user does, and kills at random moments."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.domain.entities import Picture, new_id
from studio.library.log import records
from studio.library.log.record_log import RecordLog
from studio.library.query import Query
from studio.remote import server
from tests.cli.forks import ForkedCommand
from tests.cli.program import forker
from tests.fake_service import tiny_png
from tests.generation.harness import replies, studio
from tests.torture import windows as killed_windows
from tests.torture.commands import copy_home

ROOT = Path(__file__).parents[2]
_HANG = 900
MANY = 10_000


def _environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH",)}
    user = home / "user"
    user.mkdir(parents=True, exist_ok=True)
    return {
        **kept, "HOME": str(user), "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen",
        "LANG": "C.UTF-8",
    }  # fmt: skip


def _program(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "studio", "--home", str(home), *words]


async def _some(home: Path, number: int) -> list[Picture]:
    with replies() as service:
        async with studio(home, service, shared=None) as one:
            for n in range(number):
                (job,) = await one.submit(f"Lamp {n}")
                await one.gone(job)
            return await one.pictures()


async def _thousands(home: Path) -> list[str]:
    """A library of so many pictures, all of one file's bytes; their ids."""
    (first,) = await _some(home, 1)
    library = home / "library"
    data = (library / first.path).read_bytes()
    log = RecordLog(library / ".gridbrush/records")
    last = [record for record, *_place in log.read()][-1]
    assert last.job is not None
    every = [replace(first, row=0, id=new_id()) for _n in range(MANY)]
    pictures = [replace(p, path=f"2026-10/lamp-{p.id[-12:]}.png") for p in every]
    (library / "2026-10").mkdir(mode=0o700)
    original = library / pictures[0].path
    original.write_bytes(data)
    for picture in pictures[1:]:
        os.link(original, library / picture.path)
    job = replace(last.job, id=new_id(), pictures=tuple(p.id for p in pictures))
    log.append(records.finished(job, pictures))
    log.close()
    return [picture.id for picture in pictures]


async def sound(home: Path, *, hashes: bool = True) -> list[tuple[str, int, bool, str]]:
    """What the next start finds, the same as after a rebuild; raises where anything is wrong."""
    core = await Core.open(paths.find(home), CoreOptions(), environ={})
    try:
        await core.recover()
        before = await core.library.every()
        await core.library.rebuild()
        after = await core.library.every()
        assert [replace(p, row=0) for p in before] == [replace(p, row=0) for p in after]
        if hashes:
            report = await server.check(core)
            assert report.whole, report
            assert report.orphans == (), report
            trash = core.library.originals.trash
            left = {p.relative_to(trash).as_posix() for p in trash.rglob("*") if p.is_file()}
            assert left <= {one.path for one in after if one.trashed}, left
        shown = await core.library.pictures(await core.library.rows(Query()))
        assert len(shown) == sum(not one.trashed for one in after)
        return [(p.id, p.rating, p.trashed, p.sha256) for p in after]
    finally:
        await core.close()


Command = Callable[[Path], list[str]]


def _make(home: Path) -> list[str]:
    return ["generate", "Lamp", "--model", "sketch", "--size", "512", "--seed", "7"]


def _edit(home: Path) -> list[str]:
    (first, *_others) = asyncio.run(_some(home, 1))
    return [*_make(home), "--edit", first.id]


def _trash(home: Path) -> list[str]:
    return ["library", "trash", *(p.id for p in asyncio.run(_some(home, 3))[:2])]


def _empty(home: Path) -> list[str]:
    ids = [p.id for p in asyncio.run(_some(home, 3))[:2]]
    subprocess.run(
        _program(home, "library", "trash", *ids), env=_environment(home.parent),
        capture_output=True, check=True,
    )  # fmt: skip
    return ["library", "empty-trash", "--yes"]


def _rebuild(home: Path) -> list[str]:
    asyncio.run(_some(home, 3))
    return ["library", "rebuild"]


def _import(home: Path) -> list[str]:
    asyncio.run(_some(home, 1))
    folder = home.parent / "pictures"
    folder.mkdir()
    for n in range(2):
        (folder / f"scan {n}.png").write_bytes(tiny_png(8 + n, 8))
    return ["library", "import", str(folder)]


def _rate(home: Path) -> list[str]:
    return ["library", "rate", "4", *asyncio.run(_thousands(home))]


COMMANDS: dict[str, Command] = {
    "generate": _make,
    "edit": _edit,
    "trash": _trash,
    "empty trash": _empty,
    "rebuild": _rebuild,
    "import": _import,
    "rate 10,000": _rate,
}


def every_step(folder: Path, name: str) -> int:
    """Kill one command at each of its durable steps; how many kills there were."""
    folder.mkdir(parents=True)
    start = folder / "start"
    start.mkdir()
    command = COMMANDS[name](start)
    before = asyncio.run(sound(start))
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.commands", str(folder), *command],
        capture_output=True, text=True, timeout=_HANG, check=True, cwd=ROOT,
    )  # fmt: skip
    kills = int(done.stdout)
    many = name.startswith("rate")
    ends = set()
    for number in range(kills):
        home = folder / str(number)
        found = asyncio.run(sound(home, hashes=not many))
        again = asyncio.run(sound(home, hashes=not many))
        assert found == again, (name, number)
        # What was there is there, and an action is done as a whole or not at all.
        deleted = {one[0] for one in before} - {one[0] for one in found}
        if name == "empty trash":
            assert deleted in (set(), {one[0] for one in before if one[2]}), number
        else:
            assert not deleted, (name, number)
        changed = len(set(found) ^ set(before))
        ends.add(changed)
        shutil.rmtree(home)
    assert len(ends) <= 3, (name, ends)
    return kills


def _found(home: Path) -> set[tuple[str, str]]:
    """Id and hash of each picture the next start finds; raises where anything is wrong."""
    return {(one[0], one[3]) for one in asyncio.run(sound(home))}


def windows(folder: Path, number: int) -> int:
    """Kill so many windows on a display of their own; how many kills there were."""
    return killed_windows.kill(folder, number, _found)


def at_random(folder: Path, number: int) -> int:
    """Kill a program that makes pictures at random moments; how many kills there were.

    What is left is looked at on a copy, so that the next program does its own recovering. It is
    forked from one that has imported everything: no kill meets a process that only imports.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="gb-") as warm, forker(Path(warm)) as command:
        return _kill_at_random(folder, home, number, command[-1])


def _kill_at_random(folder: Path, home: Path, number: int, forks: str) -> int:
    chance = random.Random(17)
    kept: set[tuple[str, str]] = set()
    for count in range(number):
        words = ("--home", str(home), "generate", "Lamp {a|b|c}", "--size", "512", "--json")
        with Path(os.devnull).open("r+b") as nothing:
            process = ForkedCommand(
                forks, words, environ=_environment(folder), folder=folder,
                stdin=nothing.fileno(), stderr=nothing.fileno(),
            )  # fmt: skip
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 0.6))
        process.kill()
        out, _err = process.communicate()
        shown = {line.split('"id":"')[1][:36] for line in out.splitlines() if '"image"' in line}
        copy = folder / "copy"
        copy_home(home, copy)
        found = _found(copy)
        shutil.rmtree(copy)
        assert kept <= found, (count, kept - found)
        assert shown <= {id for id, _sha in found}, count
        kept = found
        if count % 20 == 0:
            assert shown <= _reads(home), count
    return number


def _reads(home: Path) -> set[str]:
    """Ids of the pictures a reader finds; the program starts."""
    began = time.monotonic()
    done = subprocess.run(
        _program(home, "library", "list", "--json"), env=_environment(home.parent),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 60
    return {line.split('"id":"')[1][:36] for line in done.stdout.splitlines()}
