"""Whatever leaves the program replaces nothing, and leaves nothing half-written."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.common import directory_handles, files
from studio.common.errors import StudioError
from studio.library.files import save_copies
from tests.app.ways_out import (
    MINE,
    WAYS,
    Outside,
    Way,
    backup_agreed,
    is_whole,
    save_as_agreed,
    save_into,
    table_agreed,
    tried,
)
from tests.small_disk import small_disk

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")

NAMES = (
    "Harbour.png", "harbour.png", "HARBOUR.PNG", "Straße.png", "STRASSE.png", "café.png",
    "cafe\u0301.png", "con.png", "NUL", "lpt1.png", "a" * 251 + ".png", "é" * 125 + ".png",
    "\U0001f680" * 62 + ".png", "日本.png", "x.png", "x-2.png", "x",
    *(() if sys.platform == "win32" else ("x.png.", "x.png ", "-x.png", ".x.png", "a\nb.png")),
)  # fmt: skip

wayed = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@given(
    ways=st.lists(st.tuples(st.sampled_from(list(WAYS)), st.sampled_from(NAMES)), max_size=6),
    existing=st.sets(st.sampled_from(NAMES), max_size=6),
    appearing=st.lists(st.booleans(), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_no_way_out_replaces_anything(
    ways: list[tuple[str, str]], existing: set[str], appearing: list[bool]
) -> None:
    """Files are there, and others appear under the very name a copy is about to get."""
    with tempfile.TemporaryDirectory() as home:
        out = Outside(Path(home))
        mine = set()
        for name in existing:
            with contextlib.suppress(FileExistsError), (out.folder / name).open("xb") as file:
                file.write(MINE)
                mine.add(name)
        turns = iter(appearing)

        def appear(path: Path) -> None:
            if next(turns, False):
                with contextlib.suppress(FileExistsError), path.open("xb") as file:
                    file.write(MINE)
                    mine.add(path.name)

        out.meanwhile = appear
        ends = [tried(WAYS[way], out, name) for way, name in ways]
        written = [end.name for end in ends if isinstance(end, Path)]
        after = out.inside()
        assert {name for name, data in after.items() if data == MINE} == mine
        assert sorted(written) == sorted(after.keys() - mine)
        assert all(is_whole(after[name]) for name in written)
        told = [end for end in ends if isinstance(end, StudioError)]
        assert all("already" in error.title or "too long" in error.title for error in told)


WRITERS = {
    "studio/library/files/new_file.py",
    "studio/library/files/save_copies.py",
    "studio/library/operations/backup.py",
    "studio/app/spreadsheet_file.py",
}
"""The modules that write files into folders of the user, each behind a way in `ways_out.py`."""


def test_every_writer_is_behind_a_way() -> None:
    """All files for the user are unfinished copies first."""
    studio = Path(__file__).resolve().parents[2] / "studio"
    found = {
        path.relative_to(studio.parent).as_posix()
        for path in studio.rglob("*.py")
        if "unfinished_copies.beside(" in path.read_text("utf-8")
    }
    assert found == WRITERS, "give a new writer its way in tests/app/ways_out.py"


UNASKED = {name: way for name, way in WAYS.items() if name != "save as"}
"""Ways that never replace. *Save as* does with the consent its dialog asks for: of two at once,
the second may find the first one's file, and nobody was there to be asked."""


@pytest.mark.parametrize("way", UNASKED.values(), ids=UNASKED)
def test_two_at_once_both_arrive_or_one_is_told(tmp_path: Path, way: Way) -> None:
    out = Outside(tmp_path)
    for _turn in range(4):
        out.original("x.png")
    with ThreadPoolExecutor(4) as threads:
        places = [Outside(tmp_path / str(n)) for n in range(4)]
        for one in places:
            one.folder = out.folder
        ends = list(threads.map(lambda one: tried(way, one, "x.png"), places))
    written = [end.name for end in ends if isinstance(end, Path)]
    assert len(set(written)) == len(written) >= 1
    assert sorted(out.inside()) == sorted(written)
    assert all(map(is_whole, out.inside().values()))


@pytest.mark.parametrize("way", [backup_agreed, table_agreed, save_as_agreed])
def test_consent_ends_with_what_was_there(tmp_path: Path, way: Way) -> None:
    """The dialog found nothing, and a file came while a long copy was written."""
    out = Outside(tmp_path)
    out.meanwhile = lambda path: path.write_bytes(MINE)
    ended = tried(way, out, "x.zip")
    assert isinstance(ended, StudioError)
    assert "already" in ended.title
    assert out.inside() == {"x.zip": MINE}
    out.meanwhile = lambda _path: None
    assert tried(way, out, "x.zip") == out.folder / "x.zip"
    assert is_whole(out.inside()["x.zip"])


FAULTS = {
    errno.ENOSPC: "The disk is full",
    errno.EFBIG: "The file is too large for this disk",
    errno.EACCES: "No permission to write",
    errno.EROFS: "The disk is read-only",
    errno.EIO: "The folder cannot be reached",
    errno.ENOENT: "The folder cannot be reached",
}


