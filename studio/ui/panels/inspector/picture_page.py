"""Inspector page of one picture, or of several together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.common.i18n import _, ngettext, number
from studio.domain import runs
from studio.domain.entities import Drift, Flag, Picture
from studio.library.query import Family
from studio.ui.panels.inspector import facts
from studio.ui.panels.inspector.fact_table import FactTable, ProofSection, Remarks
from studio.ui.panels.inspector.family import RING, FamilyStrip
from studio.ui.panels.inspector.head import PictureHead
from studio.ui.panels.inspector.note import NoteEdit
from studio.ui.panels.inspector.preview import PaletteRow, Preview
from studio.ui.panels.inspector.section import InspectorSection, PaddedScrollArea
from studio.ui.panels.inspector.sources import SourceLinks
from studio.ui.panels.inspector.tags import TagsRow
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import Text


class PicturePage(QWidget):
    """Preview, head, family, palette, details, and the footer.

    Attributes:
        collections: names of all collections, by id.
        preview, head, stack, family, spend, palette_strip, sources, warnings, origin, facts, tags,
            note, settings: its parts.
        settings_section: section around `settings`; hidden without embedded settings.
        restore: restores from the trash; hidden unless all shown pictures are in it.

    Signals:
        chosen: a button of the footer was pressed ("restore", "copy" or "save"), or one of the
            stack (the name of its action).
    """

    chosen = Signal(str)

    def __init__(self, thumbnails: ThumbnailCache, parent: QWidget) -> None:
        super().__init__(parent)
        self.collections: Mapping[str, str] = {}
        inner = QWidget(self)
        parts = QVBoxLayout(inner)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(0)
        self.preview = Preview(thumbnails, inner)
        self.head = PictureHead(inner)
        self._family_part = InspectorSection(_("Family"), inner, ring=RING)
        self.family = FamilyStrip(thumbnails, self._family_part)
        self._family_part.body.addWidget(self.family)
        self._spend_part = InspectorSection(_("Spend"), inner)
        self.spend = Text("", "small", "text2", self._spend_part, wrap=True)
        self._spend_part.body.addWidget(self.spend)
        self._spend_part.hide()
        self._palette_part = InspectorSection(_("Palette"), inner, aside=_("click to copy"))
        self.palette_strip = PaletteRow(self._palette_part)
        self._palette_part.body.addWidget(self.palette_strip)
        self._sources_part = InspectorSection(_("Sources"), inner)
        self.sources = SourceLinks(self._sources_part)
        self._sources_part.body.addWidget(self.sources)
        details = InspectorSection(_("Details"), inner)
        self.warnings = Remarks(_("Warning"), details)
        self.origin = Remarks(_("Made by"), details, icon="brush", role="text2")
        self.facts = FactTable(_("Details"), details)
        self.tags = TagsRow(details)
        self.note = NoteEdit(details)
        details.body.addWidget(self.warnings)
        self.words_only = Button(_("Try again, words only"), "link", details, size=26)
        self.words_only.setProperty("action", "words_only")
        self.words_only.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.words_only.clicked.connect(self.on_footer)
        self.words_only.hide()
        details.body.addWidget(self.words_only)
        details.body.addWidget(self.origin)
        self._warning_gap = QWidget(details)
        self._warning_gap.setFixedHeight(8)
        details.body.addWidget(self._warning_gap)
        details.body.addWidget(self.facts)
        details.body.addSpacing(4)
        details.body.addWidget(self.tags)
        details.body.addSpacing(8)
        details.body.addWidget(self.note)
        self.proof = ProofSection(inner)
        self.settings_section = InspectorSection(_("Embedded settings"), inner)
        self.settings = FactTable(_("Embedded settings"), self.settings_section)
        self.settings_section.body.addWidget(self.settings)
        self.stack = StackSection(inner)
        self.stack.chosen.connect(self.chosen)
        self.stack.hide()
        strips = (
            self.stack,
            self._family_part,
            self._spend_part,
            self._palette_part,
            self._sources_part,
        )
        for part in (self.preview, self.head, *strips, self.proof, details, self.settings_section):
            parts.addWidget(part)
        parts.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(PaddedScrollArea(inner, self), 1)
        column.addWidget(self._make_footer())

    def _make_footer(self) -> InspectorSection:
        footer = InspectorSection("", self)
        self.restore = Button(_("Restore from trash"), "", footer, size=26, icon="undo")
        self.restore.setProperty("action", "restore")
        self.restore.clicked.connect(self.on_footer)
        self.restore.hide()
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(self.restore)
        row = QHBoxLayout()
        row.setSpacing(6)
        for name, label, icon in (("copy", _("Copy"), "copy"), ("save", _("Save as…"), "save")):
            button = Button(label, "", footer, size=26, icon=icon)
            button.setProperty("action", name)
            button.clicked.connect(self.on_footer)
            row.addWidget(button, 1)
        column.addLayout(row)
        footer.body.addLayout(column)
        return footer

    def on_footer(self) -> None:
        """Emit the pressed button of the page."""
        button = self.sender()
        if button is not None:
            self.chosen.emit(str(button.property("action")))

    # --- content --------------------------------------------------------------------------

    def show_parts(self, pictures: Sequence[Picture], *, preview: bool) -> None:
        """Show the preview or the palette, and the parts for this number of pictures."""
        one = len(pictures) == 1
        self.preview.setVisible(preview)
        self.head.set_line(line=preview)
        self._palette_part.setVisible(one and not preview and bool(self.palette_strip.colours))
        self.note.setVisible(one)
        self.restore.setVisible(bool(pictures) and all(p.trashed for p in pictures))
        self.head.set_count(len(pictures))
        self.head.title.set_editable(editable=one)

    def show_one(self, picture: Picture, *, same: bool) -> None:
        """Show one picture; `same` keeps the details already read for it."""
        self.head.title.set_picture(picture.name, rating=picture.rating, flag=picture.flag)
        said = facts.warnings(picture)
        self.warnings.set_texts(said)
        markup = picture.markup
        marked = markup is not None and bool(markup.sent_marks)
        self.words_only.setVisible(marked and bool(picture.warnings))
        made_by = facts.origin(picture)
        self.origin.set_texts([made_by] if made_by else [])
        self._warning_gap.setVisible(bool(said or made_by))
        self.proof.show_picture(picture)
        self.tags.set_pictures([picture])
        read = facts.settings(picture)
        self.settings_section.setVisible(bool(read))
        self.settings.set_facts(read)
        self._sources_part.setVisible(picture.grounding is not None)
        self.sources.show_grounding(picture.grounding)
        self.head.set_repeatable(able=runs.can_repeat(picture))
        if not same:
            self._family_part.hide()
            self._palette_part.hide()
            self.palette_strip.set_colours(())
            self.family.set_family(None)
            self.head.set_prompt(picture.prompt)
            self.head.fold()
            self.note.set_note(picture.note)
            self.show_facts(picture)
        elif not self.note.hasFocus():
            self.note.set_note(picture.note)

    def show_several(self, pictures: Sequence[Picture], total: int = 0) -> None:
        """Show several pictures together, which may be the first of `total`."""
        count = max(total, len(pictures))
        ratings = {picture.rating for picture in pictures}
        flags = {picture.flag for picture in pictures}
        self.head.title.set_picture(
            ngettext("{n} selected", "{n} selected", count).format(n=number(count)),
            rating=ratings.pop() if len(ratings) == 1 else 0,
            flag=flags.pop() if len(flags) == 1 else Flag.NONE,
        )
        self.head.set_prompt("")
        self.head.fold()
        self.warnings.set_texts(())
        self.words_only.hide()
        self.origin.set_texts(())
        self._warning_gap.hide()
        self._family_part.hide()
        self._palette_part.hide()
        self._sources_part.hide()
        self.settings_section.hide()
        self.proof.show_picture(None)
        self.tags.set_pictures(pictures)
        self.facts.set_facts(facts.several(pictures))

    def show_kin(self, picture: Picture, family: Family, others: Sequence[Picture]) -> None:
        """Show the family, and the names of the input pictures (`others`)."""
        if family.ancestors:
            self.head.set_prompt(picture.prompt, family.ancestors[-1].prompt)
        self.show_facts(picture, others, family.drift)
        self._family_part.setVisible(bool(family.ancestors or family.children))
        self.family.set_family(family)

    def show_facts(
        self, picture: Picture, others: Sequence[Picture] = (), drift: Drift | None = None
    ) -> None:
        """Show the details; `others` are the input pictures."""
        names = facts.parent_names(picture, others)
        within = [self.collections[id] for id in picture.collections if id in self.collections]
        self.facts.set_facts(facts.details(picture, names=names, within=within, drift=drift))

    def show_palette(self, colours: Sequence[int], *, visible: bool) -> None:
        """Show the colours of the picture."""
        self.palette_strip.set_colours(colours)
        self._palette_part.setVisible(visible)

    def show_spend(self, texts: Sequence[str]) -> None:
        """Show the costs of the picture's branch and run."""
        self.spend.setText("\n".join(texts))
        self._spend_part.setVisible(bool(texts))

    def family_wishes(self) -> list[ThumbnailRequest]:
        """Thumbnails of the family, if visible."""
        return self.family.wishes() if self._family_part.isVisibleTo(self) else []


