"""A process that is killed while it copies leaves nothing in the user's folder for long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import files, paths, unfinished_copies
from studio.common.unfinished_copies import NOTE

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
MINE, COPIED = "MY RETOUCHED VERSION", "the original"

_DRIVER = """
import itertools, json, os, signal, sys
from pathlib import Path
from studio.common import files, unfinished_copies
from studio.library.files import save_copies
from studio.library.operations import backup

root, way = Path(sys.argv[1]), sys.argv[2]
library, notes = root / "library", root / "unfinished"
source = library / "2026-11" / "lamp.png"

def act(folder):
    if way == "beside":
        save_copies.save_into(source, folder, library)
    elif way == "over":
        save_copies.save_as(source, folder / "lamp.png", library)
    else:
        backup.write(library, folder / "lamp.png", {}, over=True)

def inside(folder):
    return sorted(path.name for path in folder.iterdir())

for last in itertools.count(1):
    folder = root / f"for the client {last}"
    folder.mkdir()
    (folder / "lamp.png").write_text("MY RETOUCHED VERSION")
    child = os.fork()
    if not child:
        kinds = []
        def step(kind, path):
            kinds.append(kind)
            if len(kinds) == last:
                os.write(1, (json.dumps({"kind": kind}) + "\\n").encode())
                os.kill(os.getpid(), signal.SIGKILL)
        files.watch(step)
        unfinished_copies.note_in(notes)
        act(folder)
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    before = inside(folder)
    removed = unfinished_copies.remove_left(notes)
    print(json.dumps({
        "killed": os.WIFSIGNALED(status), "before": before, "after": inside(folder),
        "removed": removed, "text": (folder / "lamp.png").read_bytes().decode("latin-1"),
        "notes": [one.stat().st_size for one in notes.iterdir()] if notes.is_dir() else [],
    }), flush=True)
    if not os.WIFSIGNALED(status):
        sys.exit(os.WEXITSTATUS(status))
    for one in notes.iterdir() if notes.is_dir() else ():
        one.unlink()
"""
"""Copies again and again, and is killed one durable step later each time."""


def killed_at_each_step(tmp_path: Path, way: str) -> tuple[list[str], list[dict[str, Any]]]:
    files.replace(tmp_path / "library" / "2026-11" / "lamp.png", COPIED.encode())
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER, tmp_path, way], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return [one["kind"] for one in said if "kind" in one], [one for one in said if "after" in one]


@posix
@pytest.mark.parametrize("way", ["beside", "over", "backup"])
def test_killed_at_any_step_it_leaves_nothing_after_the_next_start(
    tmp_path: Path, way: str
) -> None:
    kinds, states = killed_at_each_step(tmp_path, way)
    assert {"create", "sync", "rename", "sync-folder", "remove"} <= set(kinds)
    assert [one["killed"] for one in states] == [True] * len(kinds) + [False]
    left = [one for one in states if any(name.endswith(".new") for name in one["before"])]
    assert len(left) > 1, "there was something to remove"
    for one in states:
        assert set(one["after"]) <= {"lamp.png", "lamp-2.png"}
        assert one["removed"] == sum(name.endswith(".new") for name in one["before"])
        whole = one["text"].startswith("PK") if way == "backup" else one["text"] == COPIED
        assert one["text"] == MINE or whole
        assert not any(one["notes"]), "a note without a name may be about to get one"
    assert states[-1]["notes"] == []
    assert states[-1]["before"] == (["lamp-2.png", "lamp.png"] if way == "beside" else ["lamp.png"])


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "unfinished"
    unfinished_copies.note_in(made)
    yield made
    unfinished_copies.note_in(None)


def note(folder: Path, text: str | Path, *, age: float = 0.0) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / f"1-{len(list(folder.iterdir()))}{NOTE}"
    made.write_bytes(os.fsencode(text))
    os.utime(made, (time.time() - age, time.time() - age))
    return made


def test_a_copy_that_is_under_way_is_left_alone(notes: Path, tmp_path: Path) -> None:
    with unfinished_copies.beside(tmp_path / "lamp.png") as part:
        part.write_bytes(b"half")
        assert unfinished_copies.remove_left(notes) == 0
        assert part.exists()
        assert len(list(notes.iterdir())) == 1
    assert list(notes.iterdir()) == []


def test_only_what_has_the_name_of_such_a_copy_is_removed(notes: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    precious = folder / "lamp.png"
    precious.write_bytes(b"mine")
    named = files.beside(precious)
    named.mkdir()
    for text in (precious, named, ".lamp.png.1.a.new", f"{precious}\0.lamp.png.1.a.new"):
        note(notes, text)
    assert unfinished_copies.remove_left(notes) == 0
    assert sorted(folder.iterdir()) == sorted([precious, named])
    assert list(notes.iterdir()) == []


@posix
def test_a_link_in_its_place_stays_and_so_does_what_it_leads_to(
    notes: Path, tmp_path: Path
) -> None:
    precious = tmp_path / "lamp.png"
    precious.write_bytes(b"mine")
    link = files.beside(precious)
    link.symlink_to(precious)
    note(notes, link)
    assert unfinished_copies.remove_left(notes) == 0
    assert link.is_symlink()
    assert precious.read_bytes() == b"mine"


def test_a_disk_that_is_away_is_waited_for_and_not_for_ever(notes: Path, tmp_path: Path) -> None:
    part = files.beside(tmp_path / "stick" / "lamp.png")
    kept, dropped = note(notes, part), note(notes, part, age=200 * 86400)
    assert unfinished_copies.remove_left(notes) == 0
    assert kept.exists()
    assert not dropped.exists()
    part.parent.mkdir()
    part.write_bytes(b"half")
    assert unfinished_copies.remove_left(notes) == 1
    assert list(part.parent.iterdir()) == list(notes.iterdir()) == []


def test_an_empty_note_may_be_about_to_get_its_name(notes: Path) -> None:
    young, old = note(notes, ""), note(notes, "", age=2 * 3600)
    assert unfinished_copies.remove_left(notes) == 0
    assert young.exists()
    assert not old.exists()


@posix
def test_a_state_folder_that_takes_no_notes_stops_no_copy(notes: Path, tmp_path: Path) -> None:
    notes.write_bytes(b"a file in its place")
    with unfinished_copies.beside(tmp_path / "lamp.png") as part:
        files.write_new(part, (b"whole",))
        files.claim(part, tmp_path / "lamp.png")
    assert (tmp_path / "lamp.png").read_bytes() == b"whole"


async def test_a_start_removes_what_was_left(tmp_path: Path) -> None:
    where = paths.find(tmp_path / "home")
    part = files.beside(tmp_path / "lamp.png")
    part.write_bytes(b"half")
    (where.state / "unfinished").mkdir(parents=True)
    note(where.state / "unfinished", part)
    core = await Core.open(where, CoreOptions())
    await core.close()
    assert not part.exists()
    assert list((where.state / "unfinished").iterdir()) == []
