"""Changes of a draft, each a new value, and the steps back and forth between them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from studio.common.i18n import _, ngettext
from studio.config.settings import OFFLINE
from studio.domain import runs
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Reference, Role
from studio.domain.models import Model
from studio.ui.panels.composer.slot import SlotNote
from studio.ui.panels.composer.suggestion import fitting, in_order


def source_of(draft: Draft) -> Reference | None:
    """The picture being edited, or the first of several."""
    return next(iter(draft.sources), None)


def with_sources(draft: Draft, sources: Sequence[Reference]) -> Draft:
    """Edit these, each by itself: they come first, in the place of others; Match is chosen."""
    others = tuple(r for r in draft.references if r.role is not Role.EDIT)
    edited = {one.sha256: replace(one, role=Role.EDIT) for one in sources}
    return replace(draft, references=(*edited.values(), *others), aspect=MATCH)


def with_references(draft: Draft, added: Sequence[Reference]) -> Draft:
    """Add references at the end; one with the same bytes and role is not added twice."""
    known = {(one.sha256, one.role): one for one in (*added, *draft.references)}
    there = {(one.sha256, one.role) for one in draft.references}
    new = [one for key, one in known.items() if key not in there]
    return replace(draft, references=in_order((*draft.references, *new)))


def without(draft: Draft, place: int, *, aspect: str) -> Draft:
    """Take a reference away; with the last one Match goes too, back to `aspect`."""
    references = draft.references[:place] + draft.references[place + 1 :]
    return _settled(replace(draft, references=references), aspect)


def without_source(draft: Draft, *, aspect: str) -> Draft:
    """Make something new instead of editing."""
    references = tuple(r for r in draft.references if r.role is not Role.EDIT)
    return _settled(replace(draft, references=references), aspect)


def moved(draft: Draft, place: int, to: int) -> Draft:
    """Move a reference to another place; sources stay first."""
    references = list(draft.references)
    references.insert(to, references.pop(place))
    return replace(draft, references=in_order(references))


def with_role(draft: Draft, place: int, role: Role) -> Draft:
    """Give a reference another role."""
    references = list(draft.references)
    references[place] = replace(references[place], role=role)
    return replace(draft, references=tuple(references))


def replaced(draft: Draft, place: int, reference: Reference) -> Draft:
    """Put another picture in a slot; the slot keeps its role."""
    references = list(draft.references)
    if place >= len(references):
        return with_references(draft, [reference])
    references[place] = replace(reference, role=references[place].role)
    return replace(draft, references=tuple(references))


def cleared(draft: Draft, *, aspect: str, system: str = "") -> Draft:
    """Nothing written but the instruction that is kept (`system`), no pictures; choices stay."""
    advanced = replace(draft.advanced, system=system)
    empty = replace(draft, prompt="", references=(), seed=None, advanced=advanced)
    return _settled(empty, aspect)


def notes_of(
    draft: Draft,
    model: Model,
    trashed: Collection[str],
    otherwise: Mapping[str, str] = MappingProxyType({}),
) -> list[SlotNote]:
    """What each slot says.

    `trashed` are pictures known to lie in the trash; `otherwise` tells by sha256 how an input is
    sent other than it is.
    """
    sent = len(fitting(draft, model.references))
    return [
        replace(_note(reference, draft, model, trashed), beside=otherwise.get(reference.sha256, ""))
        if place < sent
        else SlotNote(_("not sent: limit {n}").format(n=model.references), sent=False)
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
    ).format(n=talk.turns)
    return SlotNote(words, tip=tip, talk=talk.turns)


def _settled(draft: Draft, aspect: str) -> Draft:
    if draft.references or draft.aspect != MATCH:
        return draft
    return replace(draft, aspect=aspect)


STEPS_KEPT = 200
TYPING = "typing"


class UndoStack:
    """Undo and redo over the composer's whole state: one frozen draft is one step.

    Typing runs together into one step until a pause, a new word after a space, or any other change
    closes it (`seal`).
    """

    def __init__(self, draft: Draft) -> None:
        self._drafts = [draft]
        self._at = 0
        self._open = ""

    @property
    def draft(self) -> Draft:
        """The draft as it stands."""
        return self._drafts[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self._at < len(self._drafts) - 1

    def push_draft(self, draft: Draft, *, run: str = "") -> bool:
        """A change. False when nothing changed.

        Changes of one named run (a stepper that is turned) make one step together.
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
        """A change of the prompt by typing. False when nothing changed."""
        if self._open == TYPING and _new_word(self.draft.prompt, draft.prompt):
            self.seal()
        return self.push_draft(draft, run=TYPING)

    def seal(self) -> None:
        """The next typing begins a step of its own."""
        self._open = ""

    def undo(self) -> Draft | None:
        """The draft one step back, None at the first."""
        self._open = ""
        if not self.can_undo:
            return None
        self._at -= 1
        return self.draft

    def redo(self) -> Draft | None:
        """The draft one step forward, None at the last."""
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
    """Whether the typing that led from one text to the other begins a word after a space."""
    grown = len(after) - len(before)
    if grown < 1 or not after.startswith(before):
        return False
    return before[-1:].isspace() and not after[len(before) :][0].isspace()
