"""The row of choices: follows the model, adapts to the width, works by keyboard."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtTest import QTest

from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Advanced, AspectRatio, Reference, Role
from studio.domain.events import KeyChanged, PicturesAdded
from studio.domain.models import Model, ModelState, ServiceObservation
from studio.ui.panels.composer.aspect_picker import AspectPanel, ratio_size
from studio.ui.panels.composer.choices import HiddenChoices
from studio.ui.panels.composer.composer import Composer
from studio.ui.style import theme as themes
from tests.ui.scripted_core import until

SOURCE = Reference(sha256="1", media_type="image/png", role=Role.EDIT, name="one")
PRO = Draft(profile="google", model="gemini-3-pro-image", size="2K")
LITE = Model(
    id="lite",
    title="Lite",
    aspects=("1:1", "16:9"),
    sizes=("1K",),
    seed=False,
    state=ModelState.CURRENT,
    prices={"1K": 0.02},
)
BARE = replace(LITE, id="bare", title="Bare", aspects=(), sizes=())


class Models:
    """A catalogue of two."""

    def models(self, profile: str) -> tuple[Model, ...]:
        return (LITE, BARE) if profile == "google" else ()

    def find(self, _profile: str, id: str) -> Model:
        return BARE if id == "bare" else LITE


async def test_match_stands_first_only_while_there_is_a_picture(composer) -> None:
    aspect = composer.card.choices.aspect
    assert [s.ratio for s in aspect.segments()] == ["1:1", "3:2", "2:3", "16:9", "9:16"]
    composer.set_draft(replace(composer.draft(), references=(SOURCE,), aspect=MATCH))
    assert aspect.segments()[0].ratio == MATCH
    assert aspect.segments()[0].isChecked()


async def test_left_and_right_move_through_the_ratios(composer) -> None:
    first = composer.card.choices.aspect.segments()[0]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Right)
    assert composer.draft().aspect == "3:2"


async def test_a_ratio_can_be_typed(composer) -> None:
    composer.set_draft(PRO)
    for key in "21:9":
        QTest.keyClicks(composer.card.choices.aspect, key)
    assert composer.draft().aspect == "21:9"
    assert any(s.ratio == "21:9" for s in composer.card.choices.aspect.segments())


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_all_ratios_are_in_the_panel_with_their_pixels(composer) -> None:
    composer.set_draft(PRO)
    composer.card.choices.on_panel_wanted()
    panel = composer.card.choices.findChild(AspectPanel)
    model = composer.model()
    assert [cell.ratio for cell in panel.cells()] == list(model.aspects)
    square = panel.cells()[model.aspects.index("1:1")]
    assert square.accessibleName() == "1:1 2048 × 2048"
    QTest.keyClick(panel, Qt.Key.Key_Right)
    wanted = panel.focusWidget().ratio
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert composer.draft().aspect == wanted


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
async def test_figures_lead_to_a_ratio_of_the_panel(composer) -> None:
    composer.set_draft(PRO)
    composer.card.choices.on_panel_wanted()
    panel = composer.card.choices.findChild(AspectPanel)
    for typed, wanted in (("3:2", "3:2"), ("21x9", "21:9"), ("4/5", "4:5"), ("7", "4:5")):
        QTest.keyClicks(panel, typed)
        assert panel.focusWidget().ratio == wanted
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert composer.draft().aspect == "4:5"


async def test_a_value_the_model_has_not_is_marked_and_comes_back(composer, core) -> None:
    composer.set_draft(replace(PRO, size="4K", aspect="4:5"))
    real = core.catalogue
    core.catalogue = Models()
    composer.refresh_keys()
    size = composer.card.choices.size_chip
    assert size.value == "1K"
    assert size.toolTip() == "4K not available, using 1K"
    assert composer.card.choices.aspect.value == "1:1"
    core.catalogue = real
    composer.refresh_keys()
    assert size.value == "4K"
    assert "not available" not in size.toolTip()
    assert composer.card.choices.aspect.value == "4:5"


async def test_what_a_model_cannot_do_is_absent(composer, core) -> None:
    composer.set_draft(replace(PRO, seed=7))
    choices = composer.card.choices
    assert choices.seed.isVisible()
    core.catalogue = Models()
    composer.set_draft(replace(PRO, model="bare"))
    assert not choices.seed.isVisible()
    assert not choices.aspect.isVisible()
    assert not choices.aspect_chip.isVisible()
    assert not choices.size_chip.isVisible()


async def test_a_change_of_model_says_once_what_it_does_not_do(composer, core) -> None:
    core.catalogue = Models()
    composer.set_draft(replace(PRO, model="bare", size="4K", seed=3))
    composer.on_model_chosen(("google", "lite"))
    assert composer.bar.notice.text == (
        "Lite: 4K not available, using 1K. lite does not support seeds; results will differ."
    )
    composer.on_model_notice_over()
    assert composer.bar.notice is None


async def test_the_models_of_the_own_profile_stand_first_and_faults_are_hidden(composer) -> None:
    composer.set_draft(PRO)
    chip = composer.card.choices.model
    texts = [chip.itemText(row) for row in range(chip.count())]
    assert "gemini-3-pro-image" in texts[:4]
    assert "Offline sketch" in texts
    assert not any("refuses" in text for text in texts)


async def test_models_that_simulate_faults_are_offered_where_the_settings_say_so(
    composer, core
) -> None:
    chip = composer.card.choices.model
    core.settings.change(fault_models=True)
    texts = [chip.itemText(row) for row in range(chip.count())]
    assert "Sketch: edits drift away" in texts
    assert "Sketch: wrong aspect ratio" in texts
    core.settings.change(fault_models=False)
    texts = [chip.itemText(row) for row in range(chip.count())]
    assert not any(text.startswith("Sketch:") for text in texts)


async def test_a_model_without_a_key_asks_for_it_and_the_prompt_stays(
    composer, core, collected
) -> None:
    wanted = collected(composer.wants_key)
    core.keys.having.clear()
    composer.set_draft(Draft(prompt="kept"))
    composer.on_model_chosen(("google", "gemini-3-pro-image"))
    assert wanted == ["google"]
    assert (composer.draft().model, composer.draft().prompt) == ("sketch", "kept")
    core.keys.having.add("google")
    core.events.publish(KeyChanged("google"))
    assert (composer.draft().profile, composer.draft().prompt) == ("google", "kept")


async def test_the_first_key_brings_its_profile(composer, core) -> None:
    core.settings.change(profile="google")
    assert composer.draft().profile == "google"
    assert composer.draft().model == core.catalogue.default("google")
    await core.settings.close()


@pytest.mark.parametrize("meant", [False, True])
async def test_a_key_that_comes_after_its_profile_ends_the_painting(
    composer, core, meant: bool
) -> None:
    core.keys.having.clear()
    composer.set_draft(Draft(prompt="kept", aspect="16:9"))
    if meant:
        composer.on_model_chosen(("sketch", "sketch"))
    core.settings.change(profile="google")
    assert composer.draft().profile == "sketch"
    core.keys.having.add("google")
    core.events.publish(KeyChanged("google"))
    draft = composer.draft()
    # Who chose the painter goes on with it.
    assert draft.profile == ("sketch" if meant else "google")
    assert draft.model == core.catalogue.default(draft.profile)
    assert (draft.prompt, draft.aspect) == ("kept", "16:9")
    await core.settings.close()


async def test_a_key_of_a_default_that_was_there_before_changes_nothing(composer, core) -> None:
    core.settings.change(profile="google")
    composer.on_model_chosen(("sketch", "sketch"))
    core.events.publish(KeyChanged("google"))
    assert composer.draft().profile == "sketch"
    await core.settings.close()


async def test_a_model_that_takes_no_seed_has_no_dice_and_says_so(composer, collected) -> None:
    sent = collected(composer.generate)
    advanced = Advanced(temperature=0.4)
    composer.set_draft(replace(PRO, prompt="a lamp", seed=7, advanced=advanced))
    choices = composer.card.choices
    assert choices.seed.isVisible()
    assert "does not support seeds" not in choices.model.toolTip()
    best = "gemini-nano-banana-2.1"
    composer.on_model_chosen(("google", best))
    words = (
        f"{best} does not support seeds; results will differ.",
        f"{best} does not support a temperature; its default is used.",
    )
    assert composer.bar.notice.text == " ".join(words)
    assert not choices.seed.isVisible()
    assert all(one in choices.model.toolTip() for one in words)
    composer.on_model_notice_over()
    composer.generate_now()
    assert composer.bar.notice.text == " ".join(words), "and once more when it is sent"
    (request,) = sent[0].requests
    assert (request.seed, request.temperature) == (None, None)
    assert (composer.draft().seed, composer.draft().advanced) == (7, advanced), "kept for others"
    composer.on_model_chosen(("google", PRO.model))
    assert choices.seed.isVisible()
    assert composer.bar.notice is None


async def test_a_seed_that_a_service_has_just_refused_is_not_offered_any_more(
    composer, core
) -> None:
    composer.set_draft(replace(PRO, seed=7))
    choices = composer.card.choices
    lesson = ServiceObservation(model=PRO.model, refused=frozenset({"seed"}))
    core.catalogue.add_observation("dgrid", lesson)
    composer.on_queue_moved()
    assert choices.seed.isVisible(), "another provider's refusal"
    core.catalogue.add_observation("google", lesson)
    composer.on_queue_moved()
    assert not choices.seed.isVisible()
    assert f"{PRO.model} does not support seeds; results will differ." in choices.model.toolTip()


async def test_the_dice_fixes_the_last_seed_and_the_cross_frees_it(composer, core, picture) -> None:
    core.library.known["p1"] = picture("p1", "one", seed=4711)
    core.events.publish(PicturesAdded(ids=("p1",), rows=(1,)))
    seed = composer.card.choices.seed
    await until(lambda: seed.to_fix() == 4711)
    QTest.mouseClick(seed.dice, Qt.MouseButton.LeftButton)
    assert composer.draft().seed == 4711
    assert seed.number.text() == "4711"
    QTest.mouseClick(seed.clear, Qt.MouseButton.LeftButton)
    assert composer.draft().seed is None


async def test_a_new_picture_brings_the_last_seed(composer, core, picture) -> None:
    core.library.known["p1"] = picture("p1", "one", seed=99)
    core.events.publish(PicturesAdded(ids=("p1",), rows=(1,)))
    from studio.ui.support import tasks

    for task in tasks.running():
        await task
    assert composer.card.choices.seed.to_fix() == 99


async def test_a_seed_can_be_written(composer) -> None:
    composer.on_seed_chosen(5)
    seed = composer.card.choices.seed
    QTest.mouseDClick(seed.number, Qt.MouseButton.LeftButton)
    assert seed.field.isVisible()
    seed.field.clear()
    QTest.keyClicks(seed.field, "123")
    QTest.keyClick(seed.field, Qt.Key.Key_Return)
    assert composer.draft().seed == 123


async def test_the_count_says_per_variant(composer) -> None:
    composer.set_draft(Draft(prompt="{a|b}"))
    assert composer.card.choices.count.accessibleDescription() == "per variant"
    composer.set_draft(Draft(prompt="a"))
    assert composer.card.choices.count.accessibleDescription().strip() == ""


def given(way: HiddenChoices) -> int:
    return [way.words, way.pixels, way.seed, way.aspect, way.count].count(True)


@pytest.mark.parametrize("family", ["Inter", "DejaVu Sans"])
async def test_choices_give_way_in_order_and_nothing_is_cut(core, look, family) -> None:
    usual = themes.theme()._families
    themes.theme()._families = [family]
    themes.theme()._fonts.clear()
    made = Composer(core)
    made.set_draft(replace(PRO, prompt="{a|b}", references=(SOURCE,), aspect=MATCH), undoable=False)
    made.show()
    before = -1
    steps = set()
    try:
        for width in range(1440, 640, -20):
            made.resize(width, 300)
            choices = made.card.choices
            choices.fit()
            now = given(choices.given_way)
            assert now >= before or width < 1100  # narrow: the ratio is a chip already
            if width >= 1100:
                before = now
            steps.add(now)
            parts = choices.parts()
            for part, after in pairwise(parts):
                assert part.geometry().right() < after.geometry().left()
            assert parts[-1].geometry().right() <= choices.width()
            assert choices.model.isVisible()
            assert choices.size_chip.isVisible()
            assert made.card.generate.isVisible()
            assert made.card.generate.geometry().right() <= made.card.width()
        assert max(steps) >= 3
    finally:
        made.close()
        made.deleteLater()
        themes.theme()._families = usual
        themes.theme()._fonts.clear()


class Appearances(QObject):
    """Counts what is shown or hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's
        self.count += event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
        return False


