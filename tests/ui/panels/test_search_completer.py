"""The search field: tokens before the words, and their completion."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QStyleOptionViewItem

from studio.library.index.search_language import KEYS, STATES
from studio.ui.panels.search_completer import SearchCompleter
from studio.ui.panels.search_hints import WORDS, meaning
from studio.ui.style import theme
from studio.ui.widgets.search_field import SearchToken
from studio.ui.widgets.text import Text
from studio.ui.window.top_bar import TopBar
from tests.ui.windows import make, opened, until


def shown(bar: TopBar) -> int:
    QApplication.processEvents()
    return len([one for one in bar.search.findChildren(SearchToken) if not one.isHidden()])


def test_dates_are_shown_as_people_write_them_and_searched_as_typed(qapp: QApplication) -> None:
    theme.install(qapp, "dark", scale=1.0)
    bar = TopBar()
    told: list[str] = []
    bar.searched.connect(told.append)
    bar.show()
    year = time.localtime().tm_year
    typed = (f"after:{year}-11-06", "before:2019-02-28", "on:yesterday", "after:2026-11")
    for number, one in enumerate(typed, 1):
        QTest.keyClicks(bar.search.field, f"{one} ")
        assert shown(bar) == number
    QTest.keyClick(bar.search.field, Qt.Key.Key_Return)
    assert told[-1].split() == list(typed)
    assert shown(bar) == len(typed)
    tokens = [one for one in bar.search.findChildren(SearchToken) if not one.isHidden()]
    words = [[text.text() for text in one.findChildren(Text)] for one in tokens]
    assert sorted(words) == [
        ["after", "2026-11"],
        ["after", "6 Nov"],
        ["before", "28 Feb 2019"],
        ["on", "yesterday"],
    ]
    bar.deleteLater()


def test_whole_tokens_leave_the_line_and_are_looked_for_with_the_words(qapp: QApplication) -> None:
    theme.install(qapp, "dark", scale=1.0)
    bar = TopBar()
    told: list[str] = []
    bar.searched.connect(told.append)
    bar.show()
    QTest.keyClicks(bar.search.field, "fog rating:>=4 ")
    assert bar.search.text == "fog "
    assert shown(bar) == 1
    (token,) = bar.search.findChildren(SearchToken)
    assert [one.text() for one in token.findChildren(Text)] == ["rating", ">=4"]
    QTest.keyClicks(bar.search.field, 'tag:"old town"')
    QTest.keyClick(bar.search.field, Qt.Key.Key_Return)
    assert told[-1] == 'rating:>=4 tag:"old town" fog '
    assert shown(bar) == 2
    QTest.keyClicks(bar.search.field, "rating:>=4 ")
    assert shown(bar) == 2, "the same token is not there twice"
    bar.search.token_removed.emit(0)
    assert told[-1] == 'tag:"old town" fog '
    bar.set_words("")
    assert shown(bar) == 0
    bar.set_words("in:Best kelp")
    assert (bar.search.text, shown(bar)) == ("kelp ", 1)
    bar.deleteLater()


async def test_keys_and_names_are_offered(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await window.core.library.tag([picture.id], add=["old town", "kelp"])
        await window.core.library.collections.make("Best")
        await window.core.library.choosing.name_branch(picture.id, "Client's choice")
        field = window.top_bar.search.field
        await until(
            window.core, lambda: isinstance(field.completer(), SearchCompleter), "completer"
        )
        completion = field.completer()
        assert isinstance(completion, SearchCompleter)
        assert completion.offers("fog rat") == ["rating:"]
        assert completion.offers("-a") == ["-aspect:", "-after:"]
        assert completion.offers("is:pi") == ["is:picked"]
        assert completion.offers("is:picked ") == []
        assert completion.offers("harbour") == []
        completion.on_edited("tag:")
        await until(window.core, lambda: bool(completion._names), "names")
        assert set(completion.offers("fog tag:")) == {"tag:kelp", 'tag:"old town"'}
        assert completion.offers('-tag:"old') == ['-tag:"old town"']
        assert completion.offers("in:b") == ["in:Best"]
        assert completion.offers("branch:cl") == ['branch:"Client\'s choice"']
        assert completion.offers("drift:<") == ["drift:<5%"]
        field.setText("fog in:b")
        completion.on_edited("fog in:b")
        index = completion.completionModel().index(0, 0)
        assert completion.pathFromIndex(index) == "fog in:Best "


async def test_offers_say_in_plain_words_what_they_find(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        field = window.top_bar.search.field
        await until(
            window.core, lambda: isinstance(field.completer(), SearchCompleter), "completer"
        )
        completion = field.completer()
        assert isinstance(completion, SearchCompleter)
        completion.on_edited("-rating:>")
        first = completion.completionModel().index(0, 0)
        assert first.data() == "-rating:>=4"
        assert first.data(WORDS) == "not: 4 stars or more"
        spoken = first.data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "-rating:>=4, not: 4 stars or more"
        completion.on_edited("is:pi")
        offered = completion.popup()
        assert offered is not None
        row = completion.completionModel().index(0, 0)
        assert colours_at_the_right(offered, row) > 1


def test_every_key_and_state_is_described_in_plain_words() -> None:
    assert [key for key in KEYS if not meaning(f"{key}:")] == []
    assert [state for state in STATES if not meaning(f"is:{state}")] == []
    assert meaning("tag:kelp") == "", "a name says itself what it is"


def colours_at_the_right(offered: QAbstractItemView, index: QModelIndex) -> int:
    """How many colours the right half of a row has: one where nothing is written there."""
    image = QImage(400, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    option = QStyleOptionViewItem()
    option.rect = image.rect()
    painter = QPainter(image)
    offered.itemDelegate().paint(painter, option, index)
    painter.end()
    return len({image.pixel(x, y) for x in range(200, 400) for y in range(30)})


async def test_what_is_not_understood_is_reported_and_filters_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.view_options.on_searched("lighthouse rating:many")
        notice = window.messages.notice
        assert notice is not None
        assert "rating:>=4" in notice.text
        await until(window.core, lambda: window.library_view.shown == 1, "shown")
        window.view_options.on_searched("lighthouse")
        assert window.messages.notice is None


async def test_enter_takes_what_is_marked_and_else_what_was_typed(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await window.core.library.collections.make("Harbour campaign")
        field = window.top_bar.search.field
        await until(
            window.core, lambda: isinstance(field.completer(), SearchCompleter), "completer"
        )
        completion = field.completer()
        assert isinstance(completion, SearchCompleter)
        offered = completion.popup()
        assert offered is not None
        told: list[str] = []
        window.top_bar.searched.connect(told.append)
        window.activateWindow()
        field.setFocus()
        QTest.keyClicks(field, "in:")
        await until(window.core, lambda: bool(completion._names), "names")
        QTest.keyClicks(offered if offered.isVisible() else field, "har")
        await until(window.core, offered.isVisible, "offers")
        QTest.keyClick(offered, Qt.Key.Key_Return)
        QApplication.processEvents()
        assert told[-1].strip() == "in:har"
        assert shown(window.top_bar) == 1
        window.top_bar.set_words("")
        QTest.keyClicks(field, "in:har")
        await until(window.core, offered.isVisible, "offers")
        QTest.keyClick(offered, Qt.Key.Key_Down)
        QTest.keyClick(offered, Qt.Key.Key_Return)
        await until(window.core, lambda: "Harbour campaign" in told[-1], "taken")
        assert told[-1].strip() == 'in:"Harbour campaign"'
        assert shown(window.top_bar) == 1
        box = window.top_bar.search
        foot = box.mapToGlobal(box.rect().bottomLeft()).y()
        QTest.keyClicks(field, "rat")
        await until(window.core, offered.isVisible, "offers")
        assert offered.geometry().top() > foot
