"""Source and references: editing, dropping, roles, order, and nothing lost when it fails."""

from __future__ import annotations

import asyncio
import gettext
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSizeF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.common import i18n
from studio.domain.drafts import MATCH, MOST_EDITED, Draft
from studio.domain.entities import Reference, Role
from studio.domain.events import RecordsChanged
from studio.domain.models import Model
from studio.ui.panels.composer.role_drop_target import ROLES, zone_rects
from studio.ui.style.theme import theme
from studio.ui.support import tasks
from studio.ui.support.drop_contents import pictures_in
from tests.ui import scripted_core
from tests.ui.scripted_library import settle


def reference(name: str, role: Role = Role.FREE) -> Reference:
    return Reference(sha256=name, media_type="image/png", role=role, name=name)


def files(*names: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(f"/tmp/{name}") for name in names])
    return mime


THREE = (reference("source", Role.EDIT), reference("a", Role.STYLE), reference("b"))


async def test_edit_makes_a_source_chooses_match_and_keeps_the_prompt(
    composer, picture, heard, collected
) -> None:
    toasts = collected(composer.kept)
    composer.set_draft(Draft(prompt="at night", aspect="3:2"))
    composer.edit(picture("p1", "lighthouse"))
    draft = await heard(composer.changed)
    source = draft.references[0]
    assert (source.role, source.name, source.picture) == (Role.EDIT, "lighthouse", "p1")
    assert (draft.aspect, draft.prompt) == (MATCH, "at night")
    assert toasts == ["Still using your last prompt"]
    assert composer.card.slots.slots()[0].accessibleName() == "Editing lighthouse"


async def test_edit_is_one_step_of_undo(composer, picture, heard) -> None:
    before = composer.draft()
    composer.edit(picture("p1", "lighthouse"))
    await heard(composer.changed)
    composer.undo()
    assert composer.draft() == before


async def test_selecting_takes_nothing_over_but_offers_to_edit(composer, picture, heard) -> None:
    suggestion = composer.card.slots.suggestion
    before = composer.draft()
    composer.suggest([picture("p1", "lighthouse")])
    assert composer.draft() == before
    assert suggestion.isVisible()
    assert suggestion.accessibleName() == "Edit lighthouse"
    QTest.mouseClick(suggestion, Qt.MouseButton.LeftButton)
    assert (await heard(composer.changed)).references[0].name == "lighthouse"
    composer.suggest([])
    assert not suggestion.isVisible()


async def test_several_selected_can_be_used_as_references(composer, picture, heard) -> None:
    composer.suggest([picture("p1", "one"), picture("p2", "two")])
    also = composer.card.slots.also
    assert also.isVisible()
    assert also.accessibleName() == "Use 2 as references"
    QTest.mouseClick(also, Qt.MouseButton.LeftButton)
    references = (await heard(composer.changed)).references
    assert [(r.name, r.role) for r in references] == [("one", Role.FREE), ("two", Role.FREE)]


async def test_several_selected_are_edited_one_each(composer, picture, heard, collected) -> None:
    slots, runs = composer.card.slots, collected(composer.generate)
    composer.set_draft(Draft(prompt="at night", references=(reference("a", Role.STYLE),)))
    five = [picture(f"p{n}", f"picture {n}") for n in range(5)]
    composer.suggest(five)
    assert slots.suggestion.accessibleName() == "Edit all 5 separately"
    assert slots.also.geometry().right() < slots.suggestion.geometry().left()
    QTest.mouseClick(slots.suggestion, Qt.MouseButton.LeftButton)
    draft = await heard(composer.changed)
    assert [(r.name, r.role) for r in draft.references] == [
        *((f"picture {n}", Role.EDIT) for n in range(5)),
        ("a", Role.STYLE),
    ]
    assert draft.aspect == MATCH
    assert not slots.suggestion.isVisible(), "they are the sources already"
    assert not slots.also.isVisible()
    assert "5 pictures" in composer.card.generate.accessibleDescription()
    composer.on_count_chosen(2)
    assert composer.card.choices.count.accessibleDescription() == "per picture"
    composer.generate_now()
    (run,) = runs
    assert [r.edited.name for r in run.requests] == [
        f"picture {n}" for n in range(5) for _copy in range(2)
    ]
    assert all(r.references[1].name == "a" for r in run.requests)
    # Taking the first away leaves four; editing another one alone takes the place of all.
    composer.references.on_remove(0)
    assert len(composer.draft().sources) == 4
    composer.edit(picture("p9", "another"))
    draft = await heard(composer.changed)
    assert [r.name for r in draft.references] == ["another", "a"]
    composer.undo()
    assert len(composer.draft().sources) == 4


