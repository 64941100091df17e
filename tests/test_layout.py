"""Where files lie and what they are called: few entries at the top, standard names, short files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 600

OLD_WORDS = {
    "above", "arrivals", "asking", "bringing", "browsing", "budgeting", "composing", "desk",
    "doings", "emptying", "endings", "figures", "finding", "folding", "forgetting", "furnishing",
    "gather", "handing", "handover", "hearing", "kinds", "kit", "lane", "lanes", "ledger",
    "listening", "looking", "looks", "making", "mending", "mirroring", "moving", "offer", "offers",
    "packing", "past", "patience", "places", "portion", "portions", "receiving", "reception",
    "repeats", "rereading", "room", "rooms", "rota", "rounds", "said", "selecting", "shelf",
    "shelves", "shelving", "spans", "strokes", "taking", "talking", "turns", "upkeep", "verdict",
    "watching", "zones",
}  # fmt: skip
"""Names modules had before they were given the field's own."""


def modules() -> list[Path]:
    return sorted(path for top in ("studio", "tests") for path in (ROOT / top).rglob("*.py"))


def old_words_in(path: Path) -> set[str]:
    """Old words in a file's name or in those of its folders."""
    return OLD_WORDS & {word for part in path.with_suffix("").parts for word in part.split("_")}


def test_no_file_has_an_old_name() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): old_words_in(path.relative_to(ROOT))
        for path in modules()
    }
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("studio/generation/rota.py", {"rota"}),
        ("tests/ui/test_doings.py", {"doings"}),
        ("studio/shelves/edits.py", {"shelves"}),
        ("studio/generation/scheduler.py", set()),
    ],
)
def test_an_old_word_is_found(name: str, words: set[str]) -> None:
    assert old_words_in(Path(name)) == words


@pytest.mark.parametrize(("folder", "most"), [("studio", 14), ("studio/ui", 10)])
def test_a_folder_is_seen_at_a_glance(folder: str, most: int) -> None:
    beside = {"__init__.py", "py.typed", "__pycache__"}
    entries = {one.name for one in (ROOT / folder).iterdir()} - beside
    assert len(entries) <= most, sorted(entries)


def test_no_file_is_long() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in modules()
    }
    assert len(lines) > 500
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_tests_lie_where_the_code_lies() -> None:
    """Each folder of tests that is named like a package is one; no test module lies loose there."""
    packages = {
        path.name for path in (ROOT / "studio").iterdir() if (path / "__init__.py").exists()
    }
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert packages - folders - {"remote"} == set()
    loose = [
        path.name
        for path in (ROOT / "tests").glob("test_*.py")
        if re.fullmatch(rf"test_({'|'.join(packages)})\.py", path.name)
    ]
    assert loose == []


NAMED = re.compile(r"`((?:[a-z0-9_]+/)+(?:[a-z0-9_]+\.[a-z]+)?)`")


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_a_document_names_files_that_exist(document: str) -> None:
    named = set(NAMED.findall((ROOT / document).read_text("utf-8")))
    assert named
    # Beside the heading of a table, names are those of a package's own folder.
    bases = [ROOT, ROOT / "studio", *(one for one in (ROOT / "studio").iterdir() if one.is_dir())]
    bases.append(ROOT / "tests")
    assert {name for name in named if not any((base / name).exists() for base in bases)} == set()
