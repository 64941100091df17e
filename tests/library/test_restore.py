"""A backup is untrusted: restored completely or not at all, and never beyond its limits."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from studio.common import files
from studio.common.errors import InputError, StorageError, StudioError
from studio.domain.entities import new_id
from studio.library.files.originals import HIDDEN, UNFINISHED
from studio.library.operations import restore
from studio.library.stopped import Stopped
from tests.library.backups import read_back
from tests.torture import strangers

resource = pytest.importorskip("resource")

EVIL = {"name": "dgrid", "title": "DGrid", "base_url": "https://evil.example"}


def a_backup(folder: Path, **more: bytes) -> Path:
    path = folder / "backup.zip"
    path.write_bytes(strangers.zipped(strangers.packed(strangers.sound(), **more)))
    return path


def brought(source: Path, folder: Path, *, agreed: bool = False) -> dict[str, Any]:
    """The settings that came with it."""
    settings = folder / "settings.json"
    with restore.opened(source) as found:
        found.restore(folder / "library", {"settings.json": settings}, agreed=agreed)
    read: dict[str, Any] = json.loads(settings.read_bytes()) if settings.exists() else {}
    return read


def left(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name != "backup.zip")


def test_what_a_start_acts_upon_comes_only_when_it_was_agreed_to(tmp_path: Path) -> None:
    settings = {
        "tile": 200,
        "profiles": [EVIL],
        "library": "/elsewhere",
        "profile": "mine",
        "key_hosts": [["dgrid", "evil.example"]],
        "newer": {"at": "https://evil.example"},
    }
    source = a_backup(tmp_path, settings_json=json.dumps(settings).encode())
    with restore.opened(source) as found:
        assert found.held.unfinished == 10
        assert found.held.addresses == (("DGrid", "https://evil.example"),)
    assert brought(source, tmp_path / "without") == {"tile": 200}
    hidden = tmp_path / "without/library" / HIDDEN
    assert {one.name for one in hidden.iterdir()} == {"id", "records", "inputs", "turns", "trash"}
    all_of_it = brought(source, tmp_path / "with", agreed=True)
    assert all_of_it["profiles"] == [EVIL]
    # A key that is kept here stays bound to where it went before.
    assert all_of_it["key_hosts"] == [["dgrid", "api.dgrid.ai"]]
    assert "library" not in all_of_it
    assert set(UNFINISHED) <= {one.name for one in (tmp_path / "with/library" / HIDDEN).iterdir()}


def test_a_wire_comes_back_with_its_provider_only_when_it_was_agreed_to(tmp_path: Path) -> None:
    mine = {"name": "mine", "title": "Mine", "base_url": "https://a.example", "wire": "telepathy"}
    built_in = {**EVIL, "wire": "telepathy"}
    settings = {"version": 1, "tile": 200, "profiles": [mine, built_in], "profile": "mine"}
    source = a_backup(tmp_path, settings_json=json.dumps(settings).encode())
    assert brought(source, tmp_path / "without") == {"version": 1, "tile": 200}
    with_them = brought(source, tmp_path / "with", agreed=True)
    assert with_them["profiles"] == [mine, built_in]
    assert with_them["profile"] == "mine"
    assert with_them["key_hosts"] == [["dgrid", "api.dgrid.ai"]]


@pytest.mark.parametrize(
    "name",
    ["lock", "Journal/x/queued.json", "from-elsewhere/journal/x/queued.json", "anything"],
)
def test_what_no_backup_has_in_the_hidden_folder_is_left_out(tmp_path: Path, name: str) -> None:
    library = {**strangers.sound(), f"{HIDDEN}/{name}": b"{}", ".GRIDBRUSH/journal/x": b"{}"}
    source = tmp_path / "backup.zip"
    source.write_bytes(strangers.zipped(strangers.packed(library)))
    brought(source, tmp_path, agreed=True)
    names = {path.name for path in (tmp_path / "library" / HIDDEN).iterdir()}
    assert names == {"id", "records", "inputs", "turns", "trash", *UNFINISHED}
    assert [one.name for one in (tmp_path / "library").iterdir() if one.name[0] == "."] == [HIDDEN]


def test_folders_without_end_in_a_backup_are_left_out(tmp_path: Path) -> None:
    library = {**strangers.sound(), "2026-11/" + "a/" * 1_200 + "x.png": b"x", "a/b/c/y.png": b"y"}
    source = tmp_path / "backup.zip"
    source.write_bytes(strangers.zipped(strangers.packed(library)))
    with restore.opened(source) as found:
        found.restore(tmp_path / "library", {})
    assert (tmp_path / "library/a/b/c/y.png").read_bytes() == b"y"
    assert not (tmp_path / "library/2026-11/a").exists()


@pytest.mark.parametrize("name", ["2026-11", f"{HIDDEN}/id/x", f"{HIDDEN}/records"])
def test_what_is_a_file_and_a_folder_in_a_backup_is_a_damage_of_it(
    name: str, tmp_path: Path
) -> None:
    source = tmp_path / "backup.zip"
    library = {**strangers.sound(), name: b"x", "2026-11/more.png": b"x"}
    source.write_bytes(strangers.zipped(strangers.packed(library)))
    with pytest.raises(StorageError) as caught:
        read_back(source, tmp_path / "library", {})
    assert "backup is damaged" in caught.value.title
    assert left(tmp_path) == []


def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def _torn_directory(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02")
    return data[: at + 46] + b"\xd5\xff" + data[at + 48 :]


def _lying(data: bytes) -> bytes:
    return strangers._lying(data)


def _encrypted(data: bytes) -> bytes:
    body = bytearray(data)
    at = -1
    while (at := body.find(b"PK\x01\x02", at + 1)) >= 0:
        body[at + 8] |= 1
    return bytes(body)


def _without_a_file(_data: bytes) -> bytes:
    every = strangers.packed(strangers.sound())
    return strangers.zipped({name: data for name, data in every.items() if ".png" not in name})


def _lzma(_data: bytes) -> bytes:
    return strangers.zipped(strangers.packed(strangers.sound()), zipfile.ZIP_LZMA)


def _torn_deflate(_data: bytes) -> bytes:
    body = bytearray(strangers.zipped(strangers.packed(strangers.sound()), zipfile.ZIP_DEFLATED))
    for at in range(80, len(body) // 2, 7):
        body[at] ^= 0x55
    return bytes(body)


def _nested(_data: bytes) -> bytes:
    return strangers.zipped({"manifest.json": b'{"sha256":' + b"[" * 100_000})


def _bomb(_data: bytes) -> bytes:
    library = {**strangers.sound(), "2026-11/x.png": bytes(64 << 20)}
    return strangers.zipped(strangers.packed(library), zipfile.ZIP_DEFLATED)


def _bomb_for_a_list(_data: bytes) -> bytes:
    return strangers.zipped({"manifest.json": b" " * (64 << 20)}, zipfile.ZIP_DEFLATED)


def _crowded(_data: bytes) -> bytes:
    return strangers._crowded()


def _over_each_other(data: bytes) -> bytes:
    body, first = bytearray(data), struct.pack("<I", 0)
    at = -1
    while (at := body.find(b"PK\x01\x02", at + 1)) >= 0:
        body[at + 42 : at + 46] = first
    return bytes(body)


BROKEN = (_cut, _torn_directory, _lying, _encrypted, _without_a_file, _lzma, _torn_deflate, _nested,
          _bomb, _bomb_for_a_list, _crowded, _over_each_other)  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_backup_ends_in_a_sentence_and_changes_nothing(
    broken: Any, tmp_path: Path
) -> None:
    source = a_backup(tmp_path)
    source.write_bytes(broken(source.read_bytes()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(StudioError) as caught:
        read_back(source, tmp_path / "deep/er/library", {})
    assert isinstance(caught.value, StorageError | InputError)
    assert left(tmp_path) == []
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 256 << 10


def test_a_restore_that_is_stopped_or_finds_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = a_backup(tmp_path, settings_json=b"{}", draft_json=b"{}")
    more = {"settings.json": tmp_path / "c/settings.json", "draft.json": tmp_path / "c/draft.json"}

    def stop(done: int) -> None:
        if done > 300:
            raise Stopped

    with pytest.raises(Stopped):
        read_back(source, tmp_path / "library", more, stop)
    assert left(tmp_path) == []
    monkeypatch.setattr(files, "free_bytes", lambda _folder: 10)
    with pytest.raises(StorageError, match="full"):
        read_back(source, tmp_path / "library", more)
    assert left(tmp_path) == []


def test_each_step_of_a_restore_may_fail_and_nothing_is_left(tmp_path: Path) -> None:
    source = a_backup(tmp_path)
    for there in (False, True):
        target = tmp_path / "library"
        if there:
            target.mkdir()
        number = 0
        while True:
            number += 1
            steps = iter(range(1, number + 1))

            def fail(_kind: str, _path: Path, steps: Any = steps, last: int = number) -> None:
                if next(steps, last) == last:
                    raise OSError(28, "No space left on device")

            end = files.watch(fail)
            try:
                read_back(source, target, {})
            except StorageError:
                assert left(tmp_path) == ([target] if there else [])
            else:
                break
            finally:
                end()
            if number > 200:
                pytest.fail("it never came to its end")
        assert (target / HIDDEN / "id").is_file()
        shutil.rmtree(target)


_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from studio.library.operations import restore as restoring
def wait(_done):
    print("under way", flush=True)
    time.sleep(600)
with restoring.opened(Path(sys.argv[1])) as found:
    found.restore(Path(sys.argv[2]), {}, wait)
"""


