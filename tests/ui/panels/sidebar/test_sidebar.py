"""The sidebar and its narrow form: places, counts, keyboard, drops, and spending."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from studio.domain.spend import Spend
from studio.library.query import Counts, View
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.panels.sidebar.rail import PlaceButton, Rail
from studio.ui.panels.sidebar.sidebar import Meter, Sidebar
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.style.theme import install, theme
from studio.ui.support import sidebar_items as places
from tests.ui import scripted_core
from tests.ui.user_actions import drop, mime, names

COUNTS = Counts(all=12_408, session=14, picks=214, failed=2, trash=17, prompts=611)


@pytest.fixture
def sidebar(qtbot: QtBot, qapp: QApplication) -> Sidebar:
    install(qapp, "dark", scale=1.0)
    made = Sidebar(SidebarModel())
    qtbot.addWidget(made)
    made.resize(224, 700)
    made.model.show_counts(COUNTS)
    made.show()
    return made


def test_the_library_is_a_list_of_named_items_with_their_counts(sidebar: Sidebar) -> None:
    rows = sidebar.lists[0]

    assert rows.accessibleName() == "Library"
    assert names(rows) == ["All pictures, 12,408", "This session, 14", "Picks, 214", "Failed, 2"]
    assert names(sidebar.lists[2]) == ["History, 611"]
    assert names(sidebar.lists[3]) == ["Trash, 17"]


def test_where_no_collection_is_a_hint_takes_the_first_pictures(sidebar: Sidebar) -> None:
    assert sidebar.hint.isHidden(), "not known yet"
    sidebar.model.show_collections(())
    assert not sidebar.hint.isHidden()
    asked: list[object] = []
    sidebar.model.collect_wanted.connect(asked.append)
    assert drop(sidebar.hint, QPoint(5, 5), mime("p1", "p2"))
    assert asked == [("p1", "p2")]
    assert not drop(sidebar.hint, QPoint(5, 5), QMimeData())
    sidebar.model.show_collections(
        (places.SidebarItem(label="Harbour", icon="folder", view=View.ALL, collection="c1"),)
    )
    assert sidebar.hint.isHidden()


def test_new_failures_are_reported_beside_the_count(sidebar: Sidebar) -> None:
    sidebar.model.set_failed_new(2)

    assert names(sidebar.lists[0])[3] == "Failed, 2, 2 new"


def test_the_shelf_that_is_shown_is_the_only_one_marked(sidebar: Sidebar) -> None:
    sidebar.model.set_view(View.PICKS)
    assert [rows.selectedItems()[0].text() for rows in sidebar.lists if rows.selectedItems()] == [
        "Picks"
    ]

    sidebar.model.set_view(View.TRASH)
    assert [rows.selectedItems()[0].text() for rows in sidebar.lists if rows.selectedItems()] == [
        "Trash"
    ]


def test_a_click_goes_to_a_shelf_and_the_history_is_asked_for(
    sidebar: Sidebar, qtbot: QtBot
) -> None:
    chosen: list[View] = []
    asked: list[bool] = []
    sidebar.model.view_chosen.connect(chosen.append)
    sidebar.model.history_requested.connect(lambda: asked.append(True))
    library, _collections, prompts, trash = sidebar.lists

    for rows, row in ((library, 2), (prompts, 0), (trash, 0)):
        at = rows.visualItemRect(rows.item(row)).center()
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)

    assert chosen == [View.PICKS, View.TRASH]
    assert asked == [True]
    assert not prompts.selectedItems()


def test_the_arrow_keys_walk_through_all_places(sidebar: Sidebar) -> None:
    chosen: list[View] = []
    asked: list[bool] = []
    sidebar.model.view_chosen.connect(chosen.append)
    sidebar.model.history_requested.connect(lambda: asked.append(True))
    library, _collections, prompts, trash = sidebar.lists
    sidebar.activateWindow()
    library.setFocus()

    for _step in range(3):
        QTest.keyClick(library, Qt.Key.Key_Down)
    assert chosen == [View.SESSION, View.PICKS, View.FAILED]
    QTest.keyClick(library, Qt.Key.Key_Down)
    assert prompts.hasFocus()
    assert not asked, "passing over the history does not open it"
    QTest.keyClick(prompts, Qt.Key.Key_Return)
    assert asked == [True]
    QTest.keyClick(prompts, Qt.Key.Key_Down)
    assert trash.hasFocus()
    assert chosen[-1] is View.TRASH


def test_pictures_dropped_on_picks_and_trash_are_reported(sidebar: Sidebar) -> None:
    told: list[tuple[View, tuple[str, ...]]] = []
    sidebar.model.dropped.connect(lambda view, ids: told.append((view, ids)))
    library, _collections, _prompts, trash = sidebar.lists

    def middle(rows: PlaceList, row: int) -> QPoint:
        return rows.visualItemRect(rows.item(row)).center()

    assert drop(library.viewport(), middle(library, 2), mime("a", "b"))
    assert drop(trash.viewport(), middle(trash, 0), mime("c"))
    assert not drop(library.viewport(), middle(library, 0), mime("d"))
    assert told == [(View.PICKS, ("a", "b")), (View.TRASH, ("c",))]


def test_files_from_elsewhere_are_not_taken(sidebar: Sidebar) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/picture.png")])
    library = sidebar.lists[0]

    at = library.visualItemRect(library.item(2)).center()
    assert not drop(library.viewport(), at, files)


def money_shown(sidebar: Sidebar) -> set[str]:
    return {label.text() for label in sidebar.findChildren(QLabel) if label.isVisible()}


def test_the_money_is_said_with_what_is_not_known(sidebar: Sidebar) -> None:
    sidebar.model.show_spend(Spend(today=1.21, month=14.9, unknown=2, maybe=1))

    said = money_shown(sidebar)
    assert {"≈ $1.21", "≈ $14.90", "+ 2 of unknown price", "+ 1 that may have been billed"} <= said
    assert not sidebar.findChildren(Meter)


def test_a_budget_shows_what_is_left_and_how_much_is_spent(sidebar: Sidebar) -> None:
    sidebar.model.set_limit(40.0)
    sidebar.model.show_spend(Spend(today=1.21, month=14.9))
    (meter,) = sidebar.findChildren(Meter)
    said = money_shown(sidebar)
    assert {"≈ $14.90", "of $40"} <= said
    assert any(words.startswith("≈ $25.10 left until 1 ") for words in said)
    assert meter.isVisible()

    def filled(role: str) -> bool:
        image = meter.grab().toImage()
        return image.pixelColor(6, image.height() // 2) == theme().color(role)

    assert filled("text2")
    sidebar.model.show_spend(Spend(today=1.21, month=32.0))
    assert filled("warn")
    sidebar.model.show_spend(Spend(month=40.27))
    assert "≈ $0.27 over $40" in money_shown(sidebar)
    sidebar.model.set_limit(0.0)
    assert not meter.isVisible()
    assert "of $40" not in money_shown(sidebar)


@pytest.mark.parametrize(
    ("month", "words"),
    [(11, "≈ $25.10 left until 1 December"), (12, "≈ $25.10 left until 1 January")],
)
def test_the_budget_ends_with_the_month(month: int, words: str) -> None:
    assert places.budget_words(Spend(month=14.9), 40.0, month) == words
    assert words in places.spend_words(Spend(month=14.9), month, 40.0)


def test_the_rail_offers_what_the_sidebar_does(qtbot: QtBot, sidebar: Sidebar) -> None:
    model = sidebar.model
    rail = Rail(model)
    qtbot.addWidget(rail)
    model.set_failed_new(2)
    rail.resize(48, 600)
    rail.show()
    chosen: list[View] = []
    asked: list[bool] = []
    told: list[tuple[View, tuple[str, ...]]] = []
    model.view_chosen.connect(chosen.append)
    model.history_requested.connect(lambda: asked.append(True))
    model.dropped.connect(lambda view, ids: told.append((view, ids)))

    lists = (rail.collections, rail.searches)
    places = [button for button in rail.findChildren(PlaceButton) if button not in lists]
    spoken = [button.accessibleName() for button in places]
    listed = [name for rows in sidebar.lists for name in names(rows)]
    assert spoken == listed
    rail.button(View.PICKS).click()
    rail.button(None).click()
    assert chosen == [View.PICKS]
    assert asked == [True]
    trash = rail.button(View.TRASH)
    assert drop(trash, trash.rect().center(), mime("x"))
    assert told == [(View.TRASH, ("x",))]
    model.set_view(View.FAILED)
    assert rail.button(View.FAILED).isChecked()
    assert not rail.button(View.PICKS).isChecked()


def test_longer_words_leave_the_sidebar_its_width(qtbot: QtBot, qapp: QApplication) -> None:
    install(qapp, "dark", scale=1.0)
    scripted_core.speak_longer()
    try:
        made = Sidebar(SidebarModel())
        qtbot.addWidget(made)
        made.model.show_counts(COUNTS)
        made.model.set_limit(40.0)
        made.model.show_spend(Spend(today=1.21, month=14.9, unknown=2, maybe=3))
        assert made.minimumSizeHint().width() <= 180
        assert places.library()[0].label != "All pictures"
    finally:
        scripted_core.speak_english()


def test_the_sums_stand_under_each_other(sidebar: Sidebar) -> None:
    block = sidebar.spend
    sidebar.model.show_spend(Spend(today=1.25, month=1.25))
    QApplication.sendPostedEvents()
    assert block.today.geometry().right() == block.month.geometry().right()
    sidebar.model.set_limit(10.0)
    QApplication.sendPostedEvents()
    assert block.limit.isVisible()
    assert block.limit.geometry().right() == block.today.geometry().right()
    sidebar.model.set_limit(0.0)
    QApplication.sendPostedEvents()
    assert block.today.geometry().right() == block.month.geometry().right()
