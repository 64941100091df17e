"""Pictures of the draft: imports, actions on their slots, and the markup of the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtWidgets import QFileDialog

from studio.common.errors import StudioError
from studio.common.i18n import _, number
from studio.common.terminal import harmless
from studio.domain.drafts import MOST_AT_ONCE, MOST_EDITED, Draft
from studio.domain.entities import Picture, Reference, Role
from studio.domain.markup import Markup
from studio.ui.panels.composer import draft as drafting
from studio.ui.panels.composer import submit
from studio.ui.panels.composer.dock import Dock
from studio.ui.panels.composer.input_import import InputImport
from studio.ui.support import drop_contents, key_names
from studio.ui.support.drop_area import Drag
from studio.ui.support.drop_contents import DropContents
from studio.ui.support.file_dialogs import pictures_dialog
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.tasks import spawn


class DraftHolder(Protocol):
    """Owner of the draft.

    Attributes:
        own_aspect: the aspect ratio to restore when the source is removed.
    """

    own_aspect: str

    def draft(self) -> Draft: ...
    def change_draft(self, draft: Draft, *, run: str = "") -> None: ...
    def focus_prompt(self, *, select: bool = False) -> None: ...
    def was_sent(self, prompt: str) -> bool: ...
    def show_error(self, *errors: StudioError) -> None: ...


class SourceMarkup(QObject):
    """Reads and writes the markup of one picture in the draft.

    Attributes:
        needs_region: id of the picture on which a region is being painted, which is not sent
            without one; None for none.

    Signals:
        wanted: a source with markup was clicked: the mode (a LoupeModeName) and the id of its
            picture.
        replaced(object): a source with markup was replaced by another (a sentence).
        lost: a picture could not become the source; its markup is discarded.
        region_missing: Generate was pressed before a region was painted.
        format_wanted: Generate was pressed, but no format of a frame is ticked.
        crops_wanted: cut frames out of the source, without a request: its id, and the frames.
        reframing_changed: `set_reframing` was called.
    """

    wanted = Signal(object, str)
    format_wanted = Signal()
    crops_wanted = Signal(object, object)
    reframing_changed = Signal()
    replaced = Signal(object)
    lost = Signal()
    region_missing = Signal()

    def __init__(self, holder: DraftHolder, reception: InputImport, parent: QObject) -> None:
        super().__init__(parent)
        self._holder = holder
        self._reception = reception
        self.needs_region: str | None = None
        # Marks of a picture that is still being copied into the inputs, by its id.
        self._pending: tuple[str, Markup] | None = None
        self._reframing = ""

    def set_reframing(self, picture: str) -> None:
        """Set the picture around which frames are dragged (its id); "" for none."""
        if picture != self._reframing:
            self._reframing = picture
            self.reframing_changed.emit()

    @property
    def lacks_format(self) -> bool:
        """Whether a picture is reframed without a format that is ticked."""
        return bool(self._reframing) and not self.markup_of(self._reframing).frames

    def acts_alone(self) -> bool:
        """Handle Generate when nothing is to be sent. False if there is a request."""
        if self.lacks_format:
            self.format_wanted.emit()
            return True
        draft = self._holder.draft()
        if not draft.sources or not draft.markup.crops or draft.markup.extensions:
            return False
        self.make_crops()
        return True

    def make_crops(self) -> None:
        """Crop the frames that are within the source; they are not sent."""
        draft = self._holder.draft()
        source = drafting.source_of(draft)
        if draft.markup.crops and source is not None and source.picture is not None:
            self.crops_wanted.emit(source.picture, draft.markup.crops)

    def markup_of(self, picture: str) -> Markup:
        """Markup of a picture (its id); empty unless it is the only source."""
        if self._pending is not None and self._pending[0] == picture:
            return self._pending[1]
        draft = self._holder.draft()
        return draft.markup if _is_source(draft, picture) else Markup()

    @property
    def lacks_region(self) -> bool:
        """Whether a region has to be painted before anything is sent."""
        return self.needs_region is not None and self.markup_of(self.needs_region).region is None

    def draw(self, picture: Picture, markup: Markup, run: str = "") -> None:
        """Set the markup of a picture, which becomes the source.

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
        """Put the copied picture and its markup into the draft; False if the draft has other
        sources.
        """
        pending = self._pending
        if pending is None or [one.picture for one in sources] != [pending[0]]:
            return False
        self._pending = None
        before = self._holder.draft()
        after = drafting.with_sources(before, sources)
        self._holder.change_draft(replace(after, markup=pending[1]))
        if before.markup.marks or before.markup.region is not None:
            # Translators: {name} is a picture, whose marks were replaced by those of another.
            words = _("The marks on {name} were replaced")
            if not before.markup.marks:
                # Translators: {name} is a picture, whose region was replaced by that of another.
                words = _("The region on {name} was replaced")
            self.replaced.emit(words.format(name=before.sources[0].name))
        elif before.markup.frames:
            # Translators: {name} is a picture, whose frames were replaced by those of another.
            words = _("The frames around {name} were replaced")
            self.replaced.emit(words.format(name=before.sources[0].name))
        return True

    def on_refused(self) -> None:
        """Forget a picture that could not be copied."""
        if self._pending is not None:
            self._pending = None
            self.lost.emit()

    def show_source(self, reference: Reference) -> bool:
        """Ask for the mode that shows a clicked source's markup; False if it has none."""
        markup = self._holder.draft().markup
        if reference.role is not Role.EDIT or reference.picture is None:
            return False
        if markup.marks:
            self.wanted.emit(LoupeModeName.MARK, reference.picture)
        elif markup.region is not None:
            self.wanted.emit(LoupeModeName.ONLY_HERE, reference.picture)
        elif markup.frames:
            self.wanted.emit(LoupeModeName.REFRAME, reference.picture)
        return not markup.empty

    def show_region(self) -> None:
        """Show the region of the source."""
        sources = self._holder.draft().sources
        if sources and sources[0].picture is not None:
            self.wanted.emit(LoupeModeName.ONLY_HERE, sources[0].picture)


