"""The pictures of the draft: what arrives, and what the user does with their slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject

from studio.common.i18n import _
from studio.domain.drafts import MOST_AT_ONCE, MOST_EDITED
from studio.domain.entities import Picture, Reference, Role
from studio.ui.panels.composer import draft as drafting
from studio.ui.panels.composer import submit
from studio.ui.panels.composer.file_picker import Picking
from studio.ui.panels.composer.input_import import Reception
from studio.ui.support import drag_and_drop
from studio.ui.support.drop_area import Drag

if TYPE_CHECKING:
    from studio.ui.panels.composer.composer import Composer


class Referencing(QObject):
    """Turns what happens to the slots into new drafts of the composer.

    Attributes:
        reception: copies what is given into the library's inputs.
    """

    def __init__(self, composer: Composer, reception: Reception) -> None:
        super().__init__(composer)
        self._composer = composer
        self.reception = reception
        self._picking = Picking(composer)
        self._suggested: tuple[Picture, ...] = ()
        slots = composer.card.slots
        slots.remove_wanted.connect(self.on_remove)
        slots.show_wanted.connect(self.on_show_wanted)
        slots.role_chosen.connect(self.on_role_chosen)
        slots.talk_chosen.connect(self.on_talk_chosen)
        slots.move_wanted.connect(self.on_move_wanted)
        slots.replaced.connect(self.on_replaced)
        slots.pick_wanted.connect(self._picking.open)
        slots.suggestion_taken.connect(self.on_suggestion_taken)
        slots.also_taken.connect(self.on_also_taken)
        composer.card.editor.things_given.connect(self.on_pasted)
        composer.card.editor.troubled.connect(composer.show_error)
        composer.card.target.dropped.connect(self.on_dropped)
        composer.area.dropped.connect(self.on_dropped_beside)
        self._picking.picked.connect(self.on_picked)
        reception.taken.connect(self.on_taken)

    def suggest(self, pictures: Sequence[Picture]) -> None:
        """Offer to edit what is selected in the gallery. Nothing is taken over."""
        self._suggested = tuple(pictures)
        slots = self._composer.card.slots
        if not pictures:
            slots.suggest("", "")
        elif len(pictures) == 1:
            from studio.common.terminal import harmless  # a start does without

            name = " ".join(harmless(pictures[0].name, lines=False).split())
            words = _("Edit {name}").format(name=name)
            slots.suggest(words, "Ctrl+E", edits=[pictures[0].id])
        elif len(pictures) <= MOST_EDITED:
            n = len(pictures)
            slots.suggest(
                _("Edit all {n}, one each").format(n=n),
                "Ctrl+E",
                edits=[picture.id for picture in pictures],
                also=_("Use {n} as references").format(n=n) if n <= MOST_AT_ONCE else "",
            )
        else:
            slots.suggest("", "")

    # --- slots ----------------------------------------------------------------------------

    def on_taken(self, references: tuple[Reference, ...], place: int | None) -> None:
        """Pictures are in the library's inputs: put them into the draft, as one step."""
        draft, added = self._composer.draft(), list(references)
        sources = [one for one in added if one.role is Role.EDIT]
        editing = bool(sources)
        if place is not None:
            draft = drafting.replaced(draft, place, added.pop(0))
        elif editing:
            draft = drafting.with_sources(draft, sources)
            added = added[len(sources) :]
        self._composer.take(drafting.with_references(draft, added))
        if editing:
            self._composer.focus_prompt()
            if not submit.is_blank(draft.prompt):
                self._composer.kept.emit(_("The prompt was kept"))

    def on_pasted(self, mime: QMimeData) -> None:
        """Pictures or files were pasted into the prompt, or dropped on it."""
        incoming = drag_and_drop.pictures_in(mime)
        if incoming.says:
            self.reception.incoming(incoming, Role.FREE)

    def on_dropped(self, role: Role, mime: QMimeData) -> None:
        """Pictures were dropped on one half of the card."""
        self._composer.show_drop_target(False)
        self.reception.incoming(drag_and_drop.pictures_in(mime), role)

    def on_dropped_beside(self, drag: Drag) -> None:
        """Pictures were dropped on the composer, beside the halves of the card."""
        self.reception.incoming(drag_and_drop.pictures_in(drag.mime), Role.FREE)

    def on_replaced(self, place: int, mime: QMimeData) -> None:
        """A picture was dropped on a slot."""
        self.reception.incoming(drag_and_drop.pictures_in(mime), Role.FREE, place=place)

    def on_remove(self, place: int) -> None:
        """× or Delete on a slot."""
        self._composer.take(
            drafting.without(self._composer.draft(), place, aspect=self._composer.own_aspect)
        )

    def on_role_chosen(self, place: int, role: Role) -> None:
        """A reference is for something else."""
        self._composer.take(drafting.with_role(self._composer.draft(), place, role))

    def on_talk_chosen(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """The conversation about the source goes on, or does not."""
        self._composer.take(replace(self._composer.draft(), continues=on))

    def on_move_wanted(self, place: int, to: int) -> None:
        """A reference was moved."""
        self._composer.take(drafting.moved(self._composer.draft(), place, to))

    def on_show_wanted(self, place: int) -> None:
        """The picture of a slot was clicked."""
        picture = self._composer.draft().references[place].picture
        if picture is not None:
            self._composer.show_picture.emit(picture)

    def on_suggestion_taken(self) -> None:
        """What is suggested for the selection was pressed."""
        self._composer.edit_many(self._suggested)

    def on_also_taken(self) -> None:
        """The other thing that is suggested for several was pressed."""
        self._composer.use_as_references(self._suggested)

    def on_picked(self, paths: list[Path]) -> None:
        """Files were chosen in the dialog."""
        self.reception.files(paths, Role.FREE)
