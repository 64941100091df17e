"""Metadata for the system: menu, software centre, manual, versions."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import identity
import pytest
import tree

from studio import __version__
from studio.cli import parser

ROOT = Path(__file__).resolve().parents[2]


def checked_by(program: str, *arguments: str) -> None:
    """Have a tool of the system look at a file."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert identity.version() == __version__
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "studio/__init__.py"


def test_the_menu_entry_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "gridbrush.desktop"
    path.write_bytes(tree.desktop_entry())
    checked_by("desktop-file-validate", str(path))


def test_the_menu_entry_offers_itself_for_the_pictures_that_can_be_references() -> None:
    lines = tree.desktop_entry().decode().splitlines()
    offered = next(line for line in lines if line.startswith("MimeType=")).partition("=")[2]
    assert set(offered.rstrip(";").split(";")) == set(identity.MEDIA_TYPES)
    assert "Exec=gridbrush %F" in lines


def test_the_software_centre_takes_the_description(tmp_path: Path) -> None:
    path = tmp_path / f"{identity.APP_ID}.metainfo.xml"
    path.write_bytes(tree.metainfo())
    assert f'version="{__version__}"' in path.read_text(encoding="utf-8")
    checked_by("appstreamcli", "validate", "--strict", "--no-net", str(path))


def test_the_manual_has_every_command_and_every_option_that_works_everywhere() -> None:
    page = tree.man_page().decode().replace("\\-", "-")
    headings = re.findall(r"^\.TP\n\.BI? (.+)\n(.+)$", page, re.MULTILINE)
    said = {heading.split(' "')[0]: words for heading, words in headings}
    assert {*parser.COMMANDS, "library list", "library verify", "key set"} <= set(said)
    assert {"--home", "--provider", "--base-url", "--log-level", "--anyway"} <= set(said)
    assert all(len(words) > 5 for words in said.values())
    assert said["--home"].startswith("Keep everything in DIR (also GRIDBRUSH_HOME)")
    assert "--probe-window" not in page


def test_the_manual_is_well_formed(tmp_path: Path) -> None:
    path = tmp_path / "gridbrush.1"
    path.write_bytes(tree.man_page())
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert not done.stderr
    assert "generate" in done.stdout


def test_templates_are_filled() -> None:
    for text in (tree.metainfo(), tree.man_page(), tree.rights(), tree.desktop_entry()):
        assert not re.search(rb"@[A-Z_]+@", text)


def test_a_package_carries_the_given_moment_or_that_of_the_newest_release(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "CHANGELOG.md").write_text("## [Unreleased]\n\n## [1.0.0] - 2026-02-03\n")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert identity.moment(tmp_path) == 1770076800
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "5")
    assert identity.moment(tmp_path) == 5
