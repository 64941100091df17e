"""Advanced choices: shown as the model supports them, kept as the user made them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.config.settings import Profile
from studio.domain.drafts import Draft, DraftFile
from studio.domain.entities import Advanced, SafetySetting
from studio.domain.models import ListedModel, Model, ModelState
from studio.providers.catalogue import Catalogue
from studio.ui.panels.composer.advanced_panel import AdvancedPanel
from studio.ui.panels.composer.choices import offered, state_words, summary
from studio.ui.style.theme import theme

BEST = Draft(prompt="a lamp", profile="google", model="acme/image-9")
NANO = replace(BEST, model="gemini-nano-banana-2.1")
FULL = Advanced(
    system="Flat colours.",
    temperature=0.4,
    thinking="high",
    search=True,
    safety=(SafetySetting("HATE_SPEECH", "BLOCK_ONLY_HIGH"),),
)


def opened(composer):
    composer.card.choices.advanced.click()
    panel = composer.card.choices.advanced_panel
    assert panel.isVisible()
    return panel


async def test_the_panel_is_opened_by_keyboard_and_closed_by_esc(composer) -> None:
    composer.set_draft(BEST)
    button = composer.card.choices.advanced
    assert button in composer.card.choices.controls()
    assert (button.accessibleName(), button.toolTip()) == ("Advanced", "Advanced")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    panel = composer.card.choices.advanced_panel
    assert panel.isVisible()
    assert panel.system.hasFocus()
    assert panel.host.rect().contains(panel.geometry().topLeft())
    QTest.keyClick(panel.system, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert button.hasFocus()
    composer.card.choices.on_advanced()
    composer.card.choices.on_advanced()
    assert not panel.isVisible()


async def test_what_is_chosen_is_in_the_draft_and_in_the_request(composer, collected) -> None:
    sent = collected(composer.generate)
    composer.set_draft(BEST)
    panel = opened(composer)
    QTest.keyClicks(panel.system, "Flat.")
    panel.rows.slider.setFocus()
    QTest.keyClick(panel.rows.slider, Qt.Key.Key_Left)
    panel.rows.thinking.segment("high").click()
    panel.rows.search.click()
    panel.rows.safety["HARASSMENT"].segment("BLOCK_NONE").click()
    wanted = Advanced(
        system="Flat.",
        temperature=0.9,
        thinking="high",
        search=True,
        safety=(SafetySetting("HARASSMENT", "BLOCK_NONE"),),
    )
    assert composer.draft().advanced == wanted
    composer.generate_now()
    assert sent[0].requests[0].advanced == wanted


async def test_images_are_searched_for_only_beside_the_web(composer, collected) -> None:
    sent = collected(composer.generate)
    composer.set_draft(NANO)
    panel = opened(composer)
    rows = panel.rows
    assert rows.image_search.text() == "Also search for images"
    assert rows.search.accessibleDescription() == "About $0.014 for each search"
    assert not rows.image_search.isEnabled()
    rows.search.click()
    assert rows.image_search.isEnabled()
    rows.image_search.click()
    assert composer.draft().advanced == Advanced(search=True, image_search=True)
    button = composer.card.choices.advanced
    assert button.accessibleDescription() == "web and image search"
    composer.generate_now()
    (request,) = sent[0].requests
    assert (request.search, request.image_search) == (True, True)
    assert sent[0].each_usd == pytest.approx(0.0336 + 2 * 0.014)
    rows.search.click()
    assert not rows.image_search.isEnabled()
    assert not rows.image_search.isChecked()
    composer.generate_now()
    assert sent[1].requests[0].advanced == Advanced()
    assert sent[1].each_usd == pytest.approx(0.0336)
    rows.search.click()
    assert rows.image_search.isChecked(), "the choice comes back with the other one"


async def test_the_price_on_the_button_includes_searches(composer) -> None:
    composer.set_draft(replace(NANO, size="1K"))
    button = composer.card.generate
    before = button.accessibleDescription()
    composer.on_advanced_chosen(Advanced(search=True), "search")
    assert "about $0.034" in before
    assert "about $0.048, with search" in button.accessibleDescription()


async def test_the_detail_of_references_is_chosen_by_level(composer, collected) -> None:
    sent = collected(composer.generate)
    composer.set_draft(NANO)
    panel = opened(composer)
    panel.rows.detail.segment("ultra_high").click()
    assert composer.draft().advanced == Advanced(detail="ultra_high")
    composer.generate_now()
    assert sent[0].requests[0].detail == "ultra_high"
    assert summary(composer.draft().advanced) == "reference detail ultra high"


@pytest.mark.parametrize(
    "model",
    [
        "gemini-nano-banana-2.1",
        "gemini-3.1-flash-image",
        "gemini-3.1-flash-lite-image",
        "gemini-3-pro-image",
    ],
)
async def test_every_level_of_a_model_can_be_chosen_and_no_other(composer, model) -> None:
    composer.set_draft(replace(BEST, model=model))
    panel = opened(composer)
    known = Catalogue().find("google", model)
    for control, levels in (
        (panel.rows.thinking, known.thinking),
        (panel.rows.detail, known.media_resolution),
    ):
        assert (control is None) == (not levels)
        if control is not None:
            assert control.values == ("", *levels)
    assert (panel.rows.search is None) == (not known.search)
    assert (panel.rows.image_search is None) == (not known.image_search)


async def test_choices_of_another_spelling_are_understood(composer, collected) -> None:
    sent = collected(composer.generate)
    spelled = Advanced(thinking="THINKING_LEVEL_HIGH", detail="Media-Resolution-Low")
    composer.set_draft(replace(NANO, advanced=spelled))
    panel = opened(composer)
    assert (panel.rows.thinking.value, panel.rows.detail.value) == ("high", "low")
    composer.generate_now()
    assert sent[0].requests[0].advanced == Advanced(thinking="high", detail="low")


async def test_a_model_without_image_search_says_so(composer) -> None:
    wanted = Advanced(search=True, image_search=True, detail="high")
    composer.set_draft(replace(BEST, advanced=wanted))
    composer.on_model_chosen(("google", "gemini-3-pro-image"))
    text = composer.bar.notice.text
    assert "no image search" in text
    assert "no reference detail high" in text
    assert composer.draft().advanced == wanted


@pytest.mark.parametrize("height", [480, 900])
async def test_every_choice_is_within_the_smallest_window(composer, height) -> None:
    host = QWidget()
    host.resize(720, height)
    anchor = QWidget(host)
    anchor.setGeometry(400, height - 60, 30, 30)
    host.show()
    panel = AdvancedPanel(anchor)
    panel.show_choices(Advanced(), Catalogue().find("google", BEST.model), "")
    panel.open_over(anchor)
    assert host.rect().contains(panel.geometry())
    line = theme().line("small")
    assert panel.system.height() >= (4 * line if height == 900 else line)
    panel.close_it()
    host.deleteLater()


async def test_new_choices_are_kept_with_the_draft_and_old_drafts_have_none(tmp_path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    chosen = replace(BEST, advanced=Advanced(search=True, image_search=True, detail="low"))
    file.save(chosen)
    assert file.load() == chosen
    file.save(BEST)
    written = json.loads((tmp_path / "draft.json").read_bytes())["advanced"]
    assert set(written) == {"system", "temperature", "thinking", "search", "safety"}
    assert file.load() == BEST


async def test_each_choice_is_one_step_back(composer) -> None:
    composer.set_draft(BEST)
    panel = opened(composer)
    QTest.keyClicks(panel.system, "Flat colours")
    panel.rows.slider.setValue(3)
    panel.rows.slider.setValue(4)
    composer.undo()
    assert composer.draft().advanced == Advanced(system="Flat colours")
    assert panel.rows.slider.accessibleDescription() == "Model default"
    composer.undo()
    assert composer.draft().advanced == Advanced()
    assert panel.system.toPlainText() == ""
    composer.redo()
    composer.redo()
    assert composer.draft().advanced == Advanced(system="Flat colours", temperature=0.4)


async def test_a_dot_and_the_tip_tell_what_is_other_than_usual_and_reset_takes_all_back(
    composer,
) -> None:
    button = composer.card.choices.advanced
    composer.set_draft(BEST)
    assert not button.marked
    composer.set_draft(replace(BEST, advanced=FULL))
    assert button.marked
    words = "system instruction, temperature 0.4, thinking high, search, safety"
    assert summary(FULL) == words
    assert button.toolTip() == f"Advanced: {words}"
    panel = opened(composer)
    assert panel.rows.safety["HATE_SPEECH"].value == "BLOCK_ONLY_HIGH"
    assert panel.rows.slider.value() == 4
    panel.reset.click()
    assert composer.draft().advanced == Advanced()
    assert not button.marked
    assert not panel.reset.isEnabled()


async def test_what_the_model_cannot_be_told_is_absent_and_comes_back(composer, collected) -> None:
    sent = collected(composer.generate)
    composer.set_draft(replace(BEST, advanced=FULL))
    composer.on_model_chosen(("google", "gemini-2.5-flash-image"))
    text = composer.bar.notice.text
    assert "web search" in text
    assert "level high" in text
    panel = opened(composer)
    assert panel.rows.thinking is None
    assert panel.rows.search is None
    assert composer.draft().advanced == FULL
    composer.generate_now()
    told = sent[0].requests[0].advanced
    assert told == replace(FULL, thinking="", search=False)
    panel.close_it()
    composer.on_model_chosen(("google", BEST.model))
    assert opened(composer).rows.thinking.value == "high"
    assert composer.suggestion(composer.model()).sent.advanced == FULL


async def test_the_painter_has_no_such_choices(composer) -> None:
    composer.set_draft(Draft(advanced=FULL))
    assert not composer.card.choices.advanced.isVisible()
    assert "Advanced…" not in [one.text() for one in composer.card.choices.more_menu().actions()]


async def test_a_filter_turned_off_elsewhere_is_shown_and_not_offered_else(composer) -> None:
    composer.set_draft(BEST)
    panel = opened(composer)
    with pytest.raises(ValueError, match="OFF"):
        panel.rows.safety["HARASSMENT"].set_value("OFF")
    off = (SafetySetting("HARM_CATEGORY_HARASSMENT", "off"),)
    composer.set_draft(replace(BEST, advanced=Advanced(safety=off)))
    assert panel.rows.safety["HARASSMENT"].value == "OFF"
    panel.rows.safety["HARASSMENT"].segment("").click()
    assert composer.draft().advanced == Advanced()


async def test_a_kept_instruction_stays_when_the_composer_is_cleared(composer, core) -> None:
    composer.set_draft(BEST)
    panel = opened(composer)
    assert not panel.keep.isEnabled()
    QTest.keyClicks(panel.system, "Flat")
    panel.keep.click()
    assert core.settings.value.system == "Flat"
    QTest.keyClicks(panel.system, "!")
    panel.close_it()
    kept = composer.draft().advanced.system
    assert core.settings.value.system == kept
    composer.clear()
    assert (composer.draft().prompt, composer.draft().advanced.system) == ("", kept)
    panel = opened(composer)
    assert panel.keep.isChecked()
    panel.keep.click()
    assert core.settings.value.system == ""
    panel.close_it()
    composer.set_prompt("x")
    composer.clear()
    assert composer.draft().advanced.system == ""
    await core.settings.close()


async def test_without_room_the_choices_are_behind_the_sliders(composer) -> None:
    composer.set_draft(BEST)
    choices = composer.card.choices
    choices.resize(330, choices.height())
    choices.fit()
    assert choices.advanced.isHidden()
    (entry,) = [one for one in choices.more_menu().actions() if one.text() == "Advanced…"]
    entry.trigger()
    assert choices.advanced_panel.isVisible()


def test_drafts_keep_the_choices_and_those_of_older_versions_load(tmp_path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    file.save(replace(BEST, advanced=FULL))
    assert file.load() == replace(BEST, advanced=FULL)
    (tmp_path / "draft.json").write_text('{"prompt":"p","model":"m","seed":3,"new":1}')
    assert file.load() == Draft(prompt="p", model="m", seed=3)


def test_the_list_of_models_says_title_state_and_when_one_ends() -> None:
    today = "2026-10-20"
    catalogue = Catalogue(today=lambda: today)
    retired, unknown = "gemini-2.5-flash-image", "acme/image-9"
    ids = ("gemini-3-pro-image", "gemini-3.1-flash-image", retired, unknown)
    catalogue.learn("own", [ListedModel(id) for id in ids])
    own = Profile(name="own", title="Own", base_url="https://x.org")
    model = catalogue.find("own", ids[0])
    entries = offered([own], catalogue.models, lambda _name: False, ("own", model))
    assert {one.text: (one.note, one.quiet) for one in entries} == {
        "gemini-3-pro-image": ("Gemini 3 Pro Image", False),
        "gemini-3.1-flash-image": ("Gemini 3.1 Flash Image · due to end 2026-10-29", False),
        unknown: ("not in the model table", False),
        retired: ("Gemini 2.5 Flash Image · was due to end 2026-10-02", True),
    }
    bare = Model(id="x", title="x", aspects=(), sizes=(), state=ModelState.CURRENT)
    assert state_words(bare) == ""


async def test_a_retired_model_is_warned_of_once_and_sent_all_the_same(composer, collected) -> None:
    sent = collected(composer.generate)
    composer.set_draft(replace(BEST, advanced=Advanced(search=True)))
    composer.on_model_chosen(("google", "gemini-2.5-flash-image"))
    assert "2026-10-02" in composer.card.choices.model.toolTip()
    text = composer.bar.notice.text
    assert text.startswith("Gemini 2.5 Flash Image: Was due to be switched off on 2026-10-02")
    assert text.endswith("No web search.")
    composer.on_model_notice_over()
    composer.generate_now()
    assert len(sent) == 1
    assert "due to be switched off on 2026-10-02" in composer.bar.notice.text
    composer.bar.dismiss("retired")
    composer.generate_now()
    assert len(sent) == 2
    assert composer.bar.notice is None


async def test_a_draft_whose_provider_is_removed_goes_to_the_chosen_one(composer, core) -> None:
    own = Profile(name="own", title="Own", base_url="https://x.org")
    core.settings.change(profiles=(own,))
    composer.set_draft(replace(BEST, profile="own"))
    core.settings.change(profiles=())
    assert (composer.draft().profile, composer.draft().prompt) == ("sketch", "a lamp")
    await core.settings.close()


async def laid_out() -> None:
    """Several rounds, because layouts tell one another."""
    for _round in range(20):
        QApplication.sendPostedEvents()
        await asyncio.sleep(0)


async def test_the_panel_stays_over_its_button_when_that_moves(composer) -> None:
    composer.set_draft(BEST)
    composer.resize(1400, composer.height())
    panel = opened(composer)
    choices = composer.card.choices
    await laid_out()
    before = panel.x()
    composer.resize(1120, composer.height())
    await laid_out()
    assert not choices.advanced.isHidden()
    room = composer.window().rect().adjusted(8, 8, -8, -8)
    assert panel.geometry().right() <= room.right()
    # Where the row was narrow before, there is nothing to give way to.
    assert panel.x() <= before
    over = choices.advanced.mapTo(composer.window(), choices.advanced.rect().center()).x()
    assert panel.geometry().left() <= over <= panel.geometry().right()


async def test_bytes_that_are_no_text_are_not_pasted_into_the_instruction(composer) -> None:
    composer.set_draft(BEST)
    panel = opened(composer)
    for data in ("Flat colours, café".encode("utf-16"), b"caf\xe9"):
        mime = QMimeData()
        mime.setData("text/plain", QByteArray(data))
        panel.system.insertFromMimeData(mime)
    assert composer.draft().advanced.system == "Flat colours, café"
    assert composer.bar.notice is not None
    assert "not valid UTF-8 text" in composer.bar.notice.text
