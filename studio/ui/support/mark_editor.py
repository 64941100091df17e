"""Marks of one picture during editing, with the selected one."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from studio.domain.markup import MOST_MARKS, Mark, Markup
from studio.ui.support.markup_editor import MarkupEditor

FOLLOWED = 12
"""Number of marks that models follow well."""


class MarkEditor(MarkupEditor):
    """Marks of one picture, with the selected one.

    Signals:
        selection_changed: another mark is selected, or none.
    """

    selection_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selected: int | None = None
        self.sent: frozenset[Mark] = frozenset()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks in order; the first is number 1."""
        return self.markup.marks

    @property
    def selected(self) -> int | None:
        """Index of the selected mark; None for none."""
        return self._selected

    # --- from outside -----------------------------------------------------------------------

    def on_opened(self) -> None:
        """Announce the marks of a picture; none is selected."""
        self._selected = None
        super().on_opened()
        self.selection_changed.emit()

    def show_step(self, before: Markup, *, own: bool) -> None:
        """Select the mark that the user's step added or changed."""
        self._settle(_changed_place(before.marks, self.marks) if own else None)

    def merge(self, step: Markup, markup: Markup) -> Markup:
        """Replace the marks of `markup` by those of `step`."""
        return replace(markup, marks=step.marks, send_clean=step.send_clean)

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
            self.seal()
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
        """Change the sentence of a mark; consecutive letters share one step."""
        mark = replace(self.marks[index], sentence=sentence)
        self.change(index, mark, run=f"sentence {index}")

    def set_hidden(self, index: int, *, hidden: bool) -> None:
        """Hide a mark, which is not sent then, or show it again."""
        self.change(index, replace(self.marks[index], hidden=hidden))

    def remove(self, index: int) -> None:
        """Remove a mark with its sentence; later ones move up."""
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
        """Remove all marks."""
        self._edit((), select=None)

    def set_send_clean(self, *, send: bool) -> None:
        """Set whether the picture without marks is sent too."""
        self._push(replace(self.markup, send_clean=send), self._selected, "")

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
    """Index of the mark that a step added or changed; None if it only removed marks."""
    for index, mark in enumerate(after):
        if index >= len(before) or before[index] != mark:
            return index if len(after) >= len(before) else None
    return None
