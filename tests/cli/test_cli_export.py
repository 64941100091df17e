"""`gridbrush library export` with presets and options, and `library csv`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.program import CliProgram, Result
from tests.cli.test_cli_copies import originals
from tests.cli.test_cli_organise import listed
from tests.small_disk import small_disk

pytestmark = pytest.mark.usefixtures("warm")


def export(program: CliProgram, out: Path, *words: str) -> Result:
    return program("library", "export", "--out", out, *words)


def test_a_preset_makes_copies_with_its_names_and_sizes(copied: CliProgram, tmp_path: Path) -> None:
    out = tmp_path / "out"
    every = listed(copied)
    assert copied("library", "collect", "Red & blue", every[0]).code == 0
    words = ("--query", "dusk", "--preset", "web jpeg 2048", "--size", "longest:300")
    plan = export(copied, out, *words, "--dry-run", "--json")
    assert plan.code == 0, plan.err
    assert not out.exists()
    assert all(one["estimated_bytes"] > 0 for one in plan.events)
    made = export(copied, out, *words, "--json")
    assert made.code == 0, made.err
    assert [one["name"] for one in made.events] == [one["name"] for one in plan.events]
    assert made.events[0]["name"].startswith("red-blue-")
    for one in made.events:
        path = Path(one["path"])
        assert path.stat().st_size == one["bytes"]
        with Image.open(path) as picture:
            assert picture.format == "JPEG"
            assert picture.size == (one["width"], one["height"])
            assert max(picture.size) == 300
    again = export(copied, out, *words)
    assert again.code == 0, again.err
    assert all(line.endswith("-2.jpg") for line in again.out.splitlines())
    skipped = export(copied, out, *words, "--conflict", "skip")
    assert (skipped.code, skipped.out) == (0, "")
    assert skipped.err.count("already exists: skipped") == 4


def test_options_alone_convert_and_keep_the_names(copied: CliProgram, tmp_path: Path) -> None:
    out = tmp_path / "out"
    one = listed(copied)[0]
    made = export(copied, out, one, "--format", "webp", "--quality", "50", "--metadata", "prompt")
    assert made.code == 0, made.err
    (path,) = out.iterdir()
    assert path.suffix == ".webp"
    assert f"{path.stem}.png" in originals(copied)
    assert path.name in made.out
    named = export(copied, out, one, "--format", "png", "--pattern", "Client {n:2} {size}")
    assert Path(named.out.strip()).name.startswith("Client 01 ")


def test_originals_with_a_pattern_are_the_same_bytes(copied: CliProgram, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ids = listed(copied)
    made = export(copied, out, *ids, ids[0], "--preset", "originals", "--pattern", "{title}-{n}")
    assert made.code == 0, made.err
    names = [path.name for path in sorted(out.iterdir())]
    assert len(names) == 4, "each once, also the one that is named twice"
    assert all(name.endswith(("-001.png", "-002.png", "-003.png", "-004.png")) for name in names)
    copies = {path.read_bytes() for path in out.iterdir()}
    assert copies == set(originals(copied).values())


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_written(
    copied: CliProgram, tmp_path: Path
) -> None:
    name = min(originals(copied))
    (path,) = (copied.home / "library").glob(f"2*/{name}")
    path.write_bytes(path.read_bytes()[:2000])
    result = export(copied, tmp_path / "out", "--query", "dusk", "--format", "jpeg", "--json")
    assert result.code == 10
    (failed,) = [one for one in result.events if "kind" in one]
    assert failed["kind"] == "request"
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert "damaged" in result.err


def test_a_full_disk_keeps_what_is_done(copied: CliProgram, tmp_path: Path) -> None:
    with small_disk(tmp_path / "card", size="128k") as card:
        result = export(copied, card, "--query", "dusk", "--format", "jpeg", "--quality", "95")
        assert result.code == 8
        assert "disk is full" in result.err
        left = [path.name for path in card.iterdir()]
        assert not [name for name in left if name.endswith(".new")]
        assert len(left) == len(result.out.splitlines())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name pictures by id"),
        (("--preset", "web-jpeg"), "Name pictures by id"),
        (("--query", "rating:many", "--preset", "web-jpeg"), "rating:"),
        (("--query", "dusk", "--preset", "no such"), "not found"),
        (("--query", "dusk", "--size", "50%"), "bit for bit"),
        (("--query", "dusk", "--format", "jpeg", "--size", "wide"), "Invalid size"),
        (("--query", "dusk", "--format", "jpeg", "--quality", "0"), "quality"),
        (("--query", "dusk", "--format", "jpeg", "--pattern", "{titel}"), "{titel}"),
        (("--query", "dusk", "--format", "jpeg", "--ground", "red"), "Invalid colour"),
        (("--query", "dusk", "--format", "jpeg", "--conflict", "ask"), "terminal"),
        (("--query", "dusk", "--format", "gif"), "gif"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_written(
    shelf: tuple[CliProgram, Result], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    result = export(shelf[0], tmp_path / "out", *words)
    assert result.code == 2
    assert said in result.err
    assert not (tmp_path / "out").exists()


def test_own_presets_are_used_and_a_damaged_file_is_said(
    copied: CliProgram, tmp_path: Path
) -> None:
    presets = copied.home / "config" / "export-presets.json"
    presets.parent.mkdir(parents=True, exist_ok=True)
    own = {"id": "preset-1", "title": "Shop", "format": "jpeg", "pattern": "shop-{n}"}
    presets.write_text(json.dumps({"version": 1, "presets": [own]}))
    made = export(copied, tmp_path / "out", "--query", "dusk", "--preset", "shop")
    assert made.code == 0, made.err
    assert (tmp_path / "out" / "shop-004.jpg").is_file()
    presets.write_bytes(b"{")
    made = export(copied, tmp_path / "b", "--query", "dusk", "--preset", "client-png")
    assert made.code == 0
    assert "could not be read" in made.err


def test_a_table_has_a_row_for_every_picture(copied: CliProgram, tmp_path: Path) -> None:
    every = listed(copied)
    assert copied("library", "collect", "Harbour", *every[:1]).code == 0
    out = tmp_path / "all.csv"
    nowhere = copied("library", "csv", "--out", tmp_path / "none" / "all.csv")
    assert nowhere.code == 8
    assert str(tmp_path / "none" / "all.csv") in nowhere.err, "not the name of an unfinished copy"
    made = copied("library", "csv", "--out", out)
    assert made.code == 0, made.err
    assert made.out.strip() == str(out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == every
    assert rows[0]["collections"] == "Harbour"
    assert rows[0]["prompt"].endswith("at dusk")
    again = copied("library", "csv", "--out", out)
    assert again.code == 8
    assert "not overwritten" in again.err
    printed = copied("library", "csv", "harbour", "--out", "-")
    assert printed.code == 0, printed.err
    assert {row["id"] for row in csv.DictReader(printed.out.splitlines())} < set(every)
    assert copied("library", "csv", "rating:many", "--out", "-").code == 2
    hidden = copied.home / "library" / ".gridbrush" / "x.csv"
    assert copied("library", "csv", "--out", hidden).code == 2
    assert not hidden.exists()