async def test_choices_without_room_are_not_shown_in_between(core, look) -> None:
    made, seen = Composer(core), Appearances()
    made.set_draft(replace(PRO, prompt="{a|b}", references=(SOURCE,), aspect=MATCH), undoable=False)
    made.show()
    made.resize(700, 300)
    choices = made.card.choices
    choices.fit()
    hidden = [part for part in choices.controls() if part.isHidden()]
    assert hidden
    for part in choices.controls():
        part.installEventFilter(seen)
    choices.fit()
    assert seen.count == 0
    assert [part for part in choices.controls() if part.isHidden()] == hidden
    made.close()
    made.deleteLater()


@pytest.mark.parametrize(
    ("window", "dock", "chip"), [(1440, 920, False), (1280, 1056, False), (1024, 976, True)]
)
async def test_the_windows_of_the_design(core, look, window, dock, chip) -> None:
    from PySide6.QtWidgets import QWidget

    frame = QWidget()
    frame.resize(window, 800)
    made = Composer(core, frame)
    made.set_draft(PRO, undoable=False)
    made.setGeometry(0, 0, dock, 200)
    frame.show()
    choices = made.card.choices
    choices.fit()
    assert choices.aspect_chip.isVisible() == chip
    assert choices.aspect.isVisible() != chip
    assert not choices.given_way.pixels
    assert made.card.history.parentWidget() is (choices if chip else made.card.slots)
    frame.close()
    frame.deleteLater()


