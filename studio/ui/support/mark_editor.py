"""Marks of one picture while they are edited: the selected one, undo and redo.

The composer's draft has the marks. The editor shows them to canvas and list, and turns what the
user does into new values for the draft (`edited`).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from studio.domain.markup import MOST_MARKS, Mark, Markup

FOLLOWED = 12
"""Number of marks that models follow well."""

_STEPS_KEPT = 200


class MarkHistory:
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
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._at < len(self._steps) - 1

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
        self._at += self.can_redo

    def adopt(self, markup: Markup) -> None:
        """Follow a change made elsewhere.

        Undo and redo elsewhere lead to a neighbouring step; anything else starts a new history.
        """
        self._run = ""
        for at in (self._at, self._at - 1, self._at + 1):
            if 0 <= at < len(self._steps) and self._steps[at] == markup:
                self._at = at
                return
        self._steps, self._at = [markup], 0


class MarkEditor(QObject):
    """Marks of one picture, with the selected one.

    Signals:
        changed: the marks or what is sent with them were replaced.
        selection_changed: another mark is selected, or none.
        edited: the user changed the markup (a Markup, and the name of a run that shares an undo
            step).
    """

    changed = Signal()
    selection_changed = Signal()
    edited = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = MarkHistory(Markup())
        self._selected: int | None = None
        self.sent: frozenset[Mark] = frozenset()

    @property
    def markup(self) -> Markup:
        """The current value."""
        return self._history.markup

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks, the first of which has the number 1."""
        return self.markup.marks

    @property
    def selected(self) -> int | None:
        """Index of the selected mark; None for none."""
        return self._selected

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._history.can_redo

    # --- from outside -----------------------------------------------------------------------

    def open_markup(self, markup: Markup) -> None:
        """Show the marks of another picture, without a step to undo."""
        self._history = MarkHistory(markup)
        self._selected = None
        self.changed.emit()
        self.selection_changed.emit()

    def follow_markup(self, markup: Markup) -> None:
        """Follow a change of the draft made elsewhere."""
        if markup == self.markup:
            return
        self._history.adopt(markup)
        self._settle(None)

    def set_sent(self, sent: frozenset[Mark]) -> None:
        """Set the marks of requests in progress, drawn faintly."""
        if sent != self.sent:
            self.sent = sent
            self.changed.emit()

    # --- selection --------------------------------------------------------------------------

    def select(self, index: int | None) -> None:
        """Select a mark; None for none."""
        if index is not None and not 0 <= index < len(self.marks):
            index = None
        if index != self._selected:
            self._selected = index
            self._history.seal()
            self.selection_changed.emit()

    def select_next(self, way: int) -> bool:
        """Select the next (1) or previous (-1) mark. False past the last one: none is selected."""
        if self._selected is None:
            index = 0 if way > 0 else len(self.marks) - 1
        else:
            index = self._selected + way
        self.select(index)
        return self._selected is not None

    # --- changes by the user ----------------------------------------------------------------

    def add(self, mark: Mark) -> bool:
        """Append a mark and select it. False if there are too many."""
        if len(self.marks) >= MOST_MARKS:
            return False
        self._edit((*self.marks, mark), select=len(self.marks))
        return True

    def change(self, index: int, mark: Mark, *, run: str = "") -> None:
        """Replace a mark."""
        marks = list(self.marks)
        marks[index] = mark
        self._edit(tuple(marks), select=self._selected, run=run)

    def write(self, index: int, sentence: str) -> None:
        """Change the sentence of a mark; the letters typed in a row are one step."""
        mark = replace(self.marks[index], sentence=sentence)
        self.change(index, mark, run=f"sentence {index}")

    def finish_writing(self) -> None:
        """Close the step of a sentence."""
        self._history.seal()

    def set_hidden(self, index: int, *, hidden: bool) -> None:
        """Hide a mark, which is not sent then, or show it again."""
        self.change(index, replace(self.marks[index], hidden=hidden))

    def remove(self, index: int) -> None:
        """Take a mark away, sentence included; later ones move up."""
        marks = self.marks[:index] + self.marks[index + 1 :]
        selected = self._selected
        if selected is not None:
            selected = None if selected == index else selected - (selected > index)
        self._edit(marks, select=selected)

    def move(self, index: int, to: int) -> None:
        """Give a mark another number."""
        marks = list(self.marks)
        marks.insert(to, marks.pop(index))
        self._edit(tuple(marks), select=to)

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._edit((), select=None)

    def set_send_clean(self, *, send: bool) -> None:
        """Set whether the picture without marks is sent too."""
        self._push(replace(self.markup, send_clean=send), self._selected, "")

    def undo(self) -> None:
        """Take the last change back; does nothing without one."""
        before = self.markup
        self._history.undo()
        self._stepped(before)

    def redo(self) -> None:
        """Make the change taken back last again."""
        before = self.markup
        self._history.redo()
        self._stepped(before)

    def _stepped(self, before: Markup) -> None:
        if self.markup != before:
            self._settle(_changed_place(before.marks, self.marks))
            self.edited.emit(self.markup, "")

    def _edit(self, marks: tuple[Mark, ...], *, select: int | None, run: str = "") -> None:
        self._push(replace(self.markup, marks=marks), select, run)

    def _push(self, markup: Markup, select: int | None, run: str) -> None:
        if self._history.push(markup, run=run):
            self._settle(select)
            self.edited.emit(self.markup, run)

    def _settle(self, select: int | None) -> None:
        """Announce new marks; `select` is the selected one among them."""
        if select is not None and not 0 <= select < len(self.marks):
            select = None
        before, self._selected = self._selected, select
        self.changed.emit()
        if before != select:
            self.selection_changed.emit()


def _changed_place(before: tuple[Mark, ...], after: tuple[Mark, ...]) -> int | None:
    """Index of the mark that a step added or changed; None if it only took marks away."""
    for index, mark in enumerate(after):
        if index >= len(before) or before[index] != mark:
            return index if len(after) >= len(before) else None
    return None
