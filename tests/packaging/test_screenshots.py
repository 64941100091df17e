"""The pictures of README and guide: all are there, made by one command, described, and small."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.screenshots import written_output
from tests.screenshots.shots import FOLDER, LOOP_FILE, MOST_BYTES, SHOTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "docs" / "index.md", *(ROOT / "docs" / "guide").glob("*.md")]
MADE = {shot.file for shot in SHOTS.values()} | {LOOP_FILE}

MOST_BYTES_OF_LOOP = 3_000_000
MOST_BYTES_OF_ALL = 6_000_000
LEAST_WORDS = 5

_SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


def shown() -> Iterator[tuple[str, str, str]]:
    """Page, alt text and file of every picture that is shown."""
    for page in PAGES:
        for alt, place in _SHOWN.findall(page.read_text(encoding="utf-8")):
            target = (page.parent / place).resolve()
            assert target.parent == FOLDER, f"{page.name}: {place}"
            yield page.name, " ".join(alt.split()), target.name


def test_every_picture_that_is_shown_is_made_by_the_command() -> None:
    assert {file for _page, _alt, file in shown()} == MADE


def test_the_folder_holds_what_the_command_makes_and_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == MADE


def test_every_picture_says_in_words_what_is_to_be_seen() -> None:
    poor = [(page, alt) for page, alt, _file in shown() if len(alt.split()) < LEAST_WORDS]
    assert poor == []


@pytest.mark.parametrize(
    "view", ["Composer", "Gallery", "Loupe", "Inspector", "Sidebar", "Queue", "Settings"]
)
def test_the_guide_shows_each_view(view: str) -> None:
    page = (ROOT / "docs" / "guide" / "views.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {view}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert _SHOWN.search(section)


@pytest.mark.parametrize("file", sorted(MADE - {LOOP_FILE}))
def test_a_screenshot_is_small_and_readable(file: str) -> None:
    path = FOLDER / file
    assert path.stat().st_size <= MOST_BYTES
    with Image.open(path) as image:
        image.load()
        assert image.width >= 280


def test_all_pictures_together_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MOST_BYTES_OF_ALL


def test_the_loop_can_be_followed_and_begins_again() -> None:
    path = FOLDER / LOOP_FILE
    assert path.stat().st_size <= MOST_BYTES_OF_LOOP
    lengths = []
    with Image.open(path) as image:
        assert 960 <= image.width <= 1200
        assert image.info["loop"] == 0
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            image.load()
            lengths.append(image.info["duration"])
    assert len(lengths) >= 60
    assert 20_000 <= sum(lengths) <= 35_000
    # What it comes to is seen for long enough before it begins again.
    assert lengths[-1] >= 1_000


def test_the_readme_begins_with_the_loop() -> None:
    first = next(shown())
    assert first[0] == "README.md"
    assert first[2] == LOOP_FILE


def test_the_guide_shows_what_the_commands_print() -> None:
    found = written_output.BLOCK.search(written_output.PAGE.read_text(encoding="utf-8"))
    assert found
    lines = found[0].splitlines()
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    assert tuple(commands) == written_output.COMMANDS
    assert len(lines) > 2 * len(commands)


def test_archives_of_the_program_carry_no_screenshots() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    targets = tool["hatch"]["build"]["targets"]
    assert "docs/screenshots" in targets["sdist"]["exclude"]
    assert targets["wheel"]["only-include"] == ["studio", "resources"]
