"""The library disappears during a command: its paid answer is stored elsewhere, and reported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.torture.removing import WAYS, Outcome, once

pytestmark = [
    pytest.mark.skipif(
        sys.platform == "win32", reason="Windows lets nobody rename a folder that is in use"
    ),
    pytest.mark.usefixtures("warm"),
]
DELETED, RENAMED = WAYS[:2]


@pytest.mark.parametrize("way", [DELETED, RENAMED], ids=lambda way: way.name)
def test_without_its_library_an_answer_waits_in_the_state_folder(tmp_path: Path, way) -> None:
    outcome = once(tmp_path, "library", way, arriving=way is DELETED)
    assert outcome is not None
    _came_later(outcome)
    assert "state/answers/" in outcome.printed
    assert "Its picture is imported at the next start." in outcome.printed
    assert not list((tmp_path / "home/state/answers").iterdir())


def test_without_its_records_an_answer_stays_in_the_journal(tmp_path: Path) -> None:
    outcome = once(tmp_path, "library/.gridbrush/records", DELETED, arriving=False)
    assert outcome is not None
    _came_later(outcome)
    assert "The library's records are missing" in outcome.printed


def test_without_what_is_computed_a_picture_comes_as_ever(tmp_path: Path) -> None:
    outcome = once(tmp_path, "data", DELETED, arriving=False)
    assert outcome is not None
    assert (outcome.there, outcome.code, outcome.asked) == ("library", 0, 1)
    assert "No space" not in outcome.printed
    assert "cannot be shown" not in outcome.printed


def _came_later(outcome: Outcome) -> None:
    assert (outcome.there, outcome.code, outcome.asked) == ("library", 8, 1)
    assert "Traceback" not in outcome.printed
