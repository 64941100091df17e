"""The canvas of a family tree: painting of a large one, zoom, folds and jobs."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.domain.entities import (
    Failure,
    Flag,
    GenerationRequest,
    Job,
    JobState,
    Reference,
    Role,
)
from studio.domain.family import (
    EdgeChange,
    FamilyNode,
    FamilyTree,
    NodeReference,
    NodeState,
    SettingChange,
)
from studio.domain.spend import Outlay
from studio.domain.tree_layout import FOLD_MARK, FoldState, TreeBox, TreeFilter
from studio.ui.style.theme import install
from studio.ui.support import formatting, shortcuts
from studio.ui.views.tree import TreeView, node_painter, tree_words
from studio.ui.views.tree.tree_words import LineWords
from studio.ui.widgets.text import Text
from tests.ui import scripted_library


def node(n: int, parent: int = 0, **changes: object) -> FamilyNode:
    above = f"p{parent}" if parent else ""
    return FamilyNode(id=f"p{n}", row=n, parent=above, name=f"dusk {n}", **changes)  # type: ignore[arg-type]


def wide(count: int) -> FamilyTree:
    """A hundred children, each with as many."""
    return FamilyTree([node(1), *(node(n, max(1, n // 100)) for n in range(2, count + 1))])


@pytest.fixture
def view(qtbot: QtBot) -> TreeView:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    install(app, "dark")
    library: Any = scripted_library.FakeLibrary([])
    view = TreeView(library)
    qtbot.addWidget(view)
    view.resize(1200, 800)
    view.show()
    return view


def failed(picture: str) -> Job:
    edited = Reference(sha256="0" * 64, media_type="image/png", role=Role.EDIT, picture=picture)
    request = GenerationRequest(
        profile="sketch", model="sketch", prompt="Snow", references=(edited,)
    )
    failure = Failure(kind="refused", title="Refused")
    return Job(
        id="job", run="run", request=request, created=1.0, state=JobState.FAILED, failure=failure
    )


def test_of_ten_thousand_pictures_only_the_visible_ones_are_painted(view: TreeView) -> None:
    tree, canvas = wide(10_000), view.canvas
    view.show_tree(tree, "p1")
    assert canvas.scene.shape.shown < 100
    canvas.show_tree(tree, "p1", folds=FoldState(opened=frozenset(tree.nodes)))
    assert len(canvas.scene.layout.boxes) == 10_000
    canvas.port.zoom = 1.0
    for spot in (QPointF(0, 0), QPointF(-300, -200_000), QPointF(-200, -500_000)):
        canvas.port.move_to(spot)
        canvas.grab()
        assert 0 < canvas.scene_painter.painted < 60


def test_a_tree_opens_at_the_selected_picture_if_it_is_too_large_to_fit(view: TreeView) -> None:
    view.show_tree(wide(3000), "p700")
    rect = view.canvas.box_rect("p700")
    assert rect is not None
    assert QRectF(view.canvas.rect()).contains(rect)
    assert view.canvas.port.zoom == 1.0


def test_the_view_follows_only_a_picture_that_leaves_its_middle(view: TreeView) -> None:
    view.show_tree(wide(3000), "p1")
    canvas = view.canvas
    child = canvas.scene.shape.children["p1"][0]
    canvas.select(child)
    there = canvas.box_rect(child)
    assert there is not None
    assert canvas.port.view.contains(there)
    before = QPointF(canvas.port.offset)
    canvas.select(child)
    assert canvas.port.offset == before


def test_zoom_keeps_the_point_under_the_pointer(view: TreeView) -> None:
    view.show_tree(wide(300), "p1")
    port = view.canvas.port
    spot = QPointF(600, 400)
    here = port.to_layout(spot)
    view.canvas.zoom_by(1.5, spot)
    assert (port.to_layout(spot) - here).manhattanLength() < 0.01
    QTest.keyClick(view.canvas, Qt.Key.Key_F)
    assert port.fitted
    assert port.room.contains(QRectF(0, 0, port.content.width(), port.content.height()))


def test_chosen_keys_fit_the_tree_and_name_a_branch(view: TreeView) -> None:
    shortcuts.use((), {"tree.fit": ("Q",), "tree.name": ("N",)})
    view.show_tree(wide(300), "p1")
    view.canvas.zoom_by(1.5)
    fitted = []
    for key in (Qt.Key.Key_F, Qt.Key.Key_Q):
        QTest.keyClick(view.canvas, key)
        fitted.append(view.canvas.port.fitted)
    assert fitted == [False, True]
    wanted: list[bool] = []
    view.canvas.naming_wanted.connect(lambda: wanted.append(True))
    QTest.keyClick(view.canvas, Qt.Key.Key_N)
    assert wanted == [True]


def test_a_click_on_a_fold_opens_it(view: TreeView) -> None:
    view.show_tree(FamilyTree([node(1), *(node(n, 1) for n in range(2, 60))]), "p1")
    fold = view.canvas.scene.layout.boxes["p1" + FOLD_MARK]
    middle = view.canvas.port.to_canvas(QPointF(fold.x + 50, fold.middle)).toPoint()
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert not view.canvas.scene.shape.folds


def test_failed_jobs_are_nodes_of_the_picture_they_edit(view: TreeView) -> None:
    chosen: list[str] = []
    view.job_chosen.connect(chosen.append)
    view.show_tree(FamilyTree([node(1), node(2, 1)], [failed("p2")]), "p1")
    box = view.canvas.scene.layout.boxes["job"]
    assert box.parent == "p2"
    view.canvas.grab()
    spot = view.canvas.port.to_canvas(QPointF(box.x + 50, box.middle)).toPoint()
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert chosen == ["job"]


def test_rejected_pictures_can_be_hidden(view: TreeView) -> None:
    tree = FamilyTree([node(1), node(2, 1, flag=Flag.REJECT), node(3, 1)])
    view.show_tree(tree, "p1")
    assert "p2" in view.canvas.scene.layout.boxes
    view.canvas.set_filter(TreeFilter.NOT_REJECTED)
    assert "p2" not in view.canvas.scene.layout.boxes
    assert "p3" in view.canvas.scene.layout.boxes


def test_a_picture_that_goes_leaves_its_parent_selected(view: TreeView) -> None:
    view.show_tree(FamilyTree([node(1), node(2, 1), node(3, 2)]), "p3")
    view.renew(FamilyTree([node(1), node(2, 1)]))
    assert view.canvas.selected == "p2"


def test_an_empty_node_is_no_target_of_actions(view: TreeView) -> None:
    unknown = FamilyNode(id="gone", state=NodeState.UNKNOWN)
    child = FamilyNode(id="p2", row=2, parent="gone")
    view.show_tree(FamilyTree([unknown, child]), "p2")
    rows = [view.row]
    QTest.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.canvas.selected == "gone"
    rows.append(view.row)
    assert rows == [2, None]
    view.canvas.grab()


def test_items_say_name_branch_parent_and_children() -> None:
    tree = FamilyTree([node(1), node(2, 1, branch="Client's choice", rating=4), node(3, 2)])
    assert tree_words.spoken(tree, "p2", folded=False) == (
        "dusk 2, branch Client's choice, child of dusk 1, 4 stars, 1 child, expanded"
    )


def test_lines_say_words_settings_or_pixels() -> None:
    change = EdgeChange(
        added=("dusk",),
        removed=("dawn",),
        settings=(SettingChange(name="size", before="1K", after="2K"),),
        more=("a",),
        drift=0.25,
    )
    texts = {
        words: [piece.text for piece in tree_words.on_line(change, words)] for words in LineWords
    }
    assert texts[LineWords.WORDS] == ["dawn", "dusk"]
    assert texts[LineWords.SETTINGS] == ["Size: 2K, 1 more reference"]
    assert texts[LineWords.PIXELS] == ["25 % of the pixels"]
    assert tree_words.on_line(EdgeChange(), LineWords.WORDS)[0].text == "no words changed"


def test_the_selected_branch_says_what_it_cost(view: TreeView) -> None:
    told: list[Outlay] = []
    view.branch_selected.connect(told.append)
    tree = FamilyTree(
        [
            node(1, cost_usd=0.5),
            node(2, 1, cost_usd=0.5),
            node(3, 2, cost_usd=0.5, flag=Flag.PICK),
        ]
    )
    view.show_tree(tree, "p2")
    assert formatting.branch_outlay(told[-1]) == "This branch cost $1.00, 1 of 2 picked."
    view.canvas.toggle_fold("p2")
    assert view.note.startswith("2 of 3 drawn, the rest folded")


def test_a_large_tree_has_a_map_that_moves_it(view: TreeView) -> None:
    view.show_tree(wide(79), "p1")
    assert not view.canvas.map.isVisible()
    view.show_tree(wide(3000), "p1")
    assert view.canvas.map.isVisible()
    view.canvas.map.grab()
    before = QPointF(view.canvas.port.offset)
    QTest.mouseClick(view.canvas.map, Qt.MouseButton.LeftButton, pos=QPoint(90, 110))
    assert view.canvas.port.offset != before


def test_screen_readers_have_an_item_for_each_visible_picture(
    view: TreeView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    view.show_tree(FamilyTree([node(1), node(2, 1), node(3, 2)]), "p1")
    view.canvas.on_painted()
    canvas = QAccessible.queryAccessibleInterface(view.canvas)
    assert canvas.role() == QAccessible.Role.Tree
    children = [canvas.child(place) for place in range(canvas.childCount())]
    items = [one for one in children if one.role() == QAccessible.Role.TreeItem]
    assert [one.text(QAccessible.Text.Name) for one in items] == [
        "dusk 1, 1 child",
        "dusk 2, child of dusk 1, 1 child",
        "dusk 3, child of dusk 2",
    ]
    assert [_unfolding(one) for one in items] == [(True, False), (True, False), (False, False)]
    view.canvas.toggle_fold("p2")
    view.canvas.on_painted()
    assert _unfolding(items[1]) == (False, True)


def _unfolding(item: QAccessibleInterface) -> tuple[bool, bool]:
    """Whether it is expanded, and collapsed; that it can be is told with either."""
    state = item.state()
    assert bool(state.expandable) is bool(state.expanded or state.collapsed)
    return bool(state.expanded), bool(state.collapsed)


def test_the_bar_gives_way_to_the_name_of_the_family(view: TreeView) -> None:
    for width in (1200, 900, 700, 500):
        view.resize(width, 800)
        view.show_tree(wide(1000), "p1")
        QApplication.sendPostedEvents()
        name = next(one for one in view.findChildren(Text) if one.text() == "Family of dusk 1")
        assert name.width() >= name.sizeHint().width()


def test_a_line_leads_from_each_reference_to_the_selected_picture_alone(
    view: TreeView, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[tuple[str, str]] = []

    def paint(_painter: object, reference: TreeBox, box: TreeBox) -> None:
        lines.append((reference.id, box.id))

    monkeypatch.setattr(node_painter, "paint_reference", paint)
    style = NodeReference("p2", Role.STYLE)
    gone = NodeReference("elsewhere", Role.STYLE)
    view.show_tree(FamilyTree([node(1), node(2, 1), node(3, 1, references=(style, gone))]), "p3")
    view.grab()
    assert set(lines) == {("p2", "p3")}
    lines.clear()
    view.canvas.select("p2")
    view.grab()
    assert not lines
