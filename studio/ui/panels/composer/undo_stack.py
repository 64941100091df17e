"""Undo and redo over the composer's whole state: one frozen draft is one step."""

from __future__ import annotations

from studio.domain.drafts import Draft

KEPT = 200
TYPING = "typing"


class UndoStack:
    """Where the composer's draft has been, and where it is.

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
        del self._drafts[: max(0, len(self._drafts) - KEPT)]
        self._at = len(self._drafts) - 1


def _new_word(before: str, after: str) -> bool:
    """Whether the typing that led from one text to the other begins a word after a space."""
    grown = len(after) - len(before)
    if grown < 1 or not after.startswith(before):
        return False
    return before[-1:].isspace() and not after[len(before) :][0].isspace()
