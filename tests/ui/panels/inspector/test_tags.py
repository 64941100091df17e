"""Tags in the inspector: shown, added and removed, for one picture or many; file metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.domain.entities import CostBasis
from studio.ui.panels.inspector import Inspector, facts
from studio.ui.panels.inspector.tags import TagsRow, held
from studio.ui.style.theme import install
from tests.ui import scripted_library
from tests.ui.scripted_library import picture
from tests.ui.windows import make, opened, until


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    install(qapp, "dark")


@pytest.fixture
def tags(qtbot: QtBot) -> Iterator[TagsRow]:
    box = QWidget()
    made = TagsRow(box)
    qtbot.addWidget(box)
    box.resize(296, 400)
    made.resize(264, 200)
    box.show()
    yield made
    box.hide()


def heard(tags: TagsRow) -> list[tuple[Any, Any]]:
    told: list[tuple[Any, Any]] = []
    tags.changed.connect(lambda add, remove: told.append((add, remove)))
    return told


def test_tags_that_all_have_come_first() -> None:
    both = [picture(1, tags=("Oil", "sea")), picture(2, tags=("sea", "ink"))]
    assert [(one.name, one.have, one.partly) for one in held(both)] == [
        ("sea", 2, False),
        ("ink", 1, True),
        ("Oil", 1, True),
    ]
    assert held([]) == []


def test_what_is_written_is_given_and_a_comma_ends_a_name(tags: TagsRow) -> None:
    told = heard(tags)
    tags.set_pictures([picture(1, tags=("sea",))])
    QTest.keyClicks(tags.line, "harbour,")
    assert told == [(("harbour",), ())]
    assert tags.line.text() == ""
    QTest.keyClicks(tags.line, "  two   words ")
    QTest.keyClick(tags.line, Qt.Key.Key_Return)
    assert told[1] == (("two words",), ())
    QTest.keyClick(tags.line, Qt.Key.Key_Return)
    QTest.keyClicks(tags.line, "no")
    QTest.keyClick(tags.line, Qt.Key.Key_Escape)
    assert len(told) == 2


def test_a_cross_or_a_key_takes_a_tag_away(tags: TagsRow) -> None:
    told = heard(tags)
    tags.set_pictures([picture(1, tags=("ink", "sea"))])
    QApplication.processEvents()
    first, second = tags.chips
    assert first.accessibleName() == "Tag ink"
    QTest.mouseClick(first, Qt.MouseButton.LeftButton, pos=first.cross.center())
    assert told == [((), ("ink",))]
    QTest.keyClick(tags.line, Qt.Key.Key_Backspace)
    assert second.hasFocus()
    QTest.keyClick(second, Qt.Key.Key_Delete)
    assert told[1] == ((), ("sea",))
    tags.set_pictures([picture(1, tags=("ink",))])
    assert [chip.text() for chip in tags.chips] == ["ink"]
    assert tags.line.hasFocus()


def test_a_click_looks_for_a_tag_or_gives_it_to_all(tags: TagsRow) -> None:
    told = heard(tags)
    chosen: list[str] = []
    tags.chosen.connect(chosen.append)
    tags.set_pictures([picture(1, tags=("ink", "sea")), picture(2, tags=("sea",))])
    QApplication.processEvents()
    shared, some = tags.chips
    QTest.mouseClick(shared, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert chosen == ["sea"]
    assert "1 of 2" in some.accessibleName()
    QTest.mouseClick(some, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert told == [(("ink",), ())]


def test_many_long_tags_stay_within_the_panel(tags: TagsRow) -> None:
    names = tuple(f"tag {n} " + "w" * (n % 3 * 30) for n in range(70))
    tags.set_pictures([picture(1, tags=names)])
    tags.adjustSize()
    tags.resize(264, tags.heightForWidth(264))
    QApplication.processEvents()
    assert len(tags.chips) == 60
    for chip in tags.chips:
        assert chip.geometry().right() < tags.box.width()
    assert tags.chips[-1].geometry().bottom() < tags.box.height()
    assert tags.more.text() == "and 10 more"


async def test_tags_are_changed_for_what_is_selected(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3, tiles=3)
        core, library = window.core, window.core.library
        ids = [one.id for one in pictures]
        await library.tag(ids[:1], add=["Harbour"])
        window.gallery.select_everything()
        page = window.inspector.page
        await until(core, lambda: len(window.inspector.pictures) == 3, "told")
        await until(core, lambda: len(page.tags.chips) == 1, "read")
        page.tags.line.setFocus()
        QTest.keyClicks(page.tags.line, "old town")
        QTest.keyClick(page.tags.line, Qt.Key.Key_Return)
        await until(core, lambda: len(page.tags.chips) == 2, "shown")
        assert [(c.tag.name, c.tag.have) for c in page.tags.chips] == [
            ("old town", 3),
            ("Harbour", 1),
        ]
        found = await library.find(ids)
        assert sum("old town" in one.tags for one in found) == 3
        assert await library.undo() is not None
        await until(core, lambda: len(page.tags.chips) == 1, "undone")
        page.tags.chosen.emit("Harbour")
        await until(core, lambda: list(window.library_view.order) == [pictures[0].row], "searched")
        assert window.library_view.query.words == "tag:Harbour"


async def test_more_than_the_panel_knows_of_is_meant_when_it_is_selected(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4, tiles=4)
        window.gallery.select_everything()
        ids = [one.id for one in pictures]
        assert await window.selection.meant(ids[:2]) == ids[:2]
        window.selection.known = 2
        assert sorted(await window.selection.meant(ids[:2])) == sorted(ids)


async def test_an_imported_file_tells_how_it_was_made(
    qtbot: QtBot, at_end: list[Callable[[], object]]
) -> None:
    said = (("Made with", "A1111"), ("Steps", "20"), ("Sampler", "Euler a"))
    one = picture(
        1, imported="scan.png", settings=said, seed=5, cost_usd=None, cost_basis=CostBasis.UNKNOWN
    )
    inspector = Inspector(scripted_library.FakeLibrary([one]), scripted_library.FakeDecoder())
    qtbot.addWidget(inspector)
    at_end.append(inspector.hide)
    inspector.show()
    inspector.show_pictures([one])
    await scripted_library.settle()
    page = inspector.page
    assert [(fact.label, fact.value) for fact in page.settings.facts] == list(said)
    assert page.settings_section.isVisible()
    rows = {fact.label: fact.value for fact in facts.details(one)}
    assert rows["From file"] == "scan.png"
    assert rows["Seed"] == "5"
    # It cost nothing here, and nobody was asked to make it.
    assert not {"Cost", "Created"} & set(rows)
    assert "Cost" not in {fact.label for fact in facts.several([one, one])}
    inspector.show_pictures([picture(2)])
    await scripted_library.settle()
    assert not page.settings_section.isVisible()
