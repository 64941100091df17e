"""The workflows: pinned actions, and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import notes
import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    for line in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_runner_changes_its_system_by_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"\b(?:ubuntu|windows|macos)-[\w.-]+", text)
    assert named
    assert not [name for name in named if "latest" in name]
    # GitHub has taken it away.
    assert "macos-14" not in named


def test_an_action_has_one_version_everywhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    pairs = set(re.findall(r"uses: (\S+)@(\S+)", text))
    assert len(pairs) == len({name for name, _commit in pairs})


def test_the_changelog_has_a_part_for_this_version() -> None:
    assert notes.text((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    ci = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "packaging/notes.py text" in ci


def test_everything_that_is_signed_for_windows_includes_the_uninstaller() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    folders = re.findall(r"files-folder: (\S+)", text)
    assert folders == ["build/package/program/gridbrush", "build/package/uninstaller", "dist"]
    steps = ("compile.sh out", "Sign the uninstaller", "|| echo in", "Sign the installer")
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
