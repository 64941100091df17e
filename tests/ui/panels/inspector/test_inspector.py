"""The inspector: facts of pictures and jobs, and editing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.common.errors import Billed
from studio.domain.derivation import SEAM, Derivation, Operation
from studio.domain.entities import (
    AspectRatio,
    Conversation,
    CostBasis,
    Failure,
    Flag,
    GenerationRequest,
    Job,
    JobState,
    Parent,
    Role,
)
from studio.domain.markup import Mark, MarkKind, Markup, Point, Region
from studio.library.query import Family
from studio.ui.panels.inspector import Inspector, facts
from studio.ui.panels.inspector.family import RING
from studio.ui.panels.inspector.head import Title
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import install
from studio.ui.support import formatting
from tests.ui import scripted_library
from tests.ui.scripted_library import picture

NOON = 1_763_812_800.0


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    install(qapp, "dark")


@pytest.fixture
def library() -> Any:
    return scripted_library.FakeLibrary([picture(row) for row in range(1, 9)])


@pytest.fixture
def inspector(library: Any, qtbot: QtBot, at_end: list[Callable[[], object]]) -> Inspector:
    made = Inspector(library, scripted_library.FakeDecoder())
    qtbot.addWidget(made)
    made.resize(296, 780)
    at_end.append(made.hide)
    return made


async def told(inspector: Inspector, *pictures: Any) -> None:
    inspector.show()
    inspector.show_pictures(pictures)
    await scripted_library.settle()


def words(inspector: Inspector) -> str:
    """Everything that can be read in it now."""
    texts = []
    for part in inspector.findChildren(QWidget):
        if part.isVisible():
            if isinstance(part, QTextEdit):
                texts.append(part.toPlainText())
            elif isinstance(part, QLabel | QAbstractButton):
                texts.append(part.text())
    return "\n".join(texts).replace("\u200b", "")


def named(inspector: Inspector, name: str) -> QAbstractButton:
    return next(
        b
        for b in inspector.findChildren(QAbstractButton)
        if b.isVisible() and name in (b.text(), b.accessibleName())
    )


def press(widget: QWidget, key: Qt.Key, text: str = "", **how: Any) -> None:
    modifiers = how.get("modifiers", Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))


def click(widget: QWidget, at: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        QApplication.sendEvent(
            widget, QMouseEvent(kind, at, widget.mapToGlobal(at), left, left, none)
        )


# --- figures and facts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (formatting.money(14.9), "$14.90"),
        (formatting.money(1234.5), "$1,234.50"),
        (formatting.money(0.001), "< $0.01"),
        (formatting.money(0), "$0.00"),
        (formatting.money(0.134, fine=True), "$0.134"),
        (formatting.money(0.13, fine=True), "$0.13"),
        (formatting.money(0.0002, fine=True), "$0.0002"),
        (formatting.money(2.5, fine=True), "$2.50"),
        (formatting.cost(0.134, CostBasis.TABLE), ("≈ $0.134", "from the price list")),
        (formatting.cost(0.134, CostBasis.USAGE), ("≈ $0.134", "from usage")),
        (formatting.cost(0.0, CostBasis.USAGE), ("$0.00", "")),
        (formatting.about(14.9), "≈ $14.90"),
        (formatting.about(0.001), "< $0.01"),
        (formatting.about(0), "$0.00"),
        (formatting.cost(None, CostBasis.USAGE)[0], "unknown"),
        (formatting.cost(0.134, CostBasis.UNKNOWN)[0], "unknown"),
        (formatting.megabytes(6_100_000), "6.1 MB"),
        (formatting.megabytes(820_400), "820 KB"),
        (formatting.megabytes(999_900), "1.0 MB"),
        (formatting.megabytes(12), "12 bytes"),
        (formatting.duration(11.8), "11.8 s"),
        (formatting.duration(84), "1 min 24 s"),
        (formatting.clock(14.9), "0:14"),
        (formatting.clock(3607), "1:00:07"),
        (formatting.pixels(2048, 1152), "2048 × 1152"),
        (formatting.shape(2048, 2048), "1:1"),
        (formatting.shape(2752, 1536), "16:9"),
        (formatting.shape(3168, 1344), "21:9"),
        (formatting.shape(1000, 370), "2.70:1"),
        (formatting.shape(0, 0), ""),
        (formatting.percent(0.3), "30 %"),
        (formatting.percent(0.031), "3.1 %"),
        (formatting.kind("image/webp"), "WebP"),
        (formatting.kind("image/x-new"), "X-NEW"),
    ],
)
def test_figures_are_written_as_people_read_them(said: str, expected: str) -> None:
    assert said == expected


def test_days_are_described_in_words() -> None:
    now = time.mktime((2026, 11, 23, 15, 0, 0, 0, 0, -1))
    assert formatting.when(now - 3600, now=now) == "Today 14:00"
    assert formatting.when(now - 26 * 3600, now=now) == "Yesterday 13:00"
    assert formatting.when(now - 50 * 3600, now=now) == "21 Nov 13:00"
    assert formatting.moment(now + 600, now=now) == "15:10"
    assert formatting.moment(now + 26 * 3600, now=now) == "24 Nov 17:00"
    assert formatting.when(time.mktime((2024, 3, 3, 9, 5, 0, 0, 0, -1)), now=now) == "3 Mar 2024"


def test_every_known_fact_has_a_row_and_nothing_is_invented() -> None:
    full = picture(1, width=2048, height=2048, seconds=11.8, seed=17, tags=("harbour", "gouache"))
    rows = {fact.label: fact for fact in facts.details(full, names=("kelp",), now=NOON)}
    assert rows["Size"].value == "2048 × 2048 · 1:1"
    assert rows["File"].value == "PNG · 6.1 MB"
    assert rows["Created"].value.endswith(", in 11.8 s")
    assert (rows["Cost"].value, rows["Cost"].note) == ("≈ $0.134", "from usage")
    assert rows["Seed"].value == "17"
    assert rows["Made from"].value == "kelp"
    bare = picture(1, model="", cost_usd=None, cost_basis=CostBasis.UNKNOWN)
    rows = {fact.label: fact for fact in facts.details(bare, now=NOON)}
    assert "Model" not in rows
    assert "Seed" not in rows
    assert "Made from" not in rows
    assert rows["Cost"].value == "unknown"
    assert ", in" not in rows["Created"].value


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"asked_aspect": "16:9", "width": 1000, "height": 1000}, "Requested 16:9, received 1:1"),
        ({"late": True}, "Arrived later than expected"),
        ({"missing": True}, "File missing"),
        ({"warnings": ("May have been billed",)}, "May have been billed"),
        ({"model": "a", "delivered_model": "b"}, "Requested a, made by b"),
    ],
)
def test_what_one_should_know_is_a_warning(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in facts.warnings(picture(1, **changes))
    assert facts.warnings(picture(1, asked_aspect="2:1")) == ()


def test_who_made_a_sketch_is_a_fact_and_no_warning() -> None:
    sketch = picture(1, offline=True)
    assert facts.origin(sketch) == "Offline sketch, not AI"
    assert facts.warnings(sketch) == ()
    assert facts.origin(picture(1)) == ""


def test_a_later_turn_of_a_conversation_says_which() -> None:
    def labels(turns: int) -> dict[str, str]:
        kept = Conversation(parts="0", pictures=("p1",), turns=turns)
        found = facts.details(picture(1, conversation=kept))
        return {fact.label: fact.value for fact in found}

    assert labels(3)["Conversation"] == "turn 3"
    assert "Conversation" not in labels(1)


def test_costs_of_several_are_summed_and_unknown_ones_counted() -> None:
    several = [picture(1), picture(2), picture(3, cost_usd=None, cost_basis=CostBasis.UNKNOWN)]
    cost = facts.several(several)[0]
    assert (cost.value, cost.note) == ("≈ $0.27", "+ 1 of unknown price")
    sketches = [picture(n, offline=True, cost_usd=0.0) for n in (1, 2)]
    assert facts.several(sketches)[0].value == "free", "as it is said of one"


@pytest.mark.parametrize(("feather", "seam"), [(0.0, "6 px"), (24 / 1024, "24 px")])
def test_the_seam_of_the_proof_is_the_width_that_is_blended(feather: float, seam: str) -> None:
    markup = Markup(region=Region(feather=feather))
    made = Derivation(operation=Operation.ONLY_HERE, markup="a" * 64, seam=SEAM, outside=9)
    shown = picture(1, width=1024, height=512, derivation=made, markup=markup)
    rows = {fact.label: fact.value for fact in facts.proof(shown)}
    assert rows["Seam"] == seam, "as the slider below the picture says"


def test_the_ring_of_the_family_lies_in_the_margins_of_its_section(dressed: None) -> None:
    plain, ringed = InspectorSection("Family"), InspectorSection("Family", ring=RING)
    for part, high in ((plain, 38), (ringed, 38 + 2 * RING)):
        held = QWidget(part)
        held.setFixedHeight(high)
        part.body.addWidget(held)
    assert plain.sizeHint().height() == ringed.sizeHint().height()


# --- one picture ------------------------------------------------------------------------------


async def test_one_picture_is_described_in_full(inspector: Inspector, library: Any) -> None:
    parent = picture(2, title="lighthouse dawn", prompt="a lighthouse at dawn in thick fog")
    child = picture(
        1,
        prompt="a lighthouse at dusk in thick fog",
        parents=(Parent(sha256="x", role=Role.EDIT, picture="p2"),),
        asked_aspect="1:1",
        rating=4,
    )
    library.known = [child, parent]
    library.families["p1"] = Family(picture=child, ancestors=(parent,))
    await told(inspector, child)
    text = words(inspector)
    assert "a lighthouse at dawn dusk in thick fog" in text
    assert "lighthouse dawn" in text
    assert "Requested 1:1, received 2:1" in text
    assert "≈ $0.134 from usage" in text
    assert inspector.page.head.title.stars.value() == 4
    assert inspector.page.family.isVisible()


async def test_words_of_a_stranger_are_never_read_as_markup(inspector: Inspector) -> None:
    bad = "<b>bold</b><img src='file:///etc/passwd'>"
    await told(inspector, picture(1, title=bad, prompt=bad, warnings=(bad,), tags=(bad,), note=bad))
    assert words(inspector).count(bad) >= 4
    written = [label for label in inspector.findChildren(QLabel) if label.text()]
    assert len(written) > 5
    assert {label.textFormat() for label in written} == {Qt.TextFormat.PlainText}
    assert inspector.page.head.title.label.toolTip() != bad


async def test_copying_the_prompt_leaves_out_the_words_that_went(
    inspector: Inspector, library: Any
) -> None:
    parent = picture(2, prompt="a lighthouse at dawn in fog")
    child = picture(1, prompt="a lighthouse at dusk in fog")
    library.families["p1"] = Family(picture=child, ancestors=(parent,))
    await told(inspector, child)
    prompt = inspector.page.head.prompt
    assert "dawn" in prompt.toPlainText()
    prompt.selectAll()
    assert prompt.createMimeDataFromSelection().text() == "a lighthouse at dusk in fog"
    assert not prompt.createMimeDataFromSelection().hasHtml()


async def test_a_long_prompt_shows_six_lines_until_all_is_asked_for(inspector: Inspector) -> None:
    await told(inspector, picture(1, prompt="a lighthouse on a granite island " * 40))
    prompt = inspector.page.head.prompt
    assert prompt.height() == 6 * 19
    named(inspector, "Show all").click()
    assert prompt.height() > 12 * 19
    named(inspector, "Show less").click()
    assert prompt.height() == 6 * 19
    await told(inspector, picture(2, prompt="short"))
    assert not inspector.page.head.show_all.isVisible()


async def test_a_title_is_kept_by_enter_and_left_by_escape(inspector: Inspector) -> None:
    await told(inspector, picture(1))
    heard: list[tuple[str, str]] = []
    inspector.retitled.connect(lambda name, title: heard.append((name, title)))
    title = inspector.page.head.title
    title.edit()
    assert title.field.isVisible()
    title.field.setText("  harbour \n dusk ")
    press(title.field, Qt.Key.Key_Escape)
    assert not title.field.isVisible()
    assert heard == []
    title.edit()
    title.field.setText("  harbour   dusk ")
    press(title.field, Qt.Key.Key_Return)
    assert heard == [("p1", "harbour dusk")]
    title.edit()
    press(title.field, Qt.Key.Key_Return)
    assert len(heard) == 1


async def test_keys_typed_into_title_and_note_are_no_shortcuts(inspector: Inspector) -> None:
    await told(inspector, picture(1))
    inspector.edit_title()
    for field in (inspector.page.head.title.field, inspector.page.note):
        event = QKeyEvent(
            QEvent.Type.ShortcutOverride, Qt.Key.Key_P, Qt.KeyboardModifier.NoModifier, "p"
        )
        event.ignore()
        QApplication.sendEvent(field, event)
        assert event.isAccepted()


async def test_a_note_is_kept_for_the_picture_it_was_written_about(inspector: Inspector) -> None:
    await told(inspector, picture(1))
    heard: list[tuple[tuple[str, ...], str]] = []
    inspector.noted.connect(lambda ids, note: heard.append((ids, note)))
    inspector.page.note.setPlainText("for the spring poster")
    await told(inspector, picture(2))
    assert heard == [(("p1",), "for the spring poster")]
    assert inspector.page.note.toPlainText() == ""
    inspector.page.note.setPlainText("no")
    press(inspector.page.note, Qt.Key.Key_Escape)
    assert inspector.page.note.toPlainText() == ""
    inspector.page.note.setPlainText("yes")
    press(inspector.page.note, Qt.Key.Key_Return, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert heard[-1] == (("p2",), "yes")


async def test_stars_flag_and_buttons_tell_which_pictures(inspector: Inspector) -> None:
    await told(inspector, picture(1))
    heard: list[tuple[Any, ...]] = []
    inspector.rated.connect(lambda ids, stars: heard.append((ids, stars)))
    inspector.flagged.connect(lambda ids, flag: heard.append((ids, flag)))
    inspector.action.connect(lambda name, items: heard.append((name, items[0].id)))
    inspector.page.head.title.stars.setValue(3)
    named(inspector, "Pick").click()
    for label in ("Edit", "Vary", "Remix", "More actions", "Copy", "Save as…"):
        named(inspector, label).click()
    assert heard[:2] == [(("p1",), 3), (("p1",), Flag.PICK)]
    assert [name for name, _ in heard[2:]] == ["edit", "vary", "remix", "more", "copy", "save"]
    assert {item for _, item in heard[2:]} == {"p1"}


async def test_what_lies_in_the_trash_has_a_button_that_brings_it_back(
    inspector: Inspector,
) -> None:
    await told(inspector, picture(1))
    assert not inspector.page.restore.isVisible()
    heard: list[tuple[str, list[str]]] = []
    inspector.action.connect(lambda name, items: heard.append((name, [i.id for i in items])))
    await told(inspector, picture(1, trashed=True), picture(2, trashed=True))
    named(inspector, "Restore from trash").click()
    assert heard == [("restore", ["p1", "p2"])]
    await told(inspector, picture(1, trashed=True), picture(2))
    assert not inspector.page.restore.isVisible()


async def test_a_click_on_a_relative_selects_it_and_the_rest_is_counted(
    inspector: Inspector, library: Any
) -> None:
    me, above = picture(1), tuple(picture(row) for row in (2, 3))
    below = tuple(picture(row) for row in range(20, 30))
    library.families["p1"] = Family(picture=me, ancestors=above, children=below)
    await told(inspector, me)
    places = inspector.page.family.places()
    assert places[-1].picture is None
    shown = sum(1 for place in places if place.picture is not None)
    assert [place.picture.id for place in places if place.picture][:3] == ["p2", "p3", "p1"]
    assert places[-1].text == f"+ {13 - shown}"
    assert places[-1].rect.right() < inspector.page.family.width()
    heard: list[str] = []
    inspector.selected.connect(heard.append)
    click(inspector.page.family, QPointF(places[0].rect.center()))
    mine = next(place for place in places if place.picture is me)
    click(inspector.page.family, QPointF(mine.rect.center()))
    assert len(heard) == 1
    assert heard[0] in {"p2", "p3"}


async def test_in_the_loupe_the_palette_stands_in_place_of_the_picture(
    inspector: Inspector,
) -> None:
    await told(inspector, picture(1))
    assert inspector.page.preview.isVisible()
    assert not inspector.page.palette_strip.isVisible()
    inspector.set_preview_shown(False)
    await scripted_library.settle()
    assert not inspector.page.preview.isVisible()
    assert inspector.page.palette_strip.isVisible()
    heard: list[str] = []
    inspector.toast.connect(heard.append)
    named(inspector, "Copy #101d42").click()
    assert QGuiApplication.clipboard().text() == "#101d42"
    assert heard == ["Copied #101d42"]


async def test_a_changed_record_is_reported_again(inspector: Inspector, library: Any) -> None:
    await told(inspector, picture(1))
    library.known[0] = picture(1, title="other", rating=2, flag=Flag.REJECT)
    inspector.refresh(["p1", "p7"])
    await scripted_library.settle()
    assert inspector.page.head.title.label.text() == "other"
    assert inspector.page.head.title.stars.value() == 2
    assert named(inspector, "Rejected").isVisible()


# --- several, none, jobs ----------------------------------------------------------------------


async def test_several_are_described_together(inspector: Inspector) -> None:
    await told(inspector, picture(1, rating=3), picture(2, rating=3), picture(3, rating=3))
    assert "3 selected" in words(inspector)
    assert "$0.40" in words(inspector)
    assert inspector.page.head.title.stars.value() == 3
    assert not inspector.page.note.isVisible()
    heard: list[tuple[Any, ...]] = []
    inspector.rated.connect(lambda ids, stars: heard.append((ids, stars)))
    inspector.page.head.title.stars.setValue(5)
    assert heard == [(("p1", "p2", "p3"), 5)]
    await told(inspector, picture(1, rating=3), picture(2))
    assert inspector.page.head.title.stars.value() == 0


async def test_nothing_selected_is_a_quiet_sentence(inspector: Inspector) -> None:
    inspector.show()
    inspector.show_nothing()
    assert words(inspector).startswith("Select a picture")


def failed(**changes: Any) -> Job:
    request = GenerationRequest(
        profile="p", model="model-x", prompt="<i>fog</i>", aspect=AspectRatio(4, 3), size="2K"
    )
    values: dict[str, Any] = {
        "kind": "network",
        "title": "Connection lost after 41 s",
        "message": "Connection lost.",
        "hint": "Try again.",
        "billed": Billed.MAYBE,
        "request_id": "req_19",
        "details": "ReadError",
        **changes,
    }
    return Job(
        id="j1",
        run="r",
        request=request,
        created=NOON,
        started=NOON,
        finished=NOON + 41,
        name="harbour",
        state=JobState.FAILED,
        failure=Failure(**values),
        estimate_usd=0.134,
    )


async def test_a_failed_job_is_described_in_full(inspector: Inspector) -> None:
    inspector.show()
    inspector.show_job(failed())
    text = words(inspector)
    for part in (
        *("harbour", "Connection lost after 41 s", "Connection lost.", "Try again."),
        *("May have been billed", "<i>fog</i>", "model-x", "4:3 · 2K", "req_19"),
    ):
        assert part in text, part
    heard: list[tuple[str, str]] = []
    inspector.action.connect(lambda name, items: heard.append((name, items[0].id)))
    named(inspector, "Try again $0.13").click()
    assert heard == [("retry", "j1")]
    named(inspector, "Copy details").click()
    copied = QGuiApplication.clipboard().text()
    for part in ("Connection lost after 41 s", "May have been billed", "req_19", "ReadError", "j1"):
        assert part in copied, part


async def test_an_answer_in_words_is_shown_whole(inspector: Inspector) -> None:
    inspector.show()
    answer = "I would rather <b>describe</b> it. " * 20
    inspector.show_job(failed(kind="no_image", words=answer, billed=Billed.YES))
    assert answer.strip() in words(inspector)
    assert "Billed, but no picture received" in words(inspector)


async def test_a_running_job_says_where_it_stands(inspector: Inspector) -> None:
    inspector.show()
    request = GenerationRequest(profile="p", model="model-x", prompt="fog")
    inspector.show_job(
        Job(
            id="j2",
            run="r",
            request=request,
            created=time.time(),
            started=time.time() - 21,
            state=JobState.RECEIVING,
            received=3_100_000,
            estimate_usd=0.134,
        )
    )
    assert "Receiving 3.1 MB" in words(inspector)
    assert "cancelling may cost $0.13" in words(inspector)
    assert not inspector.job_page.copy.isVisible()


# --- all --------------------------------------------------------------------------------------


async def test_what_can_be_pressed_or_written_has_a_name(inspector: Inspector) -> None:
    inspector.set_preview_shown(False)
    await told(inspector, picture(1))
    shown = [part for part in inspector.findChildren(QAbstractButton) if part.isVisible()]
    assert len(shown) > 5
    assert [part for part in shown if not (part.accessibleName() or part.text())] == []
    assert inspector.page.note.accessibleName() == "Note or alt text"
    assert inspector.page.head.prompt.accessibleName() == "Picture prompt"
    assert inspector.page.head.title.field.accessibleName() == "Title"


@pytest.mark.parametrize("width", [260, 296, 420])
async def test_nothing_is_cut_off_at_any_width(
    inspector: Inspector, library: Any, width: int
) -> None:
    long = "gemini-3.1-" + "preview" * 12
    me = picture(1, model=long, tags=("harbour",) * 20, warnings=("a" * 80,), missing=True)
    library.known = [me]
    inspector.resize(width, 560)
    await told(inspector, me)
    await told(inspector, me)
    for part in inspector.findChildren(QWidget):
        if part.isVisible() and not isinstance(part, QAbstractButton):
            right = part.mapTo(inspector, part.rect().topRight()).x()
            assert right <= width, part
    assert long in words(inspector)
    for value in inspector.page.facts.findChildren(QTextEdit):
        if value.isVisible():
            assert value.document().size().height() <= value.height() + 1


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("pier", 1),
        ("gouache, a lighthouse at dusk", 2),
        ("gouache, a lighthouse on a granite island at dusk, muted palette", 2),
        ("w" * 80, 2),
        ("🌊" * 40, 2),
    ],
)
async def test_a_title_has_up_to_two_lines(inspector: Inspector, name: str, lines: int) -> None:
    await told(inspector, picture(1, title=name))
    title = inspector.findChild(Title)
    assert title is not None
    label = title.label
    shown = label.shown_text().split("\n")
    assert len(shown) == lines
    metrics = label.fontMetrics()
    assert all(metrics.horizontalAdvance(line) <= label.width() for line in shown)
    assert label.height() >= lines * metrics.lineSpacing() - metrics.leading() - 1
    whole = " ".join(shown)
    assert whole == name or whole.endswith("…")
    assert bool(label.toolTip()) == whole.endswith("…")


async def test_a_picture_that_still_shows_its_marks_can_be_tried_again_in_words(
    inspector: Inspector,
) -> None:
    heard: list[str] = []
    inspector.action.connect(lambda name, _items: heard.append(name))
    pin = Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),), sentence="Red")
    plain, drawn = picture(1), {"markup": Markup(marks=(pin,))}
    for shown, offered in (
        (plain, False),
        (picture(2, **drawn), False),
        (picture(3, **drawn, warnings=("The picture still shows the marks",)), True),
        (picture(4, warnings=("Other",)), False),
    ):
        await told(inspector, shown)
        assert inspector.page.words_only.isVisible() is offered
        if offered:
            inspector.page.words_only.click()
    assert heard == ["words_only"]
