"""Marks on the source of the draft: a marked picture becomes the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from studio.common.i18n import _
from studio.domain.drafts import Draft
from studio.domain.entities import Picture, Reference, Role
from studio.domain.markup import Markup
from studio.ui.panels.composer import draft as drafting
from studio.ui.panels.composer.input_import import InputImport


class MarkedDraftHolder(Protocol):
    """Owner of the draft."""

    def draft(self) -> Draft: ...
    def change_draft(self, draft: Draft, *, run: str = "") -> None: ...


class SourceMarkup(QObject):
    """Reads and writes the marks of one picture in the draft.

    Signals:
        wanted(object): the slot of a marked source was clicked (id of its picture).
        replaced(object): a source with marks made room for another (a sentence).
        lost: a picture could not become the source; its marks are not kept.
    """

    wanted = Signal(object)
    replaced = Signal(object)
    lost = Signal()

    def __init__(self, holder: MarkedDraftHolder, reception: InputImport, parent: QObject) -> None:
        super().__init__(parent)
        self._holder = holder
        self._reception = reception
        # Marks of a picture that is still being copied into the inputs, by its id.
        self._pending: tuple[str, Markup] | None = None

    def markup_of(self, picture: str) -> Markup:
        """What is drawn on a picture (its id); nothing unless it is the only source."""
        if self._pending is not None and self._pending[0] == picture:
            return self._pending[1]
        draft = self._holder.draft()
        return draft.markup if _is_source(draft, picture) else Markup()

    def draw(self, picture: Picture, markup: Markup, run: str = "") -> None:
        """Set what is drawn on a picture, which becomes the source.

        Changes of one `run` share an undo step.
        """
        draft = self._holder.draft()
        if _is_source(draft, picture.id):
            self._holder.change_draft(replace(draft, markup=markup), run=run)
            return
        copying = self._pending is not None and self._pending[0] == picture.id
        if copying or not markup.empty:
            self._pending = picture.id, markup
        if not copying and not markup.empty:
            self._reception.pictures([picture], Role.EDIT)

    def take_source(self, sources: Sequence[Reference]) -> bool:
        """Whether these sources are the marked picture that was copied; the draft is changed."""
        pending = self._pending
        if pending is None or [one.picture for one in sources] != [pending[0]]:
            return False
        self._pending = None
        before = self._holder.draft()
        after = drafting.with_sources(before, sources)
        self._holder.change_draft(replace(after, markup=pending[1]))
        if before.markup.marks:
            # Translators: {name} is a picture, whose marks were replaced by those of another.
            words = _("The marks on {name} were replaced")
            self.replaced.emit(words.format(name=before.sources[0].name))
        return True

    def on_refused(self) -> None:
        """Give up a picture that could not be copied."""
        if self._pending is not None:
            self._pending = None
            self.lost.emit()

    def show_source(self, reference: Reference) -> bool:
        """Whether a clicked reference has marks; they are to be shown then."""
        marked = reference.role is Role.EDIT and bool(self._holder.draft().markup.marks)
        if marked and reference.picture is not None:
            self.wanted.emit(reference.picture)
        return marked and reference.picture is not None


def _is_source(draft: Draft, picture: str) -> bool:
    return [one.picture for one in draft.sources] == [picture]