async def test_what_gave_way_is_in_the_menu_of_more(composer) -> None:
    composer.set_draft(PRO)
    composer.resize(560, 300)
    choices = composer.card.choices
    choices.resize(330, 30)
    assert choices.given_way.count
    menu = choices.more_menu()
    words = [action.text() for action in menu.actions()]
    assert words[0] == "Count 1"
    assert "Automatic seed" in words
    counts = menu.actions()[0].menu()
    counts.actions()[3].trigger()
    choices.on_triggered(counts.actions()[3])
    assert composer.draft().count == 4


async def test_the_composer_can_be_cleared(composer) -> None:
    composer.set_draft(replace(PRO, prompt="words", references=(SOURCE,), aspect=MATCH, seed=2))
    composer.clear()
    assert composer.draft() == replace(PRO, prompt="", aspect="1:1")


async def test_no_segment_moves_when_another_is_chosen(composer) -> None:
    composer.set_draft(Draft(aspect="1:1"))
    aspect = composer.card.choices.aspect

    def places() -> list[QRect]:
        return [segment.geometry() for segment in aspect.segments()]

    before, width = places(), aspect.sizeHint().width()
    for segment in aspect.segments():
        segment.click()
        assert composer.draft().aspect == segment.ratio
        assert (places(), aspect.sizeHint().width()) == (before, width)
        assert aspect.shown_name == segment.ratio


@pytest.mark.parametrize(("one", "other"), [("3:2", "16:9"), ("2:3", "9:16")])
def test_ratios_that_are_alike_differ_in_length(one: str, other: str) -> None:
    less, more = ratio_size(one), ratio_size(other)
    assert max(more.toTuple()) - max(less.toTuple()) >= 2
    for value, size in ((one, less), (other, more)):
        assert AspectRatio.parse(value).near(*size.toTuple(), within=0.1)