async def test_too_many_to_edit_at_once_are_refused_with_a_sentence(composer, picture) -> None:
    composer.edit_many([picture(f"p{n}", "x") for n in range(MOST_EDITED + 1)])
    assert "at most 64" in composer.bar.notice.text
    assert composer.draft().references == ()


@pytest.mark.parametrize("width", [600, 900])
def test_each_role_has_a_zone_of_its_own(width: int) -> None:
    zones = zone_rects(QSizeF(width, 150))
    assert len(zones) == len(ROLES)
    assert sum(zone.width() * zone.height() for zone in zones) == pytest.approx(width * 150)
    for one, other in combinations(zones, 2):
        assert not one.adjusted(1, 1, -1, -1).intersects(other.adjusted(1, 1, -1, -1))
    assert min(zone.width() for zone in zones) >= 118


async def test_zones_take_two_rows_rather_than_cut_their_words(composer) -> None:
    target = composer.card.target
    target.resize(760, 120)
    assert len({zone.top() for zone in target.zones()}) == 1
    words = "something that is said at greater length"

    class Lengthy(gettext.NullTranslations):
        def gettext(self, _message: str) -> str:
            return words

    i18n.use(Lengthy())
    try:
        zones = target.zones()
    finally:
        scripted_core.speak_english()
    assert len({zone.top() for zone in zones}) == 2
    room = QFontMetrics(theme().font("micro")).horizontalAdvance(words)
    assert min(zone.width() for zone in zones) > room


async def test_a_drop_on_a_zone_gives_its_role(composer, heard) -> None:
    composer.show_drop_target(True)
    target = composer.card.target
    assert target.isVisible()
    for role, zone in zip(ROLES, zone_rects(QSizeF(target.size())), strict=True):
        assert target.role_at(zone.center()) is role
    assert target.role_at(QPointF(-5, 5)) is Role.EDIT
    target.dropped.emit(Role.STYLE, pictures_in(files("mood.png")))
    draft = await heard(composer.changed)
    assert [r.role for r in draft.references] == [Role.STYLE]
    composer.undo()
    target.dropped.emit(Role.EDIT, pictures_in(files("one.png", "two.png")))
    draft = await heard(composer.changed)
    assert [r.role for r in draft.references] == [Role.EDIT, Role.FREE]
    await heard(target.lingering.timeout)
    assert not target.isVisible()


