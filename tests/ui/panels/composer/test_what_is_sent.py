""" "What is sent": what is shown is what the service receives, for every combination."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.domain import runs, sentences
from studio.domain.drafts import Draft
from studio.domain.entities import Advanced, Parent, Reference, Role
from studio.domain.models import Model
from studio.domain.request_plan import plan_request
from studio.domain.runs import Run
from studio.library.query import Query
from studio.ui.dialogs.settings.dialog import SettingsDialog
from studio.ui.panels.composer import submit
from studio.ui.panels.composer.composer import Composer
from tests import canary
from tests.fake_service import FakeService, Reply, Request, answer_with, tiny_png
from tests.shared_parts import SHARED
from tests.ui.panels.composer.conftest import make_picture
from tests.ui.scripted_core import until
from tests.ui.windows import opened

MODEL = "gemini-nano-banana-2.1"
NO_SYSTEM = "gemini-2.0-flash-preview-image-generation"
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
STYLE = sentences.DEFAULTS[Role.STYLE]

Shown = tuple[list[str], list[str], int]
"""Names of the pictures, texts, and number of earlier turns."""

BESIDE = (
    (),
    *((role,) for role in (*sentences.DEFAULTS, Role.FREE)),
    (Role.STYLE, Role.STYLE),
    (Role.FREE, Role.PALETTE, Role.FREE),
    (*sentences.DEFAULTS, Role.FREE),
)
PROMPTS = (
    "",
    "at night",
    "# a note\nin {fog | {light | deep} snow}, as in [1]\n\nand \\{more\\}",
    "Picture [1]: red",
)
EDITS = ("none", "one", "conversation", "two")
BEGUN = tiny_png(24, 16)
OWN = (None, "", "Only its  own \u201cpaper\u201d.")


def reference(name: str, role: Role = Role.FREE, **more: Any) -> Reference:
    return Reference(sha256=name, media_type="image/png", role=role, name=name, **more)


def shown_requests(composer: Composer) -> Iterator[Shown]:
    """What the panel shows of each request of the run."""
    panel = composer.card.sent
    composer.sent.fill()
    while panel.earlier.isEnabled() and panel.which:
        panel.earlier.click()
    while True:
        note = panel.note.text() if not panel.note.isHidden() else ""
        turns = int(note.split()[2]) if note else 0
        names = [one.name for one in panel.pictures.pictures]
        assert [one.number for one in panel.pictures.pictures] == [*range(1, len(names) + 1)]
        yield names, panel.text.texts() if not panel.text.isHidden() else [], turns
        if not (panel.which and panel.later.isEnabled()):
            return
        panel.later.click()


def received(request: Request, names: dict[bytes, str]) -> Shown:
    """The same of what the service got."""
    *before, last = request.json["contents"]
    pictures = [one["inlineData"] for one in last["parts"] if "inlineData" in one]
    texts = [one["text"] for one in last["parts"] if "text" in one]
    assert len(pictures) + len(texts) == len(last["parts"])
    assert [*last["parts"][: len(pictures)]] == [{"inlineData": one} for one in pictures]
    system = request.json.get("systemInstruction", {"parts": []})
    texts += [one["text"] for one in system["parts"]]
    assert len(before) % 2 == 0
    return [names[base64.b64decode(one["data"])] for one in pictures], texts, len(before) // 2


class Sending:
    """A composer on a real core, whose requests a service receives."""

    def __init__(self, core: Core, service: FakeService, composer: Composer) -> None:
        self.core = core
        self.service = service
        self.composer = composer
        self.kept: dict[str, Reference] = {}
        self.names: dict[bytes, str] = {}
        composer.generate.connect(self.on_generate)
        self._submitted: asyncio.Task[object] | None = None

    def on_generate(self, run: Run) -> None:
        self._submitted = asyncio.ensure_future(self.core.submit(run))

    async def keep(self) -> None:
        """Store the references, and begin a conversation."""
        for place in range(7):
            data = tiny_png(colour=bytes([place * 20, 10, 10]))
            self.names[data] = f"p{place}"
            self.kept[f"p{place}"] = await self.core.library.keep_input(
                data, role=Role.FREE, name=f"p{place}"
            )
        begun = Draft(prompt="begin", profile="dgrid", model=MODEL)
        await self.core.submit(submit.run_of(begun, self.core.catalogue.find("dgrid", MODEL)))
        await self.core.queue.idle()
        (first,) = await self.core.library.pictures(await self.core.library.rows(Query()))
        assert first.talk is not None
        self.names[BEGUN] = "begun"
        kept = await self.core.library.keep_input(
            BEGUN, role=Role.EDIT, name="begun", picture=first.id
        )
        self.kept["begun"] = replace(kept, talk=first.talk)

    def edited(self, edit: str) -> tuple[Reference, ...]:
        """The edited pictures of a case."""
        alone, talked = replace(self.kept["p6"], role=Role.EDIT), self.kept["begun"]
        cases: dict[str, tuple[Reference, ...]] = {
            "none": (),
            "one": (alone,),
            "conversation": (talked,),
            "two": (talked, alone),
        }
        return cases[edit]

    async def check(self, draft: Draft) -> None:
        """Send a draft and compare."""
        seen, composer = len(self.service.requests), self.composer
        composer.set_draft(draft)
        sent, model = composer.sent_now()
        if draft.markup.sent and draft.sources:
            own = self.core.settings.value.sentences
            for request in submit.run_of(replace(sent, count=1), model, own).requests:
                await self.core.guides.preview(request, 256)
            composer.sent.refresh()
        expected = [*shown_requests(composer)]
        counts = composer.card.sent.head.counts
        words = sum(len(text.split()) for text in expected[0][1])
        assert f"{words} word" in counts
        assert (f"{len(expected[0][0])} picture" in counts) == bool(expected[0][0])
        if submit.is_empty(draft):
            settings = self.core.settings.value
            await self.core.submit(
                submit.run_of(sent, model, settings.sentences, settings.guide_sentences)
            )
        else:
            composer.generate_now()
            assert self._submitted is not None
            await self._submitted
        await self.core.queue.idle()
        await self.name_drawn()
        got = [received(one, self.names) for one in self.service.requests[seen:]]
        assert got == expected, draft

    async def name_drawn(self) -> None:
        """Name the pictures that were drawn for the requests."""
        for job in self.core.queue.jobs.values():
            for one in job.request.references:
                if one.role is Role.MASK:
                    path = self.core.library.input_path(one)
                    self.names[path.read_bytes()] = one.name


@contextlib.asynccontextmanager
async def sending(home: Path) -> AsyncIterator[Sending]:
    def reply(request: Request) -> Reply:
        if b"begin" in request.body:
            return Reply(body=answer_with(BEGUN))
        return Reply(404, {"error": {"message": "models/x is not found"}})

    with FakeService(fallback=reply) as service:
        options = CoreOptions(provider="dgrid", base_url=service.url)
        environ = {"GRIDBRUSH_API_KEY": canary.KEY}
        core = await Core.open(paths.find(home), options, environ=environ, shared=SHARED)
        core.settings.change(show_sent=True, at_once=1, confirm_above=1000.0)
        composer = Composer(core)
        composer.show()
        try:
            one = Sending(core, service, composer)
            await one.keep()
            yield one
        finally:
            composer.close()
            await core.close()
            composer.deleteLater()


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("prompt", PROMPTS)
async def test_it_equals_the_body_for_every_combination(
    tmp_path: Path, look: object, prompt: str, edit: str
) -> None:
    """Roles, number of references, edits, prompts, instruction, conversation."""
    async with sending(tmp_path) as one:
        for number, beside in enumerate(BESIDE):
            edited = one.edited(edit)
            if not (beside or edited or prompt):
                continue
            references = (
                *edited,
                *(replace(one.kept[f"p{n}"], role=role) for n, role in enumerate(beside)),
            )
            aspect = "match" if references else "1:1"
            draft = Draft(
                prompt=prompt, references=references, profile="dgrid", model=MODEL, aspect=aspect
            )
            # Each combination with one of the further choices, in turn.
            further = (number + len(prompt) + len(edit)) % 4
            if further == 1:
                draft = replace(draft, advanced=Advanced(system="No people.\n\n  Calm sea."))
            elif further == 2:
                draft = replace(draft, model=NO_SYSTEM, advanced=Advanced(system="Not sent."))
            elif further == 3:
                draft = replace(draft, continues=False)
            await one.check(draft)


@pytest.mark.parametrize("edit", EDITS)
async def test_it_equals_the_body_whoever_wrote_the_sentences(
    tmp_path: Path, look: object, edit: str
) -> None:
    async with sending(tmp_path) as one:
        style = replace(one.kept["p0"], role=Role.STYLE)
        for own, changed in product(OWN, ({}, {"style": "Mine."}, {"style": ""})):
            one.core.settings.change(role_sentences=changed)
            references = (*one.edited(edit), replace(style, sentence=own), one.kept["p1"])
            await one.check(Draft(prompt="x", references=references, profile="dgrid", model=MODEL))


async def test_variations_are_sent_with_the_words_of_the_settings_or_as_before(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        window.core.settings.change(role_sentences={"style": "Changed."})
        parents = tuple(
            Parent(sha256=f"{n}" * 64, role=Role.STYLE, sentence=sentence)
            for n, sentence in enumerate((None, "As it was sent."))
        )
        picture = make_picture("p1", "lamp", prompt="a lamp", profile="sketch", model="sketch")
        run = window.jobs_controller.variations(replace(picture, parents=parents))
    sent = [one.sentence for one in run.requests[0].references]
    assert sent == ["Changed.", "As it was sent."]


# --- the composer alone ------------------------------------------------------------------------


def texts(composer: Any) -> list[str]:
    composer.sent.fill()
    return list(composer.card.sent.text.texts())


async def test_folded_it_costs_no_height_and_no_text_is_laid_out(composer, core) -> None:
    references = (reference("s", Role.EDIT), reference("a", Role.STYLE))
    for width in (1128, 1000):
        composer.resize(width, composer.height())
        composer.set_draft(Draft(prompt="p", references=references))
        card = composer.card
        assert card.fold.isVisible()
        with_line = card.sizeHint().height()
        card.fold.hide()
        assert card.sizeHint().height() == with_line
        card.fold.show()
    before = card.sent.text.fills
    QTest.keyClicks(card.editor, "twenty-one characters")
    assert card.sent.text.fills == before
    assert card.fold.counts == "2 pictures and 16 words"


async def test_unfolded_it_is_filled_once_after_several_keys(composer, core, heard) -> None:
    composer.set_draft(Draft(prompt="p"))
    composer.sent.toggle()
    before = composer.card.sent.text.fills
    QTest.keyClicks(composer.card.editor, "qrstuvw")
    assert composer.card.sent.text.fills == before
    assert composer.card.sent.head.counts == "1 word"
    await until(lambda: composer.card.sent.text.fills > before)
    assert composer.card.sent.text.fills == before + 1
    assert composer.card.sent.text.texts() == ["pqrstuvw"]
    await core.settings.close()


async def test_a_key_plans_one_request_however_many_variants_there_are(
    composer, monkeypatch
) -> None:
    planned: list[int] = []
    real = runs.plan

    def plan(draft: Draft, model: Model, given: tuple[str, ...], **more: Any) -> Any:
        planned.append(len(given))
        return real(draft, model, given, **more)

    monkeypatch.setattr(runs, "plan", plan)
    composer.set_draft(Draft(prompt="{a|b|c|d|e|f|g|h} {1|2|3|4|5|6|7|8}", count=3))
    planned.clear()
    QTest.keyClicks(composer.card.editor, "x")
    assert planned == [1]


async def test_the_key_folds_and_unfolds_and_it_is_remembered(composer, core) -> None:
    composer.set_draft(Draft(prompt="p"))
    card = composer.card
    assert (card.fold.isVisible(), card.sent.isVisible()) == (True, False)
    for button, expanded in ((card.fold, False), (card.sent.head, True)):
        interface = QAccessible.queryAccessibleInterface(button)
        assert interface.role() is QAccessible.Role.Button
        told = interface.state()
        assert (told.expandable, told.expanded, told.collapsed) == (True, expanded, not expanded)
    assert card.fold.accessibleName() == "What is sent"
    assert card.fold.accessibleDescription() == "1 word"
    assert not card.fold.isChecked()
    card.fold.setFocus()
    QTest.keyClick(card.fold, Qt.Key.Key_Return)
    assert (card.fold.isVisible(), card.sent.isVisible()) == (False, True)
    assert core.settings.value.show_sent
    assert card.sent.head.hasFocus()
    assert card.sent.head.isChecked()
    assert card.sent.text.accessibleName() == "Words sent"
    QTest.mouseClick(card.sent.head, Qt.MouseButton.LeftButton)
    assert not core.settings.value.show_sent
    assert (card.fold.isVisible(), card.sent.isVisible()) == (True, False)
    await core.settings.close()


async def test_the_programs_words_are_grey_and_can_be_edited(composer, core, collected) -> None:
    asked = collected(composer.wants_words)
    composer.set_draft(Draft(prompt="p", references=(reference("a", Role.STYLE),)))
    panel = composer.card.sent
    composer.sent.toggle()
    assert texts(composer) == [f"Picture [1]: {STYLE}\n\np"]
    assert panel.pictures.accessibleName() == "Pictures in this order: 1 a"
    colours = [_colour_at(panel.text, at) for at in (0, 20, len(texts(composer)[0]))]
    look = _theme()
    assert colours == [look.color("text3"), look.color("text3"), look.color("text")]
    assert panel.edit.isVisible()
    panel.edit.click()
    assert len(asked) == 1
    own = reference("a", Role.STYLE, sentence="Its paper only.")
    composer.set_draft(Draft(prompt="p", references=(own,)))
    assert texts(composer) == ["Picture [1]: Its paper only.\n\np"]
    assert _colour_at(panel.text, 20) == look.color("text")
    composer.set_draft(Draft(prompt="p", references=(reference("b"),)))
    assert texts(composer) == ["p"]
    assert not panel.edit.isVisible()
    await core.settings.close()


async def test_it_says_why_nothing_can_be_sent(composer, core) -> None:
    composer.sent.toggle()
    composer.set_draft(Draft())
    composer.sent.fill()
    panel = composer.card.sent
    assert panel.note.text() == "Write a prompt first"
    assert not panel.text.isVisible()
    assert panel.head.counts == ""
    await core.settings.close()


async def test_the_action_opens_a_compact_composer_and_then_folds(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        composer, action = window.composer, window.actions_of.every["what_is_sent"]
        assert action.shortcuts()[0].toString() == "Ctrl+Shift+P"
        composer.set_compact(True)
        action.trigger()
        assert composer.is_open
        assert composer.card.sent.isVisible()
        assert action.isChecked()
        action.trigger()
        assert composer.is_open
        assert not composer.card.sent.isVisible()
        assert not action.isChecked()
        window.core.settings.change(show_sent=True)
        composer.close_full()
        action.trigger()
        assert composer.card.sent.isVisible(), "closed, it is opened unfolded"
        assert action.isChecked()
        composer.card.sent.edit_wanted.emit()
        dialog = window.findChild(SettingsDialog)
        assert dialog is not None
        assert dialog.words.rows[Role.STYLE].field.text() == STYLE


async def test_changed_settings_are_shown_at_once(composer, core) -> None:
    composer.set_draft(Draft(prompt="p", references=(reference("a", Role.STYLE),)))
    core.settings.change(role_sentences={"style": "In my style."})
    assert texts(composer) == ["Picture [1]: In my style.\n\np"]
    assert composer.card.fold.counts == "1 picture and 6 words"
    assert "[1] In my style." in composer.card.slots.slots()[0].toolTip()
    core.settings.change(role_sentences={"style": ""})
    assert texts(composer) == ["p"]
    await core.settings.close()


@pytest.mark.parametrize(
    "prompts",
    [
        (
            "",
            "a",
            "ab",
            "xab",
            "xb",
            "\U0001f3ee lamp",
            "\U0001f3ee red lamp",
            "a\n\nb",
            "a\nb",
            "",
        ),
        ("aaaa", "aaa", "aaaaa", "a"),
        ("{a|b} c", "{a|bb} c", "a c"),
    ],
)
async def test_only_what_differs_is_replaced_and_the_result_is_the_same(
    composer, core, prompts: tuple[str, ...]
) -> None:
    core.settings.change(show_sent=True)
    style, own = reference("a", Role.STYLE), reference("a", Role.STYLE, sentence="aaa aaa")
    look = _theme()
    for prompt, system, given in product(prompts, ("", "a", "a\na"), ((style,), (own,), ())):
        advanced = Advanced(system=system)
        draft = Draft(
            prompt=prompt, references=given, advanced=advanced, profile="dgrid", model=MODEL
        )
        composer.set_draft(draft)
        composer.sent.fill()
        text = composer.card.sent.text
        if not (prompt or given):
            continue
        sent, model = composer.sent_now()
        request = submit.first_request(sent, model, sentences.DEFAULTS)
        plan = plan_request(request, model)
        assert text.texts() == [one.text for one in plan.texts]
        if prompt:
            end = text.places[0][1]
            assert _colour_at(text, end) == look.color("text")
        if given:
            assert _colour_at(text, 1) == look.color("text3")
        if system:
            assert "System instruction" in text.toPlainText()
            assert _colour_at(text, text.places[-1][0] - 1) == look.color("text3")
            assert _colour_at(text, text.places[-1][1]) == look.color("text")
    await core.settings.close()


# --- slots -------------------------------------------------------------------------------------


async def test_a_slot_shows_the_beginning_of_its_sentence_where_there_is_room(composer) -> None:
    composer.set_draft(Draft(references=(reference("a", Role.STYLE), reference("b"))))
    style, free = composer.card.slots.slots()
    assert style.words() == (f"Style · {STYLE}", "a")
    assert free.words() == ("General", "b")
    assert f"[1] {STYLE}" in style.toolTip()
    assert "[2]" in free.toolTip()
    many = tuple(reference(f"{n}", Role.STYLE) for n in range(7))
    composer.set_draft(Draft(references=many))
    assert composer.card.slots.slots()[0].words() == ("Style", "0")


async def test_enter_on_a_slot_changes_its_sentence(composer, qtbot) -> None:
    composer.set_draft(Draft(prompt="p", references=(reference("a", Role.STYLE),)))
    slot = composer.card.slots.slots()[0]
    slot.setFocus()
    popover = slot.change_sentence()
    assert popover.field.text() == STYLE
    popover.field.setText("  Only\tits paper. ")
    QTest.keyClick(popover.field, Qt.Key.Key_Return)
    assert composer.draft().references[0].sentence == "Only its paper."
    assert texts(composer) == ["Picture [1]: Only its paper.\n\np"]
    composer.undo()
    assert composer.draft().references[0].sentence is None
    composer.redo()
    # A sentence belongs to its role.
    composer.card.slots.role_chosen.emit(0, Role.PALETTE)
    assert composer.draft().references[0].sentence is None
    popover = slot.change_sentence()
    popover.reset.click()
    assert composer.draft().references[0].sentence is None


async def test_enter_opens_the_field_and_on_a_general_reference_shows_the_picture(
    composer, collected
) -> None:
    shown = collected(composer.show_picture)
    free = reference("b", picture="p1")
    composer.set_draft(Draft(prompt="p", references=(reference("a", Role.STYLE), free)))
    style, general = composer.card.slots.slots()
    QTest.keyClick(style, Qt.Key.Key_Return)
    assert shown == []
    QTest.keyClick(general, Qt.Key.Key_Return)
    assert shown == ["p1"]


def _theme() -> Any:
    from studio.ui.style.theme import theme

    return theme()


def _colour_at(edit: Any, at: int) -> Any:
    cursor = edit.textCursor()
    cursor.setPosition(at)
    return cursor.charFormat().foreground().color()


@pytest.mark.parametrize("role", [*sentences.DEFAULTS])
async def test_the_default_is_what_the_settings_show(core, role: Role) -> None:
    assert core.settings.value.sentences[role] == sentences.DEFAULTS[role]
