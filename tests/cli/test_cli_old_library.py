"""The command line prints the same about an old library as the version that wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import CliProgram
from tests.old_home import contents, copy_home, said

pytestmark = pytest.mark.usefixtures("warm")

LIGHTHOUSE = "323ef3ad"

COMMANDS = {
    "list": ("list", "--sort", "oldest"),
    "trash": ("list", "--sort", "oldest", "--trashed"),
    "collections": ("collections",),
    "history": ("history", "--limit", "100"),
    "verify": ("verify",),
}


REWORDED = {
    "1 picture deleted for good": "1 picture deleted permanently",
    "1 picture collected": "1 picture added to a collection",
    "3 pictures collected": "Added 3 pictures to “Harbour & coast”",
    "1 picture taken out of a collection": "1 picture removed from a collection",
    "Collection Tried out made": "Collection Tried out created",
    "Collection The best made": "Collection The best created",
    "Collection Harbour made": "Collection Harbour created",
    "Search of The best changed": "Saved search The best changed",
    "1 job put away": "1 job dismissed",
}
"""Sentences that a person reads, in the words of today."""


@pytest.mark.parametrize("index", [True, False], ids=["its index", "no index"])
def test_scripts_read_of_it_what_they_read_then(
    program: CliProgram, tmp_path: Path, *, index: bool
) -> None:
    copy_home(program.home, index=index)
    before = contents(program.home / "library")
    for name, words in COMMANDS.items():
        result = program("library", *words, "--json")
        assert result.code == 0, result.err
        now = [_relative(one, program.home) for one in result.events]
        then = [_reworded(one) for one in said(name)]
        # A newer version may say more, never something else.
        assert [{k: n.get(k) for k in t} for n, t in zip(now, then, strict=True)] == then, name
    assert contents(program.home / "library") == before


def test_one_picture_is_shown_and_changed(program: CliProgram) -> None:
    copy_home(program.home)
    (then,) = (one for one in said("list") if one["id"].endswith(LIGHTHOUSE))
    result = program("library", "show", LIGHTHOUSE, "--json")
    (now,) = result.events
    assert {k: _relative(now, program.home)[k] for k in then} == then
    told = program("library", "show", LIGHTHOUSE).out
    assert "Name: The old lighthouse\n" in told
    assert "Note: Seen from the pier.\n  For the cover.\n" in told
    assert program("library", "rate", "4", LIGHTHOUSE).out == "1 picture rated\n"
    assert program("library", "undo").out == "1 picture rated\n"
    assert program("library", "show", LIGHTHOUSE, "--json").events == result.events
    assert program("library", "verify").code == 0


def test_making_the_index_anew_changes_nothing(program: CliProgram) -> None:
    copy_home(program.home)
    assert program("library", "rebuild").code == 0
    listed = program("library", "list", "--sort", "oldest", "--json").events
    assert [_relative(one, program.home) for one in listed] == said("list")


def _reworded(facts: dict[str, object]) -> dict[str, object]:
    if "sentence" not in facts:
        return facts
    sentence = str(facts["sentence"])
    return {**facts, "sentence": REWORDED.get(sentence, sentence)}


def _relative(facts: dict[str, object], home: Path) -> dict[str, object]:
    if "path" not in facts:
        return facts
    path = Path(str(facts["path"])).relative_to(home / "library")
    return {**facts, "path": path.as_posix()}
