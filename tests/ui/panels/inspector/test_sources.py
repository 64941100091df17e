"""The whole request and the model's searches, in the inspector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.domain.entities import Advanced, Grounding, GroundingSource, Picture, SafetySetting
from studio.ui.panels.inspector import Inspector, facts
from studio.ui.panels.inspector.sources import SHOWN
from studio.ui.style.theme import install
from tests.ui import scripted_library

FOUND = Grounding(
    queries=("lamp 1925",),
    sources=(
        GroundingSource("https://www.h.org/<b>", "A <b>lamp</b>"),
        GroundingSource("https://i.org/x"),
    ),
    searches=(GroundingSource("https://www.google.com/search?q=lamp", "lamp 1925"),),
)


class Browser(QObject):
    """Takes the addresses a browser would get."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    QDesktopServices.setUrlHandler("https", made, "open")  # type: ignore[arg-type]
    yield made
    QDesktopServices.unsetUrlHandler("https")


@pytest.fixture
def inspector(qapp: QApplication, qtbot: QtBot, at_end: list[Callable[[], object]]) -> Inspector:
    install(qapp, "dark")
    made = Inspector(
        scripted_library.FakeLibrary([scripted_library.picture(row) for row in (1, 2)]),
        scripted_library.FakeDecoder(),
    )
    qtbot.addWidget(made)
    made.resize(296, 900)
    at_end.append(made.hide)
    return made


async def shown(inspector: Inspector, *pictures: Picture) -> None:
    inspector.show()
    inspector.show_pictures(pictures)
    await scripted_library.settle()


async def test_sources_are_links_that_open_in_the_browser(
    inspector: Inspector, browser: Browser
) -> None:
    await shown(inspector, replace(scripted_library.picture(1), grounding=FOUND))
    page = inspector.page
    assert page.sources.isVisible()
    rows = page.sources.rows
    assert [one.text() for one in rows] == ["A <b>lamp</b>", "i.org", "lamp 1925"]
    assert rows[0].accessibleDescription() == "h.org"
    assert "<b>" not in rows[0].toolTip()
    QTest.mouseClick(rows[0], Qt.MouseButton.LeftButton)
    QTest.keyClick(rows[2], Qt.Key.Key_Return)
    assert browser.opened == ["https://www.h.org/%3Cb%3E", "https://www.google.com/search?q=lamp"]


async def test_a_picture_without_sources_has_no_such_section(inspector: Inspector) -> None:
    await shown(inspector, replace(scripted_library.picture(1), grounding=FOUND))
    await shown(inspector, scripted_library.picture(2))
    assert not inspector.page.sources.isVisible()
    assert inspector.page.sources.rows == ()
    await shown(
        inspector, replace(scripted_library.picture(1), grounding=Grounding(queries=("a", "b")))
    )
    assert inspector.page.sources._queries.text() == "Searched for: a, b"
    await shown(inspector, scripted_library.picture(1), scripted_library.picture(2))
    assert not inspector.page.sources.isVisible()


async def test_many_sources_are_cut(inspector: Inspector) -> None:
    many = tuple(GroundingSource(f"https://h.org/{n}", str(n)) for n in range(40))
    await shown(inspector, replace(scripted_library.picture(1), grounding=Grounding(sources=many)))
    assert len(inspector.page.sources.rows) == SHOWN


def test_every_choice_of_the_request_is_a_fact() -> None:
    chosen = Advanced(
        system=" Flat. ",
        temperature=0.0,
        thinking="high",
        search=True,
        safety=(SafetySetting("HATE_SPEECH", "BLOCK_NONE"), SafetySetting("X", "ODD")),
    )
    told = facts.details(replace(scripted_library.picture(1), advanced=chosen))
    assert {one.label: one.value for one in told}.items() >= {
        "Temperature": "0",
        "Thinking": "high",
        "Search": "yes",
        "Safety": "hate speech: none, x: ODD",
        "Instruction": "Flat.",
    }.items()
    plain = {one.label for one in facts.details(scripted_library.picture(1))}
    assert not plain & {"Temperature", "Thinking", "Search", "Safety", "Instruction"}


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Advanced(search=True), "yes"),
        (Advanced(search=True, image_search=True), "web and images"),
        (Advanced(image_search=True), None),
    ],
)
def test_the_kind_of_search_is_a_fact(chosen: Advanced, words: str | None) -> None:
    told = facts.details(replace(scripted_library.picture(1), advanced=chosen))
    assert {one.label: one.value for one in told}.get("Search") == words


def test_detail_and_extra_fields_are_facts() -> None:
    picture = replace(
        scripted_library.picture(1),
        advanced=Advanced(detail="ultra_high"),
        extra_fields='{\n  "topP": 0.9\n}',
    )
    told = {one.label: one.value for one in facts.details(picture)}
    assert told["Reference detail"] == "ultra high"
    assert told["Extra fields"] == '{ "topP": 0.9 }'
    bare = {one.label for one in facts.details(scripted_library.picture(1))}
    assert not bare & {"Reference detail", "Extra fields"}


@pytest.mark.parametrize(("n", "words"), [(1, "· 1 search"), (3, "· 3 searches")])
def test_searches_are_named_beside_the_cost(n: int, words: str) -> None:
    picture = replace(
        scripted_library.picture(1), cost_usd=0.05, grounding=Grounding(queries=("a",), billed=n)
    )
    (cost,) = [one for one in facts.details(picture) if one.label == "Cost"]
    assert cost.note.endswith(words)
    draft = replace(picture, cost_usd=0.0)
    (free,) = [one for one in facts.details(draft) if one.label == "Cost"]
    assert words not in free.note
