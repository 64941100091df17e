"""Copies in a folder of the user: complete, under unique names, never overwriting a file."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from tests.cli.program import CliProgram, Result
from tests.cli.test_cli_organise import listed
from tests.small_disk import small_disk

pytestmark = pytest.mark.usefixtures("warm")

SMALL = ("--size", "512", "--provider", "sketch")


def export(program: CliProgram, out: Path, *ids: str) -> Result:
    return program("library", "export", *ids, "--out", out)


def originals(program: CliProgram) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (program.home / "library").glob("2*/*")}


def test_an_export_into_a_folder_with_the_same_names_gives_numbers(
    copied: CliProgram, tmp_path: Path
) -> None:
    out = tmp_path / "for the client"
    out.mkdir()
    one, two, *_others = listed(copied)
    for name in originals(copied):
        (out / name).write_bytes(b"MY RETOUCHED VERSION")
    result = export(copied, out, one, two)
    assert result.code == 0, result.err
    paths = [Path(line) for line in result.out.splitlines()]
    assert all(path.stem.endswith("-2") for path in paths)
    assert {path.read_bytes() for path in paths} <= set(originals(copied).values())
    for name in originals(copied):
        assert (out / name).read_bytes() == b"MY RETOUCHED VERSION"


def test_one_original_is_one(copied: CliProgram, tmp_path: Path) -> None:
    one, two, *_others = listed(copied)
    assert "Copied 1 original.\n" in export(copied, tmp_path / "a", one).err
    assert "Copied 2 originals.\n" in export(copied, tmp_path / "a", one, two).err
    backup = copied("library", "backup", tmp_path / "all.zip")
    assert "Backed up " in backup.out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_copies_and_their_folder_are_like_any_other(copied: CliProgram, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    wanted = stat.S_IMODE(plain.stat().st_mode)
    out = tmp_path / "exported"
    assert export(copied, out, listed(copied)[0]).code == 0
    made = copied("generate", "a lamp", *SMALL, "--out", out / "made")
    assert made.code == 0, made.err
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {wanted}
    assert stat.S_IMODE(out.stat().st_mode) == wanted | (wanted & 0o444) >> 2


def test_an_export_to_a_full_disk_leaves_nothing(copied: CliProgram, tmp_path: Path) -> None:
    ids = listed(copied)
    with small_disk(tmp_path / "card") as card:
        result = export(copied, card, *ids)
        assert result.code == 8
        assert "disk is full" in result.err
        assert ".new" not in result.err
        assert list(card.iterdir()) == []


def test_an_original_is_not_lost_when_its_copy_finds_no_room(
    program: CliProgram, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "card") as card:
        result = program("generate", "a lamp", *SMALL, "--out", card, "--json")
        assert result.code == 8
        (image,) = result.only("image")
        assert "copy" not in image
        assert "disk is full" in result.err
        assert list(card.iterdir()) == []
        assert Path(image["path"]).is_file()


def test_a_backup_on_a_full_disk_leaves_the_one_before(copied: CliProgram, tmp_path: Path) -> None:
    with small_disk(tmp_path / "card") as card:
        (card / "all.zip").write_bytes(b"last month's")
        result = copied("library", "backup", card / "new.zip")
        assert result.code == 8
        assert "new.zip" in result.err
        assert ".new" not in result.err
        assert {path.name for path in card.iterdir()} == {"all.zip"}


@pytest.mark.parametrize("out", ["file", "file/below", "library/.gridbrush/inputs"])
def test_a_place_that_cannot_be_is_reported(copied: CliProgram, tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_bytes(b"no folder")
    folder = copied.home / out if out.startswith("library") else tmp_path / out
    before = {path for path in copied.home.rglob("*") if path.is_file()}
    result = export(copied, folder, listed(copied)[0])
    assert result.code in (2, 8)
    assert "Traceback" not in result.err
    assert (tmp_path / "file").read_bytes() == b"no folder"
    after = {path for path in (copied.home / "library").rglob("*") if path.is_file()}
    assert after <= before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to make links")
def test_a_link_in_the_way_is_left_alone(copied: CliProgram, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    precious = tmp_path / "precious.png"
    precious.write_bytes(b"MY RETOUCHED VERSION")
    for name in originals(copied):
        (out / name).symlink_to(precious)
    result = export(copied, out, *listed(copied))
    assert result.code == 0, result.err
    assert precious.read_bytes() == b"MY RETOUCHED VERSION"
    assert all((out / name).is_symlink() for name in originals(copied))


def test_the_folder_of_the_library_itself_is_no_place_for_copies(copied: CliProgram) -> None:
    """It is said before a folder is made, and before anything is paid for."""
    hidden = copied.home / "library" / ".gridbrush" / "new"
    before = originals(copied)
    ids = listed(copied)
    for words in (
        ("generate", "a gull", "--out", hidden),
        ("library", "export", ids[0], "--out", hidden),
        ("library", "export", ids[0], "--preset", "web-jpeg", "--out", hidden),
        ("library", "csv", "--out", hidden / "all.csv"),
    ):
        result = copied(*words)
        assert result.code == 2, words
        assert "belongs to the library" in result.err
    assert not hidden.exists()
    assert originals(copied) == before
