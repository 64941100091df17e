"""A name is one line wherever it is painted, without control or bidirectional characters."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QListView, QWidget
from pytestqt.qtbot import QtBot

from studio.common.display_text import one_line
from studio.domain.entities import (
    GroundingSource,
    Job,
    JobState,
    Picture,
    Reference,
    Role,
    short_name,
)
from studio.ui.panels.composer.compact import CompactLine
from studio.ui.panels.composer.slot import Slot, SlotNote
from studio.ui.panels.composer.slots import DashedButton, SlotsRow
from studio.ui.panels.inspector.facts import parent_names
from studio.ui.panels.inspector.sources import LinkRow
from studio.ui.panels.inspector.tags import TagChip, TagCount
from studio.ui.panels.search_hints import SearchHintDelegate, SearchHintModel
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.panels.status_bar.queue_popover import JobRow
from studio.ui.style.theme import install, theme
from studio.ui.support.sidebar_items import collection
from studio.ui.views.gallery.tile_style import TileStyle
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import ElidedLabel, Text
from tests.source_files import nodes, parsed, texts_with
from tests.ui.scripted_core import job
from tests.ui.scripted_library import picture

UI = Path(__file__).resolve().parents[2] / "studio" / "ui"

CASES = {
    "new\nline.png": "new line.png",
    "mac\rline": "mac line",
    "dos\r\nline": "dos line",
    "two \n\n lines": "two lines",
    "tab\there": "tab here",
    "the\vpage\f": "the page ",
    "line\u2028separator\u2029": "line separator ",
    "next\x85line": "next line",
    "gpj.\u202egnp.exe": "gpj.gnp.exe",
    "\u2066isolated\u2069 \u200emark\u200f\u061c": "isolated mark",
    "ze\u200bro\u2060 wi\ufeffdth\xad": "zero width",
    "\u3164\u200b\u2060": "",
    "\u200d\ufe0f": "",
    "\x1b[31mred\x07": "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}",
    "bad\udce9.jpg": "bad\N{REPLACEMENT CHARACTER}.jpg",
    "e" + "\u0301" * 40: "e" + "\u0301" * 6,
    "x" * 5000: "x" * 999 + "…",
}
KEPT = [
    "",
    "plain.png",
    " two  spaces ",
    "Fähre über den Fluß",
    "u\u0308n-nfd.png",
    "שלום.png",
    "नमस्\u200dते",
    "emoji\U0001f469\u200d\U0001f680.png",
    "heart\u2764\ufe0f",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f flag",
    "漢字　全角",
    "price 1\u202f000 €",
]


@pytest.mark.parametrize("name", CASES, ids=ascii)
def test_a_name_is_one_line(name: str) -> None:
    assert one_line(name) == CASES[name]


@pytest.mark.parametrize("name", KEPT, ids=ascii)
def test_names_of_every_script_stay_as_they_are(name: str) -> None:
    assert one_line(name) == name


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_no_name_breaks_or_turns_a_line(name: str) -> None:
    shown = one_line(name)
    assert len(shown.splitlines()) <= 1
    assert not set(shown) & {chr(n) for n in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 9)}
    assert one_line(shown) == shown
    shown.encode()


def test_no_name_takes_long() -> None:
    """A million spaces before a line break, which a careless pattern tries from each of them."""
    assert len(one_line(" " * 1_000_000 + "\n")) <= 1_000
    assert one_line("a" + " " * 900 + "\nb") == "a b"


def test_pictures_jobs_and_what_they_came_from_are_called_by_one_line() -> None:
    assert picture(1, title="two\nlines").name == "two lines"
    assert picture(1, title="\u200b", prompt="kelp\u202e forest").name == "kelp forest"
    assert short_name("a\u200b \u2060fox\n") == "a fox"
    from studio.domain.entities import Parent

    made = Picture(
        **{
            **{name: getattr(picture(1), name) for name in Picture.__slots__},
            "parents": (Parent(sha256="a" * 64, role=Role.EDIT, name="new\nline"),),
        }
    )
    assert parent_names(made) == ("new line",)


# --- painted ------------------------------------------------------------------------------------


def slot(name: str, parent: QWidget) -> QWidget:
    made = Slot(0, parent)
    reference = Reference(sha256="a" * 64, media_type="image/png", role=Role.STYLE, name=name)
    made.show_reference(reference, SlotNote(), small=False)
    return made


def suggestion(name: str, parent: QWidget) -> QWidget:
    made = DashedButton("edit", parent)
    made.show_words(f"Edit {name}", "Ctrl+E")
    return made


def chip(name: str, parent: QWidget) -> QWidget:
    made = MenuChip("Model", parent)
    made.set_choices([ChipChoice(value=1, text=name, supplement=name)])
    return made


def places(name: str, parent: QWidget) -> QWidget:
    from studio.library.query import Collection

    row = collection(Collection(id="c", name=name, search="", pictures=3))
    return PlaceList("x", SidebarModel(parent), [row], parent)


def line(name: str, parent: QWidget) -> QWidget:
    made = CompactLine(parent)
    made.show_line(name, "", name[:40], None)
    return made


def row(name: str, parent: QWidget) -> QWidget:
    one: Job = job(name, JobState.QUEUED)
    made = JobRow(one, parent)
    made.show_job(one, 2.0, movable=False)
    return made


def menu(name: str, parent: QWidget) -> QWidget:
    made = Menu("", parent)
    made.submenu(name)
    made.entry(name)
    return made


def link(name: str, parent: QWidget) -> QWidget:
    return LinkRow(GroundingSource(url="https://example.com/a", title=name), "network", parent)


def offers(name: str, parent: QWidget) -> QWidget:
    made = QListView(parent)
    made.setModel(SearchHintModel([f'tag:"{name}"'], made))
    made.setItemDelegate(SearchHintDelegate(made))
    return made


PAINTED: dict[str, Callable[[str, QWidget], QWidget]] = {
    "slot": slot,
    "suggestion": suggestion,
    "chip": chip,
    "segment": lambda name, parent: Segmented([(1, name, "")], parent),
    "label": lambda name, parent: Text(name, parent=parent),
    "elided label": lambda name, parent: ElidedLabel(name, parent=parent),
    "compact line": line,
    "tag": lambda name, parent: TagChip(TagCount(name, 1, 1), parent),
    "link": link,
    "place": places,
    "job": row,
    "menu": menu,
    "offers": offers,
}


def image_of(widget: QWidget) -> QImage:
    widget.resize(320, max(24, min(widget.sizeHint().height(), 120)))
    return widget.grab().toImage()


# Qt itself drops half a sign, where a list of its own or a label keeps the name.
SHOWN = [name for name, line in CASES.items() if line.strip() and "\udce9" not in name]


@pytest.mark.parametrize("what", PAINTED)
@pytest.mark.parametrize("name", SHOWN, ids=ascii)
def test_a_name_is_painted_as_its_one_line(
    what: str, name: str, qtbot: QtBot, qapp: QApplication
) -> None:
    install(qapp, "dark", scale=1.0)
    window = QWidget()
    qtbot.addWidget(window)
    as_it_came, cleaned = PAINTED[what](name, window), PAINTED[what](CASES[name], window)
    assert as_it_came.sizeHint() == cleaned.sizeHint()
    assert as_it_came.accessibleName() == cleaned.accessibleName()
    assert image_of(as_it_came) == image_of(cleaned)


@pytest.mark.parametrize("name", CASES, ids=ascii)
def test_a_caption_is_one_line(name: str, qapp: QApplication) -> None:
    install(qapp, "dark", scale=1.0)
    kit = TileStyle(theme())
    assert kit.elided(name, 200) == kit.elided(CASES[name], 200)


def test_the_slots_stay_in_their_row(qtbot: QtBot, qapp: QApplication) -> None:
    """The issue's own: a name with a line break was clipped in its slot."""
    install(qapp, "dark", scale=1.0)
    made = SlotsRow()
    qtbot.addWidget(made)
    made.resize(900, made.sizeHint().height())
    kept = [Reference(sha256=f"{n:064x}", media_type="image/png", name=name)
            for n, name in enumerate(CASES)]  # fmt: skip
    made.show_references(kept, [SlotNote() for _one in kept])
    made.show()
    heights = {slot.height() for slot in made.slots() if slot.isVisible()}
    assert len(heights) == 1
    assert all(slot.width() < 300 for slot in made.slots())
    made.on_overflow()
    (opened,) = made.findChildren(
        Menu, options=__import__("PySide6.QtCore").QtCore.Qt.FindChildOption.FindDirectChildrenOnly
    )
    assert all("\n" not in action.text() for action in opened.actions())
    assert opened.sizeHint().width() < 1200
    opened.close()