async def test_the_drop_target_lingers_while_the_drag_changes_widgets(composer, heard) -> None:
    target = composer.card.target
    composer.show_drop_target(True)
    composer.show_drop_target(False)
    assert target.isVisible()
    mime = files("one.png")  # the event does not keep it alive
    enter = QDragEnterEvent(
        QPoint(10, 10),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(target, enter)
    assert not target.lingering.isActive()
    composer.show_drop_target(False)
    await heard(target.lingering.timeout)
    assert not target.isVisible()


async def test_a_slot_can_be_reached_while_pictures_are_dragged(composer) -> None:
    composer.set_draft(Draft(references=THREE))
    composer.show_drop_target(True)
    slots = composer.card.slots.geometry()
    assert not composer.card.target.geometry().intersects(slots)


async def test_dropping_on_a_slot_replaces_its_picture_and_keeps_its_role(composer, heard) -> None:
    composer.set_draft(Draft(references=THREE))
    slot = composer.card.slots.slots()[1]
    slot.replaced.emit(slot.place, pictures_in(files("new.png")))
    draft = await heard(composer.changed)
    assert [(r.name, r.role) for r in draft.references] == [
        ("source", Role.EDIT),
        ("new", Role.STYLE),
        ("b", Role.FREE),
    ]


async def test_what_cannot_be_read_is_said_and_nothing_is_lost(composer, core, heard) -> None:
    core.library.broken = {"bad"}
    composer.set_draft(Draft(prompt="kept", references=(THREE[1],)))
    composer.add_contents(pictures_in(files("bad.png", "good.png")))
    draft = await heard(composer.changed)
    assert draft.prompt == "kept"
    assert [r.name for r in draft.references] == ["a", "good"]
    assert composer.bar.isVisible()
    assert "bad is not a picture" in composer.bar.notice.text


async def test_each_that_cannot_be_read_is_named(composer, core) -> None:
    core.library.broken = {"one", "two"}
    composer.add_contents(pictures_in(files("one.png", "two.png", "good.png")))
    await settle()
    assert "one is not a picture" in composer.bar.notice.text
    assert "two is not a picture" in composer.bar.notice.text


async def test_of_many_that_cannot_be_read_the_bar_names_the_first_and_counts_the_others(
    composer, core
) -> None:
    core.library.broken = {f"n{n}" for n in range(6)}
    composer.add_contents(pictures_in(files(*(f"n{n}.png" for n in range(6)))))
    await settle()
    text = composer.bar.notice.text
    assert all(f"n{n} is not a picture" in text for n in range(4))
    assert "n4" not in text
    assert text.endswith("(and 2 more)")


async def test_things_come_in_in_the_order_they_were_given(composer, core, heard) -> None:
    core.library.gate = asyncio.Event()
    composer.add_references([Path("/tmp/first.png")])
    composer.add_references([Path("/tmp/second.png")])
    core.library.gate.set()
    await heard(composer.reception.idle)
    assert [r.name for r in composer.draft().references] == ["first", "second"]


async def test_what_was_typed_while_a_picture_was_copied_stays(composer, core, heard) -> None:
    core.library.gate = asyncio.Event()
    composer.add_references([Path("/tmp/x.png")])
    QTest.keyClicks(composer.card.editor, "typed meanwhile")
    core.library.gate.set()
    draft = await heard(composer.changed)
    assert draft.prompt == "typed meanwhile"


async def test_delete_takes_a_slot_away_and_ctrl_z_brings_it_back(composer) -> None:
    composer.set_draft(Draft(references=THREE))
    slot = composer.card.slots.slots()[1]
    slot.setFocus()
    QTest.keyClick(slot, Qt.Key.Key_Delete)
    assert [r.name for r in composer.draft().references] == ["source", "b"]
    QTest.keyClick(composer.card.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert composer.draft().references == THREE


async def test_the_cross_takes_a_slot_away(composer) -> None:
    composer.set_draft(Draft(references=THREE))
    QTest.mouseClick(composer.card.slots.slots()[2].close_button, Qt.MouseButton.LeftButton)
    assert composer.draft().references == THREE[:2]


async def test_a_role_is_chosen_in_the_menu(composer) -> None:
    composer.set_draft(Draft(references=THREE))
    slot = composer.card.slots.slots()[2]
    menu = slot.role_menu()
    names = [action.text() for action in menu.actions() if action.isCheckable()]
    assert names == ["Subject", "Style", "Palette", "Composition", "General"]
    menu.actions()[2].trigger()
    assert composer.draft().references[2].role is Role.PALETTE


async def test_references_are_reordered_by_mouse_and_the_source_stays_first(composer) -> None:
    composer.set_draft(Draft(references=(*THREE, reference("c"))))
    slots = composer.card.slots.slots()
    start = slots[3].rect().center()
    end = slots[3].mapFromParent(slots[0].geometry().topLeft()) + QPoint(2, 20)
    QTest.mousePress(slots[3], Qt.MouseButton.LeftButton, pos=QPoint(60, 8))
    QTest.mouseMove(slots[3], start - QPoint(40, 0))
    QTest.mouseMove(slots[3], end)
    QTest.mouseRelease(slots[3], Qt.MouseButton.LeftButton, pos=end)
    assert [r.name for r in composer.draft().references] == ["source", "c", "a", "b"]


async def test_a_reference_moved_to_the_right_stands_before_the_next(composer) -> None:
    composer.set_draft(Draft(references=(*THREE, reference("c"))))
    moved, following = composer.card.slots.slots()[1::2]
    end = moved.mapFromParent(following.geometry().topLeft()) + QPoint(2, 20)
    QTest.mousePress(moved, Qt.MouseButton.LeftButton, pos=QPoint(60, 8))
    QTest.mouseMove(moved, moved.rect().center() + QPoint(40, 0))
    QTest.mouseMove(moved, end)
    QTest.mouseRelease(moved, Qt.MouseButton.LeftButton, pos=end)
    assert [r.name for r in composer.draft().references] == ["source", "b", "a", "c"]


async def test_references_are_reordered_by_key(composer) -> None:
    composer.set_draft(Draft(references=THREE))
    QTest.keyClick(
        composer.card.slots.slots()[1], Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier
    )
    assert [r.name for r in composer.draft().references] == ["source", "b", "a"]


async def test_a_click_on_the_picture_shows_it(composer, collected) -> None:
    shown = collected(composer.show_picture)
    composer.set_draft(Draft(references=(replace(THREE[0], picture="p9"),)))
    slot = composer.card.slots.slots()[0]
    QTest.mouseClick(slot, Qt.MouseButton.LeftButton, pos=QPoint(18, 20))
    assert shown == ["p9"]


async def test_more_than_fit_are_behind_a_number(composer) -> None:
    many = tuple(reference(f"reference number {n}") for n in range(12))
    composer.set_draft(Draft(references=many))
    slots = composer.card.slots
    visible = [slot for slot in slots.slots() if slot.isVisible()]
    assert slots.overflow.isVisible()
    assert slots.overflow.accessibleName() == f"{12 - len(visible)} more references"
    assert slots.add.geometry().right() <= slots.width()


async def test_references_a_model_does_not_take_say_so(composer, core) -> None:
    few = Model(id="few", title="Few", aspects=("1:1",), sizes=("1K",), references=2)
    core.catalogue = type(
        "One",
        (),
        {
            "models": lambda self, profile: (few,),
            "find": lambda self, profile, id: few,
        },
    )()
    composer.set_draft(Draft(references=THREE))
    notes = [slot.accessibleDescription().strip() for slot in composer.card.slots.slots()]
    assert notes == ["", "", "not sent: limit 2"]
    assert composer.draft().references == THREE


async def test_a_source_in_the_trash_stays_and_says_so(composer, core, picture) -> None:
    core.library.known["p9"] = picture("p9", "gone", trashed=True)
    composer.set_draft(Draft(references=(replace(THREE[0], picture="p9"),)))
    core.events.publish(RecordsChanged(ids=("p9",), fields=("trashed",)))
    for task in tasks.running():
        await task
    assert composer.card.slots.slots()[0].accessibleDescription() == "in the trash, still usable"
    assert len(composer.draft().references) == 1


async def test_a_source_that_is_in_the_trash_already_says_so(composer, core, picture) -> None:
    core.library.known["p9"] = picture("p9", "gone", trashed=True)
    composer.set_draft(Draft(references=(replace(THREE[0], picture="p9"),)))
    await settle()
    assert composer.card.slots.slots()[0].accessibleDescription() == "in the trash, still usable"


async def test_a_picture_that_gets_a_title_is_offered_by_it(composer, core, picture) -> None:
    composer.suggest([picture("p1", "owl")])
    core.library.known["p1"] = picture("p1", "My owl")
    core.events.publish(RecordsChanged(ids=("p1",), fields=("title",)))
    await settle()
    assert composer.card.slots.suggestion.accessibleName() == "Edit My owl"


async def test_a_title_that_comes_after_another_selection_changes_no_offer(
    composer, core, picture
) -> None:
    composer.suggest([picture("p1", "owl")])
    core.library.known["p1"] = picture("p1", "My owl")
    core.events.publish(RecordsChanged(ids=("p1",), fields=("title",)))
    composer.suggest([picture("p2", "hare")])
    await settle()
    assert composer.card.slots.suggestion.accessibleName() == "Edit hare"


async def test_the_thumbnail_tells_match_its_pixels(composer, core, heard) -> None:
    core.library.shapes["wide"] = (160, 90)
    composer.set_draft(
        Draft(
            profile="google",
            model="gemini-3-pro-image",
            size="1K",
            aspect=MATCH,
            references=(reference("wide", Role.EDIT),),
        )
    )
    await heard(composer.thumbnails.arrived)
    model = composer.model()
    assert composer.suggestion(model).pixels == model.pixels("16:9", "1K")


async def test_remix_replaces_everything_and_can_be_undone(composer, collected) -> None:
    toasts = collected(composer.toast)
    composer.set_draft(Draft(prompt="mine", count=2))
    composer.remix(Draft(prompt="theirs", size="2K", references=THREE))
    assert (composer.draft().prompt, composer.draft().references) == ("theirs", THREE)
    assert toasts == ["Composer replaced"]
    composer.undo()
    assert composer.draft().prompt == "mine"


async def test_a_slot_says_when_its_picture_is_sent_otherwise_beside_its_role(
    composer, core
) -> None:
    core.library.notes["a"] = "sent smaller"
    composer.set_draft(Draft(profile="google", model="gemini-3-pro-image", references=THREE))
    for task in tasks.running():
        await task
    slot = composer.card.slots.slots()[1]
    assert slot.words() == ("Style · sent smaller", "a")
    assert "sent smaller" in slot.accessibleDescription()
    assert "sent smaller" in slot.toolTip()
    assert composer.card.slots.slots()[2].words() == ("General", "b")
