"""The conversation an edit continues: shown and switched at the source's slot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.drafts import Draft
from studio.domain.entities import Conversation, Role

PRO = Draft(profile="google", model="gemini-3-pro-image", size="2K", prompt="a fox")


@pytest.fixture
def talked(picture):
    """A picture that is the second turn of a conversation."""
    kept = Conversation(parts="0" * 64, pictures=("one",), after="zero", turns=2)
    return picture(
        "one", "Fox", profile="google", model="gemini-3-pro-image-preview", conversation=kept
    )


async def edited(composer, heard, picture, draft=PRO):
    composer.set_draft(draft)
    composer.edit(picture)
    await heard(composer.changed)
    return composer.card.slots.slots()[0]


async def test_an_edit_goes_on_with_the_conversation_and_the_slot_says_so(
    composer, heard, collected, talked
) -> None:
    slot = await edited(composer, heard, talked)
    assert "2 turns so far" in slot.toolTip()
    assert slot.words()[0] == "Editing, turn 3"
    assert slot.role_button.isVisible()
    runs = collected(composer.generate)
    composer.generate_now()
    (request,) = runs[0].requests
    assert request.continues == "one"
    assert [one.role for one in request.references] == [Role.EDIT]


async def test_it_is_switched_off_in_the_slots_menu_and_ctrl_z_switches_it_on(
    composer, heard, collected, talked
) -> None:
    slot = await edited(composer, heard, talked)
    menu = slot.role_menu()
    (entry,) = [one for one in menu.actions() if one.data() == "talk"]
    assert (entry.text(), entry.isChecked()) == ("Continue the conversation", True)
    entry.trigger()
    assert composer.draft().continues is False
    assert slot.words()[0] == "Editing"
    assert "nly the picture is sent" in slot.toolTip()
    runs = collected(composer.generate)
    composer.generate_now()
    assert runs[0].requests[0].continues is None
    composer.undo()
    assert composer.draft().continues is True
    composer.generate_now()
    assert runs[1].requests[0].continues == "one"


@pytest.mark.parametrize(
    "other",
    [{"model": "gemini-nano-banana-2.1"}, {"profile": "dgrid"}],
)
async def test_another_model_or_provider_gets_the_picture_alone(
    composer, heard, collected, talked, other
) -> None:
    slot = await edited(composer, heard, talked, replace(PRO, **other))
    assert "was with gemini-3-pro-image-preview" in slot.toolTip()
    assert not slot.role_button.isVisible()
    assert not [one for one in slot.role_menu().actions() if one.data() == "talk"]
    runs = collected(composer.generate)
    composer.generate_now()
    assert runs[0].requests[0].continues is None
    # Back with who made it, it goes on.
    composer.set_draft(replace(composer.draft(), profile=PRO.profile, model=PRO.model))
    composer.generate_now()
    assert runs[1].requests[0].continues == "one"


async def test_a_picture_without_a_conversation_is_edited_as_ever(
    composer, heard, collected, picture
) -> None:
    slot = await edited(composer, heard, picture("two", "Owl"))
    assert slot.words()[0] == "Editing"
    assert not slot.role_button.isVisible()
    runs = collected(composer.generate)
    composer.generate_now()
    assert runs[0].requests[0].continues is None


async def test_the_switch_is_reached_by_keyboard(composer, heard, talked) -> None:
    slot = await edited(composer, heard, talked)
    slot.setFocus()
    QTest.keyClick(slot, Qt.Key.Key_Down)

    menu = QApplication.activePopupWidget()
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert composer.draft().continues is False


async def test_the_painter_goes_on_with_nothing_and_its_slot_promises_nothing(
    composer, heard, collected, picture
) -> None:
    kept = Conversation(parts="0" * 64, pictures=("one",), turns=1)
    painted = picture("one", "Fox", profile="sketch", model="sketch", conversation=kept)
    slot = await edited(composer, heard, painted, Draft(prompt="a fox"))
    assert slot.words()[0] == "Editing"
    assert "turn" not in slot.toolTip()
    runs = collected(composer.generate)
    composer.generate_now()
    (request,) = runs[0].requests
    assert request.continues is None
    assert [one.role for one in request.references] == [Role.EDIT]