def test_a_menu_is_not_wider_than_a_screen(qtbot: QtBot, qapp: QApplication) -> None:
    install(qapp, "dark", scale=1.0)
    made = Menu()
    qtbot.addWidget(made)
    made.entry("x" * 5000)
    assert made.sizeHint().width() < 1400


def test_an_icon_is_called_by_one_line(qtbot: QtBot) -> None:
    made = IconButton("close", "Remove two\nlines", "Del")
    qtbot.addWidget(made)
    assert made.toolTip() == "Remove two lines (Del)"


# --- the contract ---------------------------------------------------------------------------------

OWN_WORDS = {
    # What is painted there is never a name: words and figures of our own.
    "controllers/import_.py", "support/drag_and_drop.py", "views/canvas/plates.py",
    "panels/composer/aspect_picker.py",
    "panels/composer/role_drop_target.py", "panels/composer/generate_button.py",
    "panels/composer/prompt_editor.py", "views/gallery/paint.py",
    "panels/inspector/family.py", "views/canvas/film_strip.py",
    "views/pick/round_strip.py", "views/pick/head.py", "views/duel/pane.py",
    "views/gallery/stack_paint.py", "views/loupe/tool_strip.py", "support/mark_painter.py",
    "panels/inspector/marks_page.py", "views/loupe/reframe/overlay.py",
    "views/loupe/reframe/format_chip.py", "panels/inspector/format_line.py",
    "dialogs/handouts/page_preview.py", "dialogs/shortcut_list.py",
}  # fmt: skip
CLEANED_BEFORE = {
    # Its rows are made from places, whose label is one line.
    "panels/sidebar/place_list.py": "support/sidebar_items.py",
    "views/compare/chrome_label.py": "views/compare/pane.py",
}


def test_whoever_paints_a_name_makes_it_one_line() -> None:
    painting = {"drawText", "elidedText", "drawStaticText"}
    for name, text in texts_with(*painting, folder=UI):
        calls = {node.attr for node in nodes(parsed(text)) if isinstance(node, ast.Attribute)}
        if not painting & calls or name in OWN_WORDS:
            continue
        where = UI / CLEANED_BEFORE.get(name, name)
        source = where.read_text(encoding="utf-8")
        assert "one_line(" in source or "message_line(" in source, name