@pytest.mark.parametrize("before", ["no folder", "an empty folder"])
def test_a_restore_that_was_killed_is_begun_anew(tmp_path: Path, before: str) -> None:
    source, library = a_backup(tmp_path), tmp_path / "pictures/library"
    (library if before == "an empty folder" else library.parent).mkdir(parents=True)
    command = [sys.executable, "-c", _UNTIL_KILLED, str(source), str(library)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "under way\n"
        (stage,) = library.parent.rglob(".restoring-*")
        with restore.opened(source) as found:
            if before == "an empty folder":
                with pytest.raises(InputError, match="library already"):
                    found.restore(library, {})
            else:
                found.restore(library.parent / "another", {})
        assert stage.exists(), "another restore that still runs is left alone"
        process.kill()
    assert stage.exists()
    with restore.opened(source) as found:
        found.restore(library, {})
    assert not [*library.parent.rglob(".restoring-*")]
    assert (library / HIDDEN / "id").exists()


def test_a_link_with_the_name_of_a_leftover_is_not_followed(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    parent = tmp_path / "pictures"
    parent.mkdir()
    link = parent / f".restoring-{new_id()}"
    link.symlink_to(own, target_is_directory=True)
    with restore.opened(a_backup(tmp_path)) as found:
        found.restore(parent / "library", {})
    assert (own / "letter.txt").read_text() == "mine"
    assert link.is_symlink()


def test_a_parent_that_cannot_be_listed_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = tmp_path / "pictures"
    parent.mkdir()
    listed = Path.iterdir

    def denied(folder: Path) -> Any:
        if folder == parent:
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", denied)
    with restore.opened(a_backup(tmp_path)) as found:
        assert found.restore(parent / "library", {}) > 0


def test_a_folder_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Not a Gridbrush backup"):
        read_back(tmp_path, tmp_path / "library", {})
