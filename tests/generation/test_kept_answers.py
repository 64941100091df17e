"""An answer leaves the journal only for a valid reason, by the source and by trial."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.generation.journal_entry import EndReason
from tests.generation.earlier_process import left_behind
from tests.source_files import STUDIO, modules, nodes, parsed, text_of

READERS = STUDIO / "providers"
REMOVERS = {"remove_folder", "rmtree", "rename_folder", "unlink", "rmdir", "remove"}


def calls(text: str) -> Iterator[ast.Call]:
    for node in nodes(parsed(text)):
        if isinstance(node, ast.Call):
            yield node


def test_every_closing_of_an_entry_says_what_it_proves() -> None:
    found = 0
    for path in modules():
        text = text_of(path)
        # What does not name both is not looked through: it takes long.
        for call in calls(text) if "journal" in text and "close" in text else ():
            # Handed to a thread: run(self._journal.close, entry, EndReason.X), or bound by partial.
            for place, argument in enumerate(call.args):
                if ast.unparse(argument).endswith("journal.close"):
                    why = ast.unparse(call.args[place + 2])
                    assert why.startswith("EndReason.") or why in ("why", "_why(error)"), (
                        path,
                        why,
                    )
                    found += 1
            assert not ast.unparse(call.func).endswith("journal.close"), path
        assert text.count("journal.close") == text.count("_journal.close"), path
    assert found >= 6


def test_only_the_journal_removes_its_files() -> None:
    """Others reach an entry's files by `entry.`: they write there, and only parts are removed."""
    removed = []
    for path in modules():
        if path.name in ("journal.py", "files.py", "fallback_store.py"):
            continue
        if "gallery" in path.parts:
            continue  # its entries are rows of the grid
        text = text_of(path)
        # What does not name one of them is not looked through: it takes long.
        for call in calls(text) if "entry" in text or "journal" in text else ():
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name in REMOVERS:
                words = ast.unparse(call)
                if "entry" in words or "journal" in words:
                    removed.append(f"{path.relative_to(STUDIO)}: {words}")
    assert removed == []


def test_only_who_read_an_answer_says_that_it_was_answered() -> None:
    """`answered` lets an answer go. It is set where `understood` was asked, and nowhere else."""
    for path in modules():
        text = text_of(path)
        for node in nodes(parsed(text)) if "answered" in text else ():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".answered"):
                assert READERS in path.parents, path
                assert ast.unparse(node.value) == "understood(source, scan)", path


@pytest.mark.parametrize("why", EndReason)
@pytest.mark.parametrize("mark", ["", "cut", "whole"])
def test_what_a_reason_does_not_account_for_stays(
    tmp_path: Path, why: EndReason, mark: str
) -> None:
    from studio.generation.journal import Journal

    _job, entry = left_behind(tmp_path, sent=True, body=b'{"a": 1}', mark=mark)
    journal = Journal(entry.folder.parent)
    stays = why is EndReason.UNANSWERED or (why is EndReason.CANCELLED and mark == "whole")
    assert journal.close(entry, why) is not stays
    assert entry.folder.is_dir() is stays


@pytest.mark.parametrize("left", ["answer", "cut.json", "whole.json", "sent.json"])
def test_what_is_left_of_an_entry_is_found(tmp_path: Path, left: str) -> None:
    from studio.generation.journal import Journal

    _job, entry = left_behind(
        tmp_path, sent=True, body=b'{"a": 1}', mark="cut" if left == "cut.json" else "whole"
    )
    for path in list(entry.folder.iterdir()):
        if path.name != left:
            path.unlink()
    (found,) = Journal(entry.folder.parent).recover()
    assert found.entry.folder == entry.folder
    assert (entry.folder / left).exists()
