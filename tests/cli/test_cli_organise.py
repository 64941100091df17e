"""`gridbrush library`: searches, collections, history, import and export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.cli.program import CliProgram, Result

pytestmark = pytest.mark.usefixtures("warm")


def listed(program: CliProgram, *words: str) -> list[str]:
    result = program("library", "list", "--json", *words)
    assert result.code == 0, result.err
    return [one["id"] for one in result.events]


def test_the_search_language_works_in_a_shell(copied: CliProgram) -> None:
    every = listed(copied)
    assert len(every) == 4
    assert copied("library", "rate", "4", *every[:2]).code == 0
    assert copied("library", "tag", every[0], "--add", "old town").code == 0
    assert listed(copied, "rating:>=4") == every[:2]
    assert listed(copied, "tag:old town", "rating:4") == every[:1]
    assert listed(copied, "--", "-rating:4") == every[2:]
    assert listed(copied, "dusk", "model:sketch", "--limit", "3") == every[:3]
    assert listed(copied, "--sort", "oldest") == every[::-1]
    wrong = copied("library", "list", "rating:many")
    assert (wrong.code, wrong.out) == (2, "")
    assert "rating:>=4" in wrong.err


def test_collections_are_made_filled_counted_and_undone(copied: CliProgram) -> None:
    every = listed(copied)
    made = copied("library", "collect", "Harbour posters", *every[:3])
    assert made.out == "Added 3 pictures to “Harbour posters”\n", made.err
    assert copied("library", "collect", "Good", "--search", "rating:>=4").code == 0
    found = copied("library", "collections", "--json").events
    assert [(one["name"], one["pictures"], one["search"]) for one in found] == [
        ("Good", 0, "rating:>=4"),
        ("Harbour posters", 3, ""),
    ]
    assert listed(copied, "in:harbour posters") == every[:3]
    assert copied("library", "collect", "harbour posters", every[0], "--remove").code == 0
    assert listed(copied, "in:harbour posters") == every[1:3]
    assert copied("library", "undo").out == "Added 1 picture to “Harbour posters”\n"
    history = copied("library", "history", "--json").events
    assert [one["undone"] for one in history] == [True, False, False, False]
    assert copied("library", "redo").code == 0
    assert copied("library", "collect", "Good", "--remove").out == "Collection Good deleted\n"
    assert copied("library", "collect", "Nowhere", "--remove").code == 2


def test_files_are_imported_once_and_tell_what_they_know(
    copied: CliProgram, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    info = PngInfo()
    info.add_text("parameters", "kelp forest\nSteps: 20, Seed: 7, Model: xl")
    Image.new("RGB", (64, 48), "teal").save(source / "a.png", pnginfo=info)
    (source / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    result = copied("library", "import", str(source), "--json")
    assert result.code == 10, result.err
    (facts,) = result.events
    assert (len(facts["imported"]), facts["known"], facts["described"]) == (1, 0, 1)
    assert facts["unreadable"][0]["path"].endswith("broken.png")
    (id,) = listed(copied, "kelp", "is:imported")
    shown = json.loads(copied("library", "show", id, "--json").out)
    assert (shown["seed"], shown["model"], shown["imported"]) == (7, "xl", "a.png")
    again = copied("library", "import", str(source))
    assert again.out == "This picture is already in the library · 1 unreadable\n"
    assert again.code == 10
    assert copied("library", "verify").code == 0
    assert copied("library", "import", str(tmp_path / "nowhere")).code == 2


def test_originals_are_exported_and_none_is_written_over(
    copied: CliProgram, tmp_path: Path
) -> None:
    id = listed(copied)[0]
    out = tmp_path / "out"
    paths = [
        Path(copied("library", "export", id, "--out", str(out), "--json").events[0]["path"])
        for _again in range(2)
    ]
    assert paths[0] != paths[1]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    original = json.loads(copied("library", "show", id, "--json").out)["path"]
    assert Path(original).read_bytes() == paths[0].read_bytes()


def test_the_trash_is_emptied_after_a_yes_alone(copied: CliProgram) -> None:
    one, two, *_others = listed(copied)
    assert copied("library", "trash", one, two).code == 0
    refused = copied("library", "empty-trash")
    assert refused.code == 2
    assert "2 pictures are in the trash" in refused.err
    assert "--yes" in refused.err
    assert listed(copied, "--trashed") == [one, two]
    done = copied("library", "empty-trash", "--yes")
    assert done.out == "2 pictures deleted permanently\n", done.err
    assert listed(copied, "--trashed") == []
    assert copied("library", "empty-trash", "--yes").out == "Nothing to change.\n"
    verified = copied("library", "verify", "--json").events
    assert (verified[0]["checked"], verified[0]["orphans"]) == (2, [])


def test_a_library_is_moved_and_used_where_it_is(copied: CliProgram, tmp_path: Path) -> None:
    # Without --home, as a user has it.
    def usual(*words: str) -> Result:
        return copied(command=copied.forked(*words, home=False))

    made = usual("generate", "a lamp", "--size", "512", "--provider", "sketch")
    assert made.code == 0, made.err
    new = tmp_path / "another disk" / "pictures"
    moved = usual("library", "move", str(new))
    assert moved.out == f"Library moved to {new}.\n", moved.err
    listed = usual("library", "list", "--json")
    (one,) = listed.events
    assert Path(one["path"]).parent.parent == new
    refused = copied("library", "move", str(tmp_path / "x"))
    assert refused.code == 2
    assert "--home" in refused.err
