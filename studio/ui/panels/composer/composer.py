"""Composer: one draft (source, references, prompt, choices) and the button that submits it.

Each user action replaces the draft, which is one undo step; the widgets are then updated from the
draft alone: changes enter by `change_draft` and are displayed by `_show`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from studio.common.errors import StudioError
from studio.common.i18n import _
from studio.config.settings import OFFLINE
from studio.domain import prompt_variants
from studio.domain.drafts import MATCH, MOST_AT_ONCE, MOST_EDITED, Draft
from studio.domain.entities import Advanced, Picture, Role
from studio.domain.models import Model
from studio.ui.panels.composer import draft as drafting
from studio.ui.panels.composer import submit
from studio.ui.panels.composer.choices import offered
from studio.ui.panels.composer.core_events import ComposerEvents
from studio.ui.panels.composer.dock import Dock, prompt_entries
from studio.ui.panels.composer.draft import UndoStack
from studio.ui.panels.composer.input_import import InputImport, InputThumbnails
from studio.ui.panels.composer.prompt_history import PromptHistoryCursor
from studio.ui.panels.composer.quote import QuoteContext, quote
from studio.ui.panels.composer.references import ReferenceEdits
from studio.ui.panels.composer.slots import MOST_SLOTS
from studio.ui.panels.composer.suggestion import (
    DraftSuggestion,
    differences,
    in_order,
    suggest_draft,
)
from studio.ui.panels.composer.what_is_sent import WhatIsSent
from studio.ui.support.drop_contents import DropContents
from studio.ui.widgets.message_bar import Notice

if TYPE_CHECKING:
    from studio.app.core import Core
    from studio.ui.panels.composer.prompt_editor import PromptEditor

MODEL_NOTICE = 6000  # milliseconds


class Composer(Dock):
    """Dock at the foot of the window; sets its own height.

    Attributes:
        reception, references, thumbnails: import, edits and thumbnails of the references.
        question: the question to answer before a run is submitted.

    Signals:
        changed(object): the draft was replaced.
        stepped(object, object, str): the same, with both drafts and "undo", "redo" or "".
        generate(object): a Run to submit.
        wants_budget: the user wants to change the monthly limit.
        wants_words: the user wants to change the sentences sent with references.
        wants_key(object): name of a profile without a key whose model was chosen or used.
        show_picture(object): id of a library picture whose thumbnail was clicked.
        toast(object): text about a replacement of the whole draft; `undo` reverts it.
        kept(object): the prompt was kept while the rest was replaced; `clear_prompt` empties it.
        left: Esc; return the focus to the view.
        forget_wanted(object): a prompt of the history to delete permanently.
        at_rest: all pending thumbnails have arrived.
    """

    changed = Signal(object)
    stepped = Signal(object, object, str)
    generate = Signal(object)
    wants_budget = Signal()
    wants_words = Signal()
    wants_key = Signal(object)
    show_picture = Signal(object)
    toast = Signal(object)
    kept = Signal(object)
    left = Signal()
    forget_wanted = Signal(object)
    at_rest = Signal()

    def __init__(
        self,
        core: Core,
        parent: QWidget | None = None,
        *,
        editor: PromptEditor | None = None,
        draft: Draft | None = None,
    ) -> None:
        """`editor` is an existing prompt editor to take over; `draft` is the first draft."""
        super().__init__(parent, editor=editor)
        self._core = core
        first = draft or Draft()
        self._steps = UndoStack(replace(first, references=in_order(first.references)))
        self._watching = ComposerEvents(core, self)
        self._recall = PromptHistoryCursor(core.library, self)
        self.reception = InputImport(core.library, self.room, self)
        self.brought, self.folders = self.reception.brought, self.reception.folders
        self.references = ReferenceEdits(self, self, self.reception)
        self.markup = self.references.markup
        self.thumbnails = InputThumbnails(core.library, self)
        self.sent = WhatIsSent(core, self, self.sent_now)
        self.own_aspect = "1:1"
        self.question = submit.PendingQuestion()
        self._wanted: tuple[str, str] | None = None
        self._lacking, self._painter_meant, self._press_waits = "", False, False
        self._sent_prompts, self._warned = set[str](), set[str]()
        self._shown_model: Model | None = None
        self._model_notice = QTimer(self, singleShot=True, interval=MODEL_NOTICE)
        self._model_notice.timeout.connect(self.on_model_notice_over)
        self._connect()
        self._show()

    def _connect(self) -> None:
        editor, choices = self.card.editor, self.card.choices
        editor.typed.connect(self.on_typed)
        editor.paused.connect(self._steps.seal)
        editor.submitted.connect(self.generate_now)
        editor.undo_wanted.connect(self.undo)
        editor.redo_wanted.connect(self.redo)
        editor.history_wanted.connect(self.on_history_step)
        editor.escaped.connect(self.on_escaped)
        editor.edit_menu.undo = self.undo, partial(self._can_step, back=True)
        editor.edit_menu.redo = self.redo, partial(self._can_step, back=False)
        editor.edit_menu.more = partial(
            prompt_entries, editor, self.clear_prompt, self.on_history_wanted
        )
        choices.model_chosen.connect(self.on_model_chosen)
        choices.aspect_chosen.connect(self.on_aspect_chosen)
        choices.size_chosen.connect(self.on_size_chosen)
        choices.count_chosen.connect(self.on_count_chosen)
        choices.seed_chosen.connect(self.on_seed_chosen)
        choices.advanced_chosen.connect(self.on_advanced_chosen)
        choices.system_kept.connect(self.on_system_kept)
        choices.troubled.connect(self.show_error)
        choices.clear_wanted.connect(self.clear)
        self.card.history.clicked.connect(self.on_history_wanted)
        self.card.generate.clicked.connect(self.generate_now)
        self.line.generate.clicked.connect(self.generate_now)
        self.line.region_wanted.connect(self.markup.show_region)
        watching = self._watching
        watching.queue_moved.connect(self.on_queue_moved)
        watching.key_changed.connect(self.on_key_changed)
        watching.settings_changed.connect(self.on_settings_changed)
        watching.seed_read.connect(self.card.choices.seed.set_last)
        watching.trash_changed.connect(self._show)
        watching.titles_changed.connect(self.references.on_titles_changed)
        self._recall.walked.connect(self.on_walked)
        self._recall.chosen.connect(self.set_prompt)
        self._recall.forget_wanted.connect(self.forget_wanted)
        self.references.edit_wanted.connect(self.edit_many)
        self.references.references_wanted.connect(self.use_as_references)
        self.references.show_picture.connect(self.show_picture)
        self.references.kept.connect(self.kept)
        self.markup.replaced.connect(self.toast)
        self.markup.reframing_changed.connect(self._show_quote)
        self.reception.limited.connect(self.on_limited)
        self.reception.idle.connect(self.on_idle)
        self.thumbnails.arrived.connect(self.on_thumbnail)
        self.thumbnails.idle.connect(self.at_rest)
        self.sent.edit_wanted.connect(self.wants_words)

    # --- the draft ------------------------------------------------------------------------

    def draft(self) -> Draft:
        """The current draft, with the user's own values."""
        return self._steps.draft

    def set_draft(self, draft: Draft, *, undoable: bool = True) -> None:
        """Show another draft: as one undo step with `undoable`, else with an empty undo history."""
        draft = replace(draft, references=in_order(draft.references))
        if undoable:
            self.change_draft(draft)
            return
        self._steps = UndoStack(draft)
        self.card.editor.paused.connect(self._steps.seal)
        self._show()

    def set_prompt(self, prompt: str) -> None:
        """Replace the prompt as one undo step and focus it."""
        self.change_draft(replace(self.draft(), prompt=prompt))
        self.focus_prompt()

    def clear_prompt(self) -> None:
        """Empty the prompt; pictures and choices stay."""
        self.set_prompt("")

    def clear(self) -> None:
        """Remove prompt and pictures as one undo step."""
        system = self._core.settings.value.system
        cleared = drafting.cleared(self.draft(), aspect=self.own_aspect, system=system)
        if cleared == self.draft():
            self._show_notice(Notice(key="clear", text=_("The composer is empty already.")))
        self.change_draft(cleared)

    def undo(self) -> None:
        self._shown_step(self.draft(), self._steps.undo(), "undo")

    def redo(self) -> None:
        self._shown_step(self.draft(), self._steps.redo(), "redo")

    def _can_step(self, *, back: bool) -> bool:
        return self._steps.can_undo if back else self._steps.can_redo

    def _shown_step(self, before: Draft, draft: Draft | None, step: str = "") -> None:
        if draft is not None:
            self._show()
            self.changed.emit(draft)
            self.stepped.emit(before, draft, step)

    def change_draft(self, draft: Draft, *, run: str = "") -> None:
        """Apply a change by the user; all changes enter here.

        Changes of one `run` share an undo step.
        """
        if draft.aspect == MATCH and self.draft().aspect != MATCH:
            self.own_aspect = self.draft().aspect
        before = self.draft()
        if self._steps.push_draft(draft, run=run):
            self._shown_step(before, draft)

    # --- commands of the window -------------------------------------------------------------

    def edit(self, picture: Picture, style: Picture | None = None) -> None:
        """Make this picture the source, `style` its style reference; the prompt stays."""
        self._sent_prompts.add(picture.source_prompt or picture.prompt)
        self.reception.source(picture, style)

    def edit_many(self, pictures: Sequence[Picture]) -> None:
        """Edit these pictures separately: one request per picture, all with the same prompt."""
        if len(pictures) > MOST_EDITED:
            self.show_error(submit.too_many_edited())
            return
        self._sent_prompts.update(one.source_prompt or one.prompt for one in pictures)
        self.reception.pictures(pictures, Role.EDIT, each=True)

    def use_as_references(self, pictures: Sequence[Picture], role: Role = Role.FREE) -> None:
        """Append these pictures as references."""
        self.reception.pictures(pictures, role)

    def remix(self, draft: Draft) -> None:
        """Replace the whole draft with that of a picture; nothing is submitted."""
        self.change_draft(replace(draft, count=self.draft().count))
        self.toast.emit(_("Composer replaced"))
        self.focus_prompt()

    def add_references(self, paths: Sequence[Path]) -> None:
        """Add external pictures, up to the limit."""
        self.reception.files(paths, Role.FREE)

    def room(self) -> int:
        """Number of references that can still be added."""
        draft = self.draft()
        there = len(draft.references) - len(draft.sources)
        return max(0, self._most() - there)

    def _most(self) -> int:
        """Limit of references in a draft: the model's, but at least `MOST_AT_ONCE`."""
        return max(MOST_AT_ONCE, self.model().references)

    @property
    def settled(self) -> bool:
        """Whether all thumbnails have loaded."""
        return not self.thumbnails.busy

    def add_contents(self, contents: DropContents, role: Role = Role.FREE) -> None:
        """Add content that was dropped or pasted anywhere in the window."""
        self.reception.incoming(contents, role)

    def suggest(self, pictures: Sequence[Picture]) -> None:
        """Offer to edit the gallery's new selection; the draft does not change."""
        self.references.suggest(pictures)

    def focus_prompt(self, *, select: bool = False) -> None:
        """Focus the prompt, and expand a compact composer; with `select`, typing replaces it."""
        self.open_full()
        self.card.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if select:
            self.card.editor.selectAll()

    def was_sent(self, prompt: str) -> bool:
        """Whether this is the prompt sent last, or the prompt of pictures edited since."""
        return prompt in self._sent_prompts and not submit.is_blank(prompt)

    def refresh_keys(self) -> None:
        """Update after an external change of keys, models or settings."""
        self._show()

    def show_error(self, *errors: StudioError) -> None:
        """Show errors in the composer's own bar."""
        self._show_notice(submit.trouble(*errors))

    def _show_notice(self, notice: Notice) -> None:
        self.open_full()
        self.bar.show_notice(notice)

    # --- Generate -----------------------------------------------------------------------------

    def generate_now(self) -> None:
        """Submit the draft; expensive and large runs need a confirmation first."""
        self.card.editor.keep_composed()
        self._send(confirmed=False)

    def _send(self, *, confirmed: bool) -> None:
        draft, model = self.draft(), self.model()
        self._steps.seal()
        if self.reception.busy:
            # A picture is still being copied; `on_idle` submits.
            self._press_waits = True
            return
        if self.markup.acts_alone():
            return
        if submit.is_empty(draft):
            self.focus_prompt()
            return
        if self.markup.lacks_region:
            self.close_full()
            self.markup.region_missing.emit()
            return
        if self._keyless(draft.profile):
            self.wants_key.emit(draft.profile)
            return
        sent = self.suggestion(model).sent
        ask = submit.question_notice(
            self._situation(model), send=self.on_confirmed, change_limit=self.on_limit_wanted
        )
        if ask is not None and not self._answered(sent, ask, confirmed=confirmed):
            return
        try:
            settings = self._core.settings.value
            run = submit.run_of(sent, model, settings.sentences, settings.guide_sentences)
        except StudioError as error:
            self.show_error(error)
            return
        self.question.clear_question()
        self.bar.dismiss("ask")
        self.bar.dismiss("error")
        self._recall.leave_history()
        if (told := submit.warning(draft, model)) and told.text not in self._warned:
            self._warned.add(told.text)
            self._show_notice(told)
        self._sent_prompts = {draft.prompt}
        self.markup.make_crops()
        self.generate.emit(run)

    def _answered(self, sent: Draft, ask: Notice, *, confirmed: bool) -> bool:
        """Whether the question was answered; if it is new or was never shown, show it.

        `confirmed` means that the question's own button was pressed, which removed it from the bar.
        """
        stands = self.question.stands(sent, ask) and (confirmed or self.bar.notice == ask)
        if not stands:
            self.question.set_question(sent, ask)
            self._show_notice(ask)
            return False
        return confirmed or self.question.confirms()

    def _situation(self, model: Model) -> QuoteContext:
        now = submit.situation(self.draft(), self.suggestion(model).sent, model, self._core)
        markup = self.markup
        return replace(now, lacks_region=markup.lacks_region, lacks_format=markup.lacks_format)

    def on_spent(self) -> None:
        """Update for the new amount spent, which may reach the monthly budget."""
        self._show_quote()

    def on_queue_moved(self) -> None:
        """Update the price, and the choices after a service refused or accepted one of them."""
        if self.model() != self._shown_model:
            self._show()
        else:
            self._show_quote()

    # --- display --------------------------------------------------------------------------

    def model(self) -> Model:
        """The model of the draft."""
        return self._core.catalogue.find(self.draft().profile, self.draft().model)

    def sent_now(self) -> tuple[Draft, Model]:
        """The draft as Generate would send it, and its model."""
        model = self.model()
        return self.suggestion(model).sent, model

    def suggestion(self, model: Model) -> DraftSuggestion:
        """The draft fitted to this model."""
        return suggest_draft(self.draft(), model, input_ratio=self._ratio())

    def _ratio(self) -> float | None:
        """Width to height of the picture Match follows, measured on its thumbnail."""
        references = self.draft().references
        pixmap = self.card.slots.thumbnail(references[0].sha256) if references else None
        return pixmap.width() / pixmap.height() if pixmap and pixmap.height() else None

    def _keyless(self, profile: str) -> bool:
        return profile != OFFLINE and self._core.keys.status(profile).source == "none"

    def _show(self) -> None:
        """Update all widgets from the draft."""
        draft, model = self.draft(), self.model()
        self._shown_model = model
        made = self.suggestion(model)
        if self.question.sent not in (None, made.sent):
            self.question.clear_question()
            self.bar.dismiss("ask")
        editor = self.card.editor
        editor.setPlaceholderText(submit.placeholder(draft))
        editor.replace_text(draft.prompt)
        trashed, otherwise = self._watching.trashed, self.thumbnails.notes
        sentences = self._core.settings.value.sentences
        notes = drafting.notes_of(draft, model, trashed, otherwise, sentences)
        self.card.slots.show_references(draft.references, notes)
        self._show_models(model)
        kept = self._core.settings.value.system
        self.card.choices.show_draft(draft, made, model, kept=kept)
        self.card.order_tabs()
        self._show_words()
        self.thumbnails.fetch_missing(draft.references[:MOST_SLOTS])
        self._watching.show_pictures([r.picture for r in draft.references if r.picture])

    def _show_words(self) -> None:
        """Update only the parts that depend on the prompt; runs at every keystroke."""
        draft, model = self.draft(), self.model()
        if self.question.sent is not None and self.question.sent.prompt != draft.prompt:
            self.question.clear_question()
            self.bar.dismiss("ask")
        self.card.show_count(len(draft.prompt), model.prompt_limit)
        sources = self.suggestion(model).sent.versions
        self.card.choices.show_variants(prompt_variants.count(draft.prompt), sources)
        self._show_quote()
        self.sent.refresh()

    def _show_models(self, model: Model) -> None:
        catalogue, draft = self._core.catalogue, self.draft()
        settings, chosen = self._core.settings.value, (draft.profile, model)
        profiles, faults = settings.all_profiles, settings.fault_models
        entries = offered(profiles, catalogue.models, self._keyless, chosen, faults=faults)
        self.card.choices.show_models(entries, (draft.profile, draft.model))

    def _show_quote(self) -> None:
        draft, model = self.draft(), self.model()
        said = quote(self._situation(model))
        self.card.generate.show_quote(said, prompts=submit.list_of(draft.prompt))
        self.line.generate.show_quote(said)
        first = draft.references[0].sha256 if draft.references else ""
        pixmap = self.card.slots.thumbnail(first)
        hint = self.card.editor.placeholderText()
        self.line.show_draft(self.suggestion(model).sent, model, hint, pixmap)

    # --- slots: prompt ----------------------------------------------------------------------

    def on_typed(self) -> None:
        self._recall.leave_history()
        if self._steps.type(replace(self.draft(), prompt=self.card.editor.text())):
            self._show_words()
            self.changed.emit(self.draft())

    def on_escaped(self) -> None:
        """Remove a plain source if the prompt is empty, else return the focus to the view."""
        draft = self.draft()
        if not draft.prompt and draft.markup.empty and drafting.source_of(draft) is not None:
            self.change_draft(drafting.without_source(draft, aspect=self.own_aspect))
            return
        self.close_full()
        self.left.emit()

    def on_history_step(self, way: int) -> None:
        """Step through the prompt history (Alt+Up, Alt+Down)."""
        self._recall.step(way, self.draft().prompt)

    def on_walked(self, prompt: str) -> None:
        """Show another prompt of the history."""
        self.change_draft(replace(self.draft(), prompt=prompt))
        self.card.editor.caret_to_end()

    def on_history_wanted(self) -> None:
        self._recall.open_list(self.card.history)

    # --- slots: pictures --------------------------------------------------------------------

    def on_idle(self) -> None:
        """Submit if Generate was pressed while pictures were being copied."""
        if self._press_waits:
            self._press_waits = False
            self.generate_now()

    def on_thumbnail(self, sha256: str, pixmap: QPixmap) -> None:
        """Show a thumbnail; it may give Match its ratio, or change how the input is sent."""
        self.card.slots.show_thumbnail(sha256, pixmap)
        references = self.draft().references
        if self.thumbnails.notes.get(sha256) or (references and references[0].sha256 == sha256):
            self._show()
        else:
            self.sent.refresh()

    def on_limited(self, taken: int, given: int, full: bool) -> None:  # noqa: FBT001 - a signal's
        """Report that some pictures were left out: no room, or too many unreadable ones."""
        self._show_notice(submit.limited(taken, given, self._most() if full else 0))

    # --- slots: choices ---------------------------------------------------------------------

    def on_model_chosen(self, value: tuple[str, str]) -> None:
        """Choose a model, or ask for its key first."""
        profile, model = value
        if self._keyless(profile):
            self._wanted = value
            self._show()
            self.wants_key.emit(profile)
            return
        self._wanted = None
        self._painter_meant = profile == OFFLINE
        self.change_draft(replace(self.draft(), profile=profile, model=model))
        self._tell_of_model()

    def _tell_of_model(self) -> None:
        """Say once which choices the model does not support."""
        model = self.model()
        text = differences(self.draft(), model, self.suggestion(model))
        self.bar.dismiss("model")
        self.bar.dismiss("retired")
        if text:
            self._show_notice(Notice(key="model", text=text, icon="model"))
            self._model_notice.start()

    def on_model_notice_over(self) -> None:
        self.bar.dismiss("model")

    def on_aspect_chosen(self, aspect: str) -> None:
        self.change_draft(replace(self.draft(), aspect=aspect), run="aspect")

    def on_size_chosen(self, size: str) -> None:
        self.change_draft(replace(self.draft(), size=size), run="size")

    def on_count_chosen(self, count: int) -> None:
        self.change_draft(replace(self.draft(), count=count), run="count")

    def on_seed_chosen(self, seed: int | None) -> None:
        """Set the seed; None is automatic."""
        self.change_draft(replace(self.draft(), seed=seed), run="seed")

    def on_advanced_chosen(self, advanced: Advanced, what: str) -> None:
        """Apply an advanced choice; changes of the same `what` share an undo step."""
        self.change_draft(replace(self.draft(), advanced=advanced), run=what)

    def on_system_kept(self, system: str) -> None:
        """Save the instruction for all pictures."""
        self._core.settings.change(system=system)
        self._show()

    def on_confirmed(self) -> None:
        """Submit after the confirmation."""
        self._send(confirmed=True)

    def on_limit_wanted(self) -> None:
        """Open the budget instead of answering the question."""
        self.question.clear_question()
        self.wants_budget.emit()

    def use_sketch(self) -> None:
        """Use the offline painter in place of the service."""
        self._painter_meant = True
        self._begin_with(OFFLINE)

    # --- slots: core events -----------------------------------------------------------------

    def on_key_changed(self, profile: str) -> None:
        """Choose the model or profile that waited for this key."""
        if not self._keyless(profile) and self._wanted is not None and self._wanted[0] == profile:
            self.on_model_chosen(self._wanted)
        elif not self._keyless(profile) and self._lacking == profile:
            self._lacking = ""
            if self.draft().profile == OFFLINE and not self._painter_meant:
                self._begin_with(profile)
        self._show()

    def on_settings_changed(self, names: frozenset[str]) -> None:
        """Update for changed settings that concern the composer."""
        settings = self._core.settings.value
        profile = settings.profile
        # The first key makes its profile the default: leave the offline painter for it.
        first = "profile" in names and self.draft().profile == OFFLINE
        gone = all(one.name != self.draft().profile for one in settings.all_profiles)
        if "profile" in names:
            # A new key is stored a moment after its profile becomes the default.
            self._lacking = profile if self._keyless(profile) else ""
        if gone or (first and not self._lacking):
            self._begin_with(profile)
        else:
            self._show()

    def _begin_with(self, profile: str) -> None:
        model = self._core.catalogue.default(profile)
        self.change_draft(replace(self.draft(), profile=profile, model=model))
