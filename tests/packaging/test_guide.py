"""The guide: no dead links, and its keys are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import keys_page
import pytest

from studio.ui.app import action_table
from studio.ui.support import view_keys

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What can stand behind the # of a link to this page."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_something(page: Path) -> None:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://"), link
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_of_the_guide_can_be_reached_from_the_first() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for page in (DOCS / "guide").glob("*.md"):
        assert f"guide/{page.stem}\n" in index, page.name


def test_every_shortcut_of_the_program_stands_in_the_guide_and_no_other() -> None:
    page = (DOCS / "guide" / "keys.md").read_text(encoding="utf-8")
    assert "{include} ../../build/docs/keys.md" in page
    told: dict[tuple[str, str], str] = {}
    title = ""
    for line in keys_page.lines():
        if line.startswith("## "):
            title = line.split("\n", 1)[0].removeprefix("## ")
        elif line.startswith("| {kbd}"):
            keys, words = line.strip("| ").split(" | ", 1)
            found = re.findall(r"\{kbd\}`([^`]+)`", keys)
            told |= dict.fromkeys([(title, key) for key in found], words)
    real = {
        (menu.title, key.replace("Return", "Enter")): action.text.rstrip("…")
        for menu in action_table.menus()
        for action in menu.rows
        for key in action.keys
    }
    real |= {
        (view.title, key): row.text
        for view in view_keys.table()
        for row in view.rows
        for key in row.keys
    }
    assert told == real