def _is_source(draft: Draft, picture: str) -> bool:
    return [one.picture for one in draft.sources] == [picture]


class ReferenceEdits(QObject):
    """Turns actions on the slots of a dock into new drafts of the holder.

    Attributes:
        reception: copies items into the library's inputs.
        markup: markup of the source.

    Signals:
        edit_wanted(object): pictures to edit, each separately.
        references_wanted(object): pictures to add as references.
        show_picture(object): id of a library picture whose thumbnail was clicked.
        kept(object): the prompt was kept while the source was replaced.
    """

    edit_wanted = Signal(object)
    references_wanted = Signal(object)
    show_picture = Signal(object)
    kept = Signal(object)

    def __init__(self, dock: Dock, holder: DraftHolder, reception: InputImport) -> None:
        super().__init__(dock)
        self._dock = dock
        self._holder = holder
        self.reception = reception
        self.markup = SourceMarkup(holder, reception, self)
        self._file_dialog: QFileDialog | None = None
        self._suggested: tuple[Picture, ...] = ()
        slots = dock.card.slots
        slots.remove_wanted.connect(self.on_remove)
        slots.show_wanted.connect(self.on_show_wanted)
        slots.role_chosen.connect(self.on_role_chosen)
        slots.sentence_chosen.connect(self.on_sentence_chosen)
        slots.talk_chosen.connect(self.on_talk_chosen)
        slots.move_wanted.connect(self.on_move_wanted)
        slots.replaced.connect(self.on_replaced)
        slots.pick_wanted.connect(self.on_pick_wanted)
        slots.suggestion_taken.connect(self.on_suggestion_taken)
        slots.also_taken.connect(self.on_also_taken)
        dock.card.editor.things_given.connect(self.on_pasted)
        dock.card.editor.troubled.connect(holder.show_error)
        dock.card.target.dropped.connect(self.on_dropped)
        dock.area.dropped.connect(self.on_dropped_beside)
        reception.taken.connect(self.on_taken)
        reception.troubled.connect(self.on_refused)

    def suggest(self, pictures: Sequence[Picture]) -> None:
        """Offer to edit the gallery's selection; the draft does not change."""
        self._suggested = tuple(pictures)
        slots = self._dock.card.slots
        if not pictures:
            slots.suggest("", "")
        elif len(pictures) == 1:
            name = " ".join(harmless(pictures[0].name, lines=False).split())
            # Translators: {name} is a picture.
            words = _("Edit {name}").format(name=name)
            slots.suggest(words, key_names.current("Ctrl+E"), edits=[pictures[0].id])
        elif len(pictures) <= MOST_EDITED:
            n = len(pictures)
            slots.suggest(
                _("Edit all {n} separately").format(n=number(n)),
                key_names.current("Ctrl+E"),
                edits=[picture.id for picture in pictures],
                also=_("Use {n} as references").format(n=number(n)) if n <= MOST_AT_ONCE else "",
            )
        else:
            slots.suggest("", "")

    def on_titles_changed(self, ids: Sequence[str]) -> None:
        """Update the offer for pictures that were renamed."""
        suggested = [picture.id for picture in self._suggested]
        if len(suggested) <= MOST_EDITED and not set(suggested).isdisjoint(ids):
            spawn(self._suggest_again(suggested))

    async def _suggest_again(self, ids: Sequence[str]) -> None:
        found = await self.reception.find(ids)
        if [picture.id for picture in self._suggested] == list(ids) and len(found) == len(ids):
            self.suggest(found)

    # --- slots ----------------------------------------------------------------------------

    def on_taken(self, references: tuple[Reference, ...], place: int | None) -> None:
        """Add imported references to the draft as one undo step."""
        draft, added = self._holder.draft(), list(references)
        sources = [one for one in added if one.role is Role.EDIT]
        editing = bool(sources)
        if place is None and self.markup.take_source(sources):
            return
        if place is not None:
            draft = drafting.replaced(draft, place, added.pop(0))
        elif editing:
            draft = drafting.with_sources(draft, sources)
            added = added[len(sources) :]
        self._holder.change_draft(drafting.with_references(draft, added))
        if editing:
            # Typing replaces a prompt that was sent; words not sent yet are never selected.
            sent = self._holder.was_sent(draft.prompt)
            self._holder.focus_prompt(select=sent)
            if not sent and not submit.is_blank(draft.prompt):
                self.kept.emit(_("Still using your last prompt"))

    def on_refused(self, errors: Sequence[StudioError]) -> None:
        """Show the errors of inputs that cannot be read."""
        self.markup.on_refused()
        self._holder.show_error(*errors)

    def on_pasted(self, mime: QMimeData) -> None:
        """Import pictures or files pasted into or dropped on the prompt."""
        incoming = drop_contents.pictures_in(mime)
        if incoming.says:
            self.reception.incoming(incoming, Role.FREE)

    def on_dropped(self, role: Role, contents: DropContents) -> None:
        """Import pictures dropped on one of the card's zones, in its role."""
        self._dock.show_drop_target(False)
        self.reception.incoming(contents, role)

    def on_dropped_beside(self, drag: Drag) -> None:
        """Import pictures dropped on the composer outside the card's zones."""
        self.reception.incoming(drag.contents, Role.FREE)

    def on_replaced(self, place: int, contents: DropContents) -> None:
        """Replace a slot's picture with a dropped one."""
        self.reception.incoming(contents, Role.FREE, place=place)

    def on_remove(self, place: int) -> None:
        self._holder.change_draft(
            drafting.without(self._holder.draft(), place, aspect=self._holder.own_aspect)
        )

    def on_role_chosen(self, place: int, role: Role) -> None:
        self._holder.change_draft(drafting.with_role(self._holder.draft(), place, role))

    def on_sentence_chosen(self, place: int, sentence: str | None) -> None:
        self._holder.change_draft(drafting.with_sentence(self._holder.draft(), place, sentence))

    def on_talk_chosen(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        self._holder.change_draft(replace(self._holder.draft(), continues=on))

    def on_move_wanted(self, place: int, to: int) -> None:
        self._holder.change_draft(drafting.moved(self._holder.draft(), place, to))

    def on_show_wanted(self, place: int) -> None:
        reference = self._holder.draft().references[place]
        if not self.markup.show_source(reference) and reference.picture is not None:
            self.show_picture.emit(reference.picture)

    def on_suggestion_taken(self) -> None:
        self.edit_wanted.emit(self._suggested)

    def on_also_taken(self) -> None:
        self.references_wanted.emit(self._suggested)

    def on_pick_wanted(self) -> None:
        """Open the file dialog, in the folder used last."""
        if self._file_dialog is None:
            self._file_dialog = pictures_dialog(self._dock, _("Add references"))
            self._file_dialog.filesSelected.connect(self.on_picked)
        self._file_dialog.open()

    def on_picked(self, files: list[str]) -> None:
        self.reception.files([Path(file) for file in files], Role.FREE)