@wayed
@pytest.mark.parametrize(
    ("kind", "number"),
    [
        *(("rename", number) for number in FAULTS),
        *((kind, errno.ENOSPC) for kind in ("create", "write", "append", "sync")),
    ],
)
def test_a_fault_at_any_step_is_told_and_leaves_nothing(
    tmp_path: Path, way: Way, kind: str, number: int
) -> None:
    out = Outside(tmp_path)
    (out.folder / "x-2.png").write_bytes(MINE)
    met = []

    def fail(step: str, path: Path) -> None:
        if step == kind and path.parent == out.folder:
            met.append(path)
            raise OSError(number, os.strerror(number))

    end = files.watch(fail)
    try:
        ended = tried(way, out, "x.png")
    finally:
        end()
    if not met:
        assert isinstance(ended, Path), "this way has no such step"
        return
    assert isinstance(ended, StudioError)
    assert ended.title == FAULTS[number]
    assert "x" in ended.message
    assert ".new" not in ended.message, "the user knows no such file"
    assert out.inside() == {"x-2.png": MINE}


@wayed
def test_a_disk_that_is_really_full_keeps_what_it_has(tmp_path: Path, way: Way) -> None:
    out = Outside(tmp_path)
    with small_disk(tmp_path / "card") as card:
        out.folder = card
        (card / "mine.png").write_bytes(MINE)
        ended = tried(way, out, "x.png")
        assert isinstance(ended, StudioError)
        assert ended.title == "The disk is full"
        assert out.inside() == {"mine.png": MINE}


@wayed
def test_a_folder_that_is_removed_meanwhile_is_told_and_not_made_anew(
    tmp_path: Path, way: Way
) -> None:
    out = Outside(tmp_path)
    out.meanwhile = lambda _path: shutil.rmtree(out.folder)
    ended = tried(way, out, "x.png")
    assert isinstance(ended, StudioError)
    assert ended.title == "The folder cannot be reached"
    assert not out.folder.exists()


_PROGRAM = """
import concurrent.futures.thread, os, sys
from pathlib import Path
from studio.common.errors import StudioError
from tests.app.ways_out import WAYS, Outside, tried
out = Outside(Path(sys.argv[1]))
made = out.original("x.png")
out.original = lambda _name: made
out.folder.chmod(0o555)
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
for name, way in WAYS.items():
    ended = tried(way, out, "x.png")
    print(name, "|", ended.title if isinstance(ended, StudioError) else ended)
"""


@posix
def test_a_folder_without_a_right_is_told_by_every_way() -> None:
    """In a process without rights of its own: the system's administrator has every right."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o755)
        words = [sys.executable, "-c", _PROGRAM, name]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        folder = Outside.folder_in(home)
        folder.chmod(0o755)
        assert not list(folder.iterdir()), done.stderr
    said = dict(line.split(" | ") for line in done.stdout.splitlines())
    assert said == dict.fromkeys(WAYS, "No permission to write"), done.stderr


def test_nothing_of_the_library_can_be_a_target(tmp_path: Path) -> None:
    out = Outside(tmp_path)
    out.original("lamp.png")
    out.folder = out.library / ".gridbrush" / "records"
    out.folder.mkdir(parents=True)
    (out.folder / "2026-11.jsonl").write_bytes(MINE)
    for name, way in WAYS.items():
        ended = tried(way, out, "2026-12.jsonl")
        assert isinstance(ended, StudioError), name
        assert "belongs to the library" in ended.title, name
    assert out.inside() == {"2026-11.jsonl": MINE}


def test_consent_is_for_a_name_and_not_for_one_like_it(tmp_path: Path) -> None:
    """A file that came after the question, beside one that may be replaced."""
    out = Outside(tmp_path)
    (out.folder / "harbour.png").write_bytes(MINE)
    sources = [out.original("Harbour.png"), out.original("harbour.png")]
    agreed = save_copies.taken(out.folder, sources)
    (out.folder / "Harbour.png").write_bytes(MINE)
    if len(out.inside()) < 2:
        pytest.skip("this disk has one name for both")
    assert agreed == ["harbour.png"]
    saved = [one.name for one in save_copies.save(sources, out.folder, out.library, over=agreed)]
    assert saved == ["Harbour-2.png", "harbour.png"] or saved == ["Harbour-2.png", "harbour-2.png"]
    assert out.inside()["Harbour.png"] == MINE


@posix
def test_a_disk_with_one_name_for_a_file_never_has_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On memory cards: between two steps a kill would leave an empty file under the name."""
    out = Outside(tmp_path)

    def no_links(*_names: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    (out.folder / "x.png").write_bytes(MINE)
    part = out.folder / ".x.png.1.a.new"
    part.write_bytes(b"whole")
    with pytest.raises(FileExistsError):
        directory_handles.name_anew(part, out.folder / "x.png")
    assert out.inside() == {"x.png": MINE, part.name: b"whole"}
    monkeypatch.setattr(Path, "replace", no_links)
    if not directory_handles._rename_exclusively(part, out.folder / "y.png"):
        pytest.skip("this system has no rename that replaces nothing")
    assert out.inside() == {"x.png": MINE, "y.png": b"whole"}
    assert is_whole(save_into(out, "x.png").read_bytes())
