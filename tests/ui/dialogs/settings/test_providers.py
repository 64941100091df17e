"""Providers in the settings: added, changed, copied and removed, each with its own key."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget

from studio.config.credentials import KeyringFailure
from studio.config.key_status import KeyState
from studio.config.settings import Profile
from studio.ui.dialogs.settings import SettingsDialog
from studio.ui.dialogs.settings.profile_form import ProfileForm
from studio.ui.dialogs.settings.profile_row import ProfileRow
from studio.ui.widgets.number_controls import Stepper
from studio.ui.widgets.segmented import Segmented
from tests.ui.scripted_core import ScriptedDesk, until

KEY = "sk-scripted-0123456789"
MINE = Profile(
    name="mine",
    title="Mine",
    base_url="https://images.example.com",
    version="v1alpha",
    per_minute=7,
    prices={"m": {"1K": 0.05}},
    wire="telepathy",
)


@pytest.fixture
def desk(desk: ScriptedDesk) -> ScriptedDesk:
    desk.settings.change(profiles=(MINE,))
    return desk


def form_of(dialog: SettingsDialog) -> ProfileForm:
    form = dialog.keys.own
    assert form.isVisibleTo(dialog)
    return form


async def test_a_provider_is_changed_and_keeps_its_name_and_what_the_form_has_not(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.keys.rows["mine"].edit.click()
    form = form_of(dialog)
    assert form.form.title.text() == "Mine"
    assert form.prices.toPlainText() == "m 1K 0.05"
    form.form.title.setText("Ours")
    form.form.auth.segment("google").click()
    form.model.setText("models/acme-image")
    form.prices.setPlainText("m 2K 0.1")
    form.save.click()
    (kept,) = desk.settings.value.profiles
    assert (kept.name, kept.title, kept.auth, kept.model) == (
        "mine",
        "Ours",
        "google",
        "acme-image",
    )
    assert kept.prices == {"m": {"2K": 0.1}}
    assert (kept.version, kept.per_minute, kept.base_url) == ("v1alpha", 7, MINE.base_url)
    assert kept.wire == "telepathy", "nobody here knows it, and it is kept"
    assert dialog.keys.rows["mine"].edit.accessibleName() == "Edit Ours"


@pytest.mark.parametrize(
    ("title", "address", "prices", "says"),
    [
        ("DGrid", "https://x.org", "", "called DGrid already"),
        ("New", "http://x.org", "", "not safe"),
        ("New", "https://x.org/?key=1", "", "maybe a key"),
        ("New", "nonsense here", "", "not a service address"),
        ("New", "https://x.org", "m 1K cheap", "Invalid price"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_kept(
    dialog: SettingsDialog,
    desk: ScriptedDesk,
    title: str,
    address: str,
    prices: str,
    says: str,
) -> None:
    dialog.keys.add.click()
    form = form_of(dialog)
    assert not form.save.isEnabled()
    form.form.title.setText(title)
    form.form.address.setText(address)
    form.prices.setPlainText(prices)
    form.on_edited()
    form.save.click()
    assert says in form.verdict.words
    assert desk.settings.value.profiles == (MINE,)
    form.form.title.textEdited.emit("")
    assert form.verdict.words == ""
    form.cancel.click()
    assert not form.isVisibleTo(dialog)
    assert dialog.keys.add.isVisibleTo(dialog)


async def test_a_copy_begins_like_the_other_and_asks_for_a_key_of_its_own(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    await desk.keys.store("mine", KEY)
    dialog.keys.rows["mine"].copy.click()
    form = form_of(dialog)
    assert form.form.title.text() == "Mine copy"
    form.save.click()
    assert [one.name for one in desk.settings.value.profiles] == ["mine", "mine-copy"]
    copy = desk.settings.value.find_profile("mine-copy")
    assert (copy.prices, copy.wire) == (MINE.prices, MINE.wire)
    assert dialog.keys.card.isVisibleTo(dialog)
    assert dialog.keys.card.key.field.accessibleName() == "Mine copy key"
    assert desk.vault.kept == {"mine": KEY}


@pytest.mark.parametrize(("answer", "kept_key"), [("Send it there", KEY), ("Delete the key", "")])
async def test_a_key_goes_to_another_computer_only_after_a_question(
    dialog: SettingsDialog, desk: ScriptedDesk, answer: str, kept_key: str
) -> None:
    await desk.keys.store("mine", KEY)
    dialog.keys.rows["mine"].edit.click()
    form = form_of(dialog)
    form.form.address.setText("other.example.com/v1/models")
    form.save.click()
    assert "other.example.com" in form.verdict.words
    assert "images.example.com" in form.verdict.words
    assert desk.settings.value.profiles == (MINE,)
    button = form.verdict.button(answer)
    assert button is not None
    button.click()
    await until(lambda: desk.settings.value.profiles != (MINE,))
    (kept,) = desk.settings.value.profiles
    assert kept.base_url == "https://other.example.com/v1"
    assert desk.vault.kept == ({"mine": KEY} if kept_key else {})


async def test_another_path_on_the_same_computer_asks_nothing(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    await desk.keys.store("mine", KEY)
    dialog.keys.rows["mine"].edit.click()
    form = form_of(dialog)
    form.form.address.setText("https://images.example.com/proxy")
    form.path.setText("generate/{model}")
    form.save.click()
    (kept,) = desk.settings.value.profiles
    assert (kept.base_url, kept.path) == ("https://images.example.com/proxy", "/generate/{model}")


async def test_a_provider_whose_key_cannot_be_deleted_stays(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    await desk.keys.store("mine", KEY)
    desk.vault.trouble = KeyringFailure(KeyState.LOCKED, "locked")
    row = dialog.keys.rows["mine"]
    row.remove.click()
    button = row.verdict.button("Remove provider")
    assert button is not None
    button.click()
    await until(lambda: row.verdict.tone == "bad")
    assert desk.settings.value.profiles == (MINE,)
    desk.vault.trouble = None


async def test_a_provider_without_a_key_is_removed_after_a_question(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    row = dialog.keys.rows["mine"]
    row.remove.click()
    assert "key" not in row.verdict.words
    button = row.verdict.button("Remove provider")
    assert button is not None
    button.click()
    await until(lambda: not desk.settings.value.profiles)
    assert "mine" not in dialog.keys.rows


async def test_a_built_in_provider_gets_own_prices_and_a_first_model_and_no_other_address(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    assert not dialog.keys.rows["dgrid"].remove.isVisibleTo(dialog)
    assert not dialog.keys.rows["sketch"].edit.isVisibleTo(dialog)
    dialog.keys.rows["dgrid"].edit.click()
    form = form_of(dialog)
    assert not form.form.isVisibleTo(dialog)
    assert not form.path.isVisibleTo(dialog)
    form.prices.setPlainText("gemini-3-pro-image 0.08")
    form.save.click()
    dgrid = desk.settings.value.find_profile("dgrid")
    assert dgrid.prices == {"gemini-3-pro-image": {"*": 0.08}}
    assert dgrid.base_url == "https://api.dgrid.ai"
    assert list(dialog.keys.rows) == ["dgrid", "google", "sketch", "mine"]
    dialog.keys.rows["dgrid"].edit.click()
    form.prices.setPlainText("")
    form.save.click()
    assert desk.settings.value.profiles == (MINE,)


def test_a_row_sets_the_address_apart_from_the_status_of_the_key(dialog: SettingsDialog) -> None:
    (row,) = (one for one in dialog.findChildren(ProfileRow) if one.accessibleName() == "DGrid")
    shown = [text.text() for text in row.findChildren(QLabel)]
    assert "No key · https://api.dgrid.ai" in shown


async def test_extra_fields_are_kept_as_typed_and_can_be_removed(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    text = '{\n  "topP": 0.9\n}'
    dialog.keys.rows["mine"].edit.click()
    form = form_of(dialog)
    assert form.extra.toPlainText() == ""
    form.extra.setPlainText(f"{text}\n")
    form.save.click()
    (kept,) = desk.settings.value.profiles
    assert kept.extra_fields == text
    assert "topP" not in repr(kept), "what may be private is in no log"
    assert kept.wire == "telepathy"
    dialog.keys.rows["mine"].edit.click()
    assert form.extra.toPlainText() == text
    form.extra.setPlainText(" ")
    form.save.click()
    assert desk.settings.value.profiles == (MINE,)


@pytest.mark.parametrize("row", ["mine", "dgrid"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{\n  "topP": 0.9,\n}', "line"),
        ('{"candidateCount": 4}', "candidateCount is set by Gridbrush"),
        ('{"topP": NaN}', "NaN is not a number"),
        ("[]", "not a JSON object"),
    ],
)
async def test_invalid_extra_fields_are_explained_and_nothing_typed_is_lost(
    dialog: SettingsDialog, desk: ScriptedDesk, row: str, text: str, says: str
) -> None:
    dialog.keys.rows[row].edit.click()
    form = form_of(dialog)
    form.prices.setPlainText("m 2K 0.1")
    form.extra.setPlainText(text)
    form.save.click()
    assert says in form.verdict.words
    assert form.isVisibleTo(dialog)
    assert (form.extra.toPlainText(), form.prices.toPlainText()) == (text, "m 2K 0.1")
    assert desk.settings.value.profiles == (MINE,)
    form.extra.setPlainText('{"topP": 0.9}')
    assert form.verdict.words == ""
    form.save.click()
    assert desk.settings.value.find_profile(row).extra_fields == '{"topP": 0.9}'


async def test_a_pasted_call_of_vertex_becomes_an_address(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.keys.add.click()
    form = form_of(dialog)
    form.form.title.setText("Vertex")
    base = "https://us-central1-aiplatform.googleapis.com/v1beta1/projects/p/locations/l"
    form.form.address.setText(
        f"{base}/publishers/google/models/gemini-3-pro-image:streamGenerateContent?alt=sse"
    )
    form.form.version.segment("v1beta1").click()
    form.on_edited()
    form.save.click()
    made = desk.settings.value.find_profile("vertex")
    assert made.base_url == f"{base}/publishers/google"
    assert made.version == "v1beta1"


async def test_the_card_of_a_saved_key_closes_and_its_row_says_that_it_works(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.show()
    dialog.keys.ask_for_key("dgrid")
    card = dialog.keys.card
    assert card.isVisible()
    card.key.field.insert(KEY)
    card.on_edited()
    card.save.click()
    await until(lambda: not card.isVisible())
    verdict = dialog.keys.rows["dgrid"].verdict
    assert verdict.isVisible()
    assert verdict.words.startswith("Key works The key works")
    assert dialog.isVisible()


async def test_the_card_stays_open_for_a_key_that_is_not_saved(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    desk.vault.trouble = KeyringFailure(KeyState.LOCKED, "a reason")
    dialog.show()
    dialog.keys.ask_for_key("dgrid")
    card = dialog.keys.card
    card.key.field.insert(KEY)
    card.on_edited()
    card.save.click()
    await until(lambda: card.verdict.tone == "warn")
    assert card.isVisible()
    assert "not saved" in card.verdict.words


FIELDS = (QLineEdit, QPlainTextEdit, Segmented, Stepper)


def label_of(field: QWidget, dialog: SettingsDialog) -> QLabel | None:
    """The label in sight whose buddy is the field, or what holds the field and its unit."""
    for label in dialog.findChildren(QLabel):
        buddy = label.buddy()
        if buddy is not None and (buddy is field or buddy is field.parentWidget()):
            return label if label.isVisible() and label.text() else None
    return None


def labelled_fields(dialog: SettingsDialog) -> set[str]:
    """Names of the fields in sight, each with its label; above it in the forms."""
    QApplication.processEvents()
    seen: set[str] = set()
    for section in (dialog.keys, dialog.pictures, dialog.words, dialog.look):
        for field in [one for kind in FIELDS for one in section.findChildren(kind)]:
            inner = isinstance(field.parentWidget(), Stepper)
            if not field.isVisible() or inner or field is dialog.keys.card.providers:
                continue
            label = label_of(field, dialog)
            assert label is not None, field.accessibleName()
            seen.add(field.accessibleName())
            if section in (dialog.keys, dialog.words):
                bottom = label.mapTo(dialog, label.rect().bottomLeft()).y()
                assert bottom < field.mapTo(dialog, field.rect().topLeft()).y(), label.text()
    return seen


async def test_every_field_has_a_label_and_forms_have_them_above(dialog: SettingsDialog) -> None:
    """A placeholder is gone as soon as something is written."""
    dialog.show()
    dialog.keys.add.click()
    form = form_of(dialog)
    wanted = {"Name", "Address", "API version", "Custom prices", "Sentence for Style"}
    assert wanted <= labelled_fields(dialog)
    assert form.form.title.placeholderText() == ""
    form.cancel.click()
    dialog.keys.rows["dgrid"].give.click()
    assert "DGrid key" in labelled_fields(dialog)
    dialog.keys.card.providers.segment("").click()
    assert {"Name", "Address", "Key"} <= labelled_fields(dialog)


async def test_a_key_asked_for_as_the_dialog_opens_can_be_saved_without_scrolling(
    dialog: SettingsDialog,
) -> None:
    dialog.resize(560, 640)
    dialog.show_section("keys")
    dialog.keys.show_key("mine")
    dialog.show()
    QApplication.processEvents()
    QApplication.processEvents()
    view = dialog.area.viewport()
    card = dialog.keys.card
    assert view.rect().contains(card.mapTo(view, card.rect().bottomLeft()))
    assert view.rect().contains(card.mapTo(view, card.rect().topLeft()))


async def test_a_form_opens_with_its_heading_and_first_field_in_view(
    dialog: SettingsDialog,
) -> None:
    dialog.show()
    for open_it in (dialog.keys.add, dialog.keys.rows["mine"].edit):
        open_it.click()
        QApplication.processEvents()
        form = form_of(dialog)
        view = dialog.area.viewport()
        for part in (form.title, form.form.title):
            assert view.rect().contains(part.mapTo(view, part.rect().topLeft())), part
        form.cancel.click()
