"""Markup of one picture during editing, with undo and redo.

The composer's draft has the markup. An editor shows it to canvas and inspector, and turns the
user's changes into new values for the draft (`edited`).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from studio.domain.markup import Markup

_STEPS_KEPT = 200


class MarkupHistory:
    """Undo and redo of a markup: one frozen value per step.

    Changes of one named run (the letters of a sentence) share a step.
    """

    def __init__(self, markup: Markup) -> None:
        self._steps = [markup]
        self._at = 0
        self._run = ""

    @property
    def markup(self) -> Markup:
        """The current value."""
        return self._steps[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._at > 0

    @property
    def undone(self) -> int:
        """Number of steps to redo."""
        return len(self._steps) - 1 - self._at

    def push(self, markup: Markup, *, run: str = "") -> bool:
        """Add a value as a step. False if nothing changed."""
        if markup == self.markup:
            return False
        del self._steps[self._at + 1 :]
        if run and run == self._run:
            self._steps[self._at] = markup
        else:
            self._steps.append(markup)
            del self._steps[: max(0, len(self._steps) - _STEPS_KEPT)]
            self._at = len(self._steps) - 1
        self._run = run
        return True

    def seal(self) -> None:
        """Close the step: the next change starts another one."""
        self._run = ""

    def undo(self) -> None:
        """Go one step back; does nothing at the first one."""
        self._run = ""
        self._at -= self.can_undo

    def redo(self) -> None:
        """Go one step forward; does nothing at the last one."""
        self._run = ""
        self._at += self.undone > 0

    def adopt(self, markup: Markup, merge: Callable[[Markup, Markup], Markup]) -> None:
        """Follow a change made elsewhere.

        `merge(step, markup)` is `markup` with this history's part taken from `step`; changes of
        other parts are not steps. Undo and redo elsewhere lead to a neighbouring step; anything
        else starts a new history.
        """
        self._run = ""
        self._steps = [merge(step, markup) for step in self._steps]
        for at in (self._at, self._at - 1, self._at + 1):
            if 0 <= at < len(self._steps) and self._steps[at] == markup:
                self._at = at
                return
        self._steps, self._at = [markup], 0


class MarkupEditor(QObject):
    """One part of a picture's markup (marks, region or frames), with its undo steps.

    The steps are kept while another part of the same picture is edited.

    Signals:
        changed: the markup was replaced.
        edited: the user changed it (a Markup, and the name of a run that shares an undo step).
    """

    changed = Signal()
    edited = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = MarkupHistory(Markup())
        self._picture = ""

    @property
    def markup(self) -> Markup:
        """The current value."""
        return self._history.markup

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._history.can_undo

    @property
    def undone(self) -> int:
        """Number of steps to redo."""
        return self._history.undone

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self.undone > 0

    def open_markup(self, markup: Markup, picture: str = "") -> None:
        """Show the markup of a picture (its id).

        The undo steps are kept only for the picture shown last.
        """
        if picture and picture == self._picture:
            self._history.adopt(markup, self.merge)
        else:
            self._history = MarkupHistory(markup)
        self._picture = picture
        self.on_opened()

    def on_opened(self) -> None:
        """Announce the markup of a picture."""
        self.changed.emit()

    def follow_markup(self, markup: Markup) -> None:
        """Follow a change of the draft made elsewhere."""
        before = self.markup
        if markup != before:
            self._history.adopt(markup, self.merge)
            self.show_step(before, own=False)

    def merge(self, step: Markup, markup: Markup) -> Markup:  # noqa: ARG002 - for subclasses
        """Replace the part of `markup` that is edited here by that of `step`."""
        return step

    def seal(self) -> None:
        """Close the step: the next change starts another one."""
        self._history.seal()

    def undo(self) -> None:
        """Undo the last change; does nothing without one."""
        self._step(self._history.undo)

    def redo(self) -> None:
        """Redo the change undone last; does nothing without one."""
        self._step(self._history.redo)

    def _step(self, move: Callable[[], None]) -> None:
        before = self.markup
        move()
        if self.markup != before:
            self.show_step(before, own=True)
            self.edited.emit(self.markup, "")

    def show_step(self, before: Markup, *, own: bool) -> None:  # noqa: ARG002 - for subclasses
        """Announce the value of a step; `own` is False for a change made elsewhere."""
        self.changed.emit()
