"""Changes of a draft, each a new value, and the undo stack."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from studio.common.i18n import _, ngettext, number
from studio.config.settings import OFFLINE
from studio.domain import runs
from studio.domain import sentences as role_sentences
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Reference, Role
from studio.domain.markup import Markup
from studio.domain.models import Model
from studio.ui.panels.composer.slot import SlotNote
from studio.ui.panels.composer.suggestion import fitting, in_order, limit_of


def source_of(draft: Draft) -> Reference | None:
    """The picture being edited, or the first of several; None without a source."""
    return next(iter(draft.sources), None)


def with_sources(draft: Draft, sources: Sequence[Reference]) -> Draft:
    """Edit these pictures separately: they replace the sources, come first, and select Match."""
    others = tuple(r for r in draft.references if r.role is not Role.EDIT)
    edited = {one.sha256: replace(one, role=Role.EDIT) for one in sources}
    return _with(replace(draft, aspect=MATCH), (*edited.values(), *others))


def with_references(draft: Draft, added: Sequence[Reference]) -> Draft:
    """Append references; duplicates by bytes and role are skipped."""
    known = {(one.sha256, one.role): one for one in (*added, *draft.references)}
    there = {(one.sha256, one.role) for one in draft.references}
    new = [one for key, one in known.items() if key not in there]
    return _with(draft, in_order((*draft.references, *new)))


def without(draft: Draft, place: int, *, aspect: str) -> Draft:
    """Remove a reference, with the marks on it; with the last one Match is replaced by `aspect`."""
    references = draft.references[:place] + draft.references[place + 1 :]
    return _settled(_with(draft, references), aspect)


def without_source(draft: Draft, *, aspect: str) -> Draft:
    """Remove the sources, with the marks on them."""
    references = tuple(r for r in draft.references if r.role is not Role.EDIT)
    return _settled(_with(draft, references), aspect)


def moved(draft: Draft, place: int, to: int) -> Draft:
    """Move a reference; sources stay first."""
    references = list(draft.references)
    references.insert(to, references.pop(place))
    return _with(draft, in_order(references))


def with_role(draft: Draft, place: int, role: Role) -> Draft:
    """Change the role of a reference; its custom sentence, written for the old role, is dropped."""
    references = list(draft.references)
    references[place] = replace(references[place], role=role, sentence=None)
    return _with(draft, references)


def with_sentence(draft: Draft, place: int, sentence: str | None) -> Draft:
    """Change the sentence of a reference; None for that of its role."""
    references = list(draft.references)
    references[place] = replace(references[place], sentence=sentence)
    return _with(draft, references)


def replaced(draft: Draft, place: int, reference: Reference) -> Draft:
    """Replace the picture of a slot; the slot keeps its role and sentence."""
    references = list(draft.references)
    if place >= len(references):
        return with_references(draft, [reference])
    former = references[place]
    references[place] = replace(reference, role=former.role, sentence=former.sentence)
    return _with(draft, references)


def cleared(draft: Draft, *, aspect: str, system: str = "") -> Draft:
    """Remove prompt and pictures; the kept instruction (`system`) and the other choices stay."""
    advanced = replace(draft.advanced, system=system)
    empty = replace(draft, prompt="", seed=None, advanced=advanced)
    return _settled(_with(empty, ()), aspect)


def notes_of(
    draft: Draft,
    model: Model,
    trashed: Collection[str],
    otherwise: Mapping[str, str] = MappingProxyType({}),
    sentences: Mapping[Role, str] = role_sentences.DEFAULTS,
) -> list[SlotNote]:
    """Notes of the slots, in order.

    `trashed` are ids of pictures known to be in the trash; `otherwise` maps the sha256 of an input
    to a note on its conversion for sending; `sentences` are the sentences of the roles.
    """
    takes = limit_of(draft, model)
    sent = len(fitting(draft, takes))
    first = len(draft.sources)
    return [
        replace(
            _note(reference, draft, model, trashed),
            beside=otherwise.get(reference.sha256, ""),
            number=max(0, place - first + 1),
            marks=draft.marks_sent if reference.role is Role.EDIT and first == 1 else 0,
            frames=len(draft.markup.frames) if reference.role is Role.EDIT and first == 1 else 0,
            region=reference.role is Role.EDIT and first == 1 and draft.markup.region is not None,
            sentence=role_sentences.of_reference(reference, sentences),
        )
        if place < sent
        else SlotNote(_("not sent: limit {n}").format(n=number(takes)), sent=False)
        for place, reference in enumerate(draft.references)
    ]


def _note(reference: Reference, draft: Draft, model: Model, trashed: Collection[str]) -> SlotNote:
    words = _("in the trash, still usable") if reference.picture in trashed else ""
    talk = reference.talk
    if reference.role is not Role.EDIT or talk is None or talk.profile == OFFLINE:
        return SlotNote(words)
    alone = replace(draft, references=(reference,), continues=True)
    if runs.goes_on_with(alone, model) is None:
        tip = _("The conversation was with {model}. Only the picture is sent.")
        return SlotNote(words, tip=tip.format(model=talk.model))
    if not draft.continues:
        tip = _("Only the picture is sent, without the conversation.")
        return SlotNote(words, tip=tip, talk=0)
    tip = ngettext(
        "Continues the conversation: {n} turn so far.",
        "Continues the conversation: {n} turns so far.",
        talk.turns,
    ).format(n=number(talk.turns))
    return SlotNote(words, tip=tip, talk=talk.turns)


def _with(draft: Draft, references: Sequence[Reference]) -> Draft:
    """Replace the references; the markup is dropped if the sources change."""
    made = replace(draft, references=tuple(references))
    before, after = ([one.sha256 for one in each.sources] for each in (draft, made))
    return made if before == after else replace(made, markup=Markup())


def _settled(draft: Draft, aspect: str) -> Draft:
    if draft.references or draft.aspect != MATCH:
        return draft
    return replace(draft, aspect=aspect)


STEPS_KEPT = 200
TYPING = "typing"


class UndoStack:
    """Undo and redo of the composer's whole state: one frozen draft per step.

    Typing is merged into one step until a pause, a new word after a space, or any other change
    closes it (`seal`).
    """

    def __init__(self, draft: Draft) -> None:
        self._drafts = [draft]
        self._at = 0
        self._open = ""

    @property
    def draft(self) -> Draft:
        return self._drafts[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._at < len(self._drafts) - 1

    def push_draft(self, draft: Draft, *, run: str = "") -> bool:
        """Add a change as a step. False if nothing changed.

        Changes of one named run (e.g. turns of a stepper) share a step.
        """
        if draft == self.draft:
            return False
        if run and run == self._open:
            del self._drafts[self._at + 1 :]
            self._drafts[self._at] = draft
            return True
        self._push(draft)
        self._open = run
        return True

    def type(self, draft: Draft) -> bool:
        """Add a change of the prompt by typing. False if nothing changed."""
        if self._open == TYPING and _new_word(self.draft.prompt, draft.prompt):
            self.seal()
        return self.push_draft(draft, run=TYPING)

    def seal(self) -> None:
        """Close the step: the next typing starts a new one."""
        self._open = ""

    def undo(self) -> Draft | None:
        """Go one step back; returns its draft, None at the first."""
        self._open = ""
        if not self.can_undo:
            return None
        self._at -= 1
        return self.draft

    def redo(self) -> Draft | None:
        """Go one step forward; returns its draft, None at the last."""
        self._open = ""
        if not self.can_redo:
            return None
        self._at += 1
        return self.draft

    def _push(self, draft: Draft) -> None:
        del self._drafts[self._at + 1 :]
        self._drafts.append(draft)
        del self._drafts[: max(0, len(self._drafts) - STEPS_KEPT)]
        self._at = len(self._drafts) - 1


def _new_word(before: str, after: str) -> bool:
    """Whether the typing between two texts starts a new word after a space."""
    grown = len(after) - len(before)
    if grown < 1 or not after.startswith(before):
        return False
    return before[-1:].isspace() and not after[len(before) :][0].isspace()