class StackSection(InspectorSection):
    """Position in the stack, its cost and its actions.

    Signals:
        chosen: a button was pressed (the name of its action).
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("Stack"), parent)
        self.place = Text("", "small", "text", self)
        self.spend = Text("", "small", "text2", self, wrap=True)
        self.body.addWidget(self.place)
        self.body.addSpacing(2)
        self.body.addWidget(self.spend)
        self.body.addSpacing(10)
        grid = QGridLayout()
        grid.setSpacing(6)
        for at, (name, label, icon) in enumerate(
            (
                ("stack_cover", _("Set as cover"), ""),
                ("stack_reject_rest", _("Reject the rest"), ""),
                ("pick_mode", _("Pick mode"), "flag"),
                ("stack_compare", _("Compare"), "compare"),
                ("unstack", _("Unstack"), ""),
            )
        ):
            button = Button(label, "", self, size=26, icon=icon)
            button.setProperty("action", name)
            button.clicked.connect(self.on_clicked)
            grid.addWidget(button, at // 2, at % 2)
            if name == "stack_cover":
                self._set_cover = button
        self.body.addLayout(grid)

    def show_stack(self, place: str, spend: str, *, cover: bool = False) -> None:
        """Show these words; the section is hidden without a place.

        `cover`: the selected picture is the cover already.
        """
        self._set_cover.setEnabled(not cover)
        self.place.setText(place)
        if spend or not place:
            self.spend.setText(spend)
        self.setVisible(bool(place))

    def on_clicked(self) -> None:
        """Emit the action of the pressed button."""
        if (button := self.sender()) is not None:
            self.chosen.emit(str(button.property("action")))
