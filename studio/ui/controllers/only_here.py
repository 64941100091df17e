"""Only here: a region on the picture of the loupe, kept in the composer's draft."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage

from studio.common.errors import StudioError
from studio.common.i18n import _, number
from studio.domain import guides
from studio.domain.drafts import Draft
from studio.domain.entities import GenerationRequest, Picture, Reference, Role
from studio.domain.guides import GuideLayout
from studio.domain.markup import Markup, Region, StrokeKind
from studio.domain.models import Model
from studio.ui.controllers.drawing_mode import DrawingModeController, ModeContext
from studio.ui.panels.inspector.region_page import THUMB, RegionPage
from studio.ui.support import proof_text
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.region_editor import RegionEditor
from studio.ui.support.region_raster import MOST, ground_of
from studio.ui.support.tasks import spawn
from studio.ui.views.loupe.only_here.hint_bar import RegionHintBar
from studio.ui.views.loupe.only_here.mode import RegionMode
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import Notice

FEATHER = 24
"""Initial width of the soft edge, in pixels of the picture."""

LARGE = 0.6
"""Share of the picture above which the user may have meant to select the rest instead."""

_SECOND = 1_000  # milliseconds


class OnlyHereController(DrawingModeController):
    """Passes a region between loupe, inspector and composer; a controller of `LoupeModes`.

    Attributes:
        bar: the bar below the picture.
    """

    editor: RegionEditor
    mode: RegionMode
    page: RegionPage

    def __init__(self, context: ModeContext) -> None:
        editor, loupe = RegionEditor(), context.loupe
        super().__init__(
            LoupeModeName.ONLY_HERE,
            context,
            editor=editor,
            mode=RegionMode(loupe.canvas, editor, loupe),
            page=RegionPage(editor, context.inspector),
            part="region",
            keys_setting="region_keys",
        )
        self._large = False
        self._refusal = ""
        self.bar = RegionHintBar(loupe)
        loupe.add_below(self.bar)
        self._seconds = QTimer(self, interval=_SECOND)
        self._seconds.timeout.connect(self.on_second)
        self.mode.edge_chosen.connect(self.on_edge_chosen)
        self.mode.region_drawn.connect(self.on_region_drawn)
        self._composer.markup.region_missing.connect(self.on_region_missing)

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self) -> None:
        """Show the tools where they were, with the brush chosen."""
        super().begin_mode()
        self.mode.strip.set_edge(self._core.settings.value.mark_strip)
        self.mode.choose_tool(StrokeKind.BRUSH)
        self.bar.show()

    def open_markup(self, picture: Picture, markup: Markup) -> None:
        """Show the region of a picture."""
        self._composer.markup.needs_region = picture.id
        super().open_markup(picture, markup)
        self._composer.on_spent()
        self.on_second()

    def show_picture(self, picture: Picture) -> None:
        """Show the region of a picture."""
        if not self.is_shown(picture):
            longer = max(1, picture.width, picture.height)
            self._large, self._refusal = False, ""
            self.editor.feather = FEATHER / longer
            self.page.set_picture(longer)
            self.page.proof.show_picture(picture)
            spawn(self._look_at(picture))
        super().show_picture(picture)

    def end_mode(self) -> None:
        """Leave the picture; its region stays in the draft."""
        super().end_mode()
        self._composer.markup.needs_region = None
        self._composer.on_spent()
        self._seconds.stop()
        self.bar.hide()
        self._messages_bar.dismiss("region")

    def list_words(self) -> str:
        """The region's share of the picture, in words."""
        if self.editor.region is None:
            return _("Region")
        # Translators: how much of the picture the region covers.
        return _("Region {percent} %").format(percent=number(self.mode.share * 100, 1))

    async def _look_at(self, picture: Picture) -> None:
        """Find out whether a picture can be changed here, and read its region's mask."""
        region = self._composer.markup.markup_of(picture.id).region
        refusal, ground = await self.refusal_of(picture), await self._ground_of(region)
        if self.is_shown(picture):
            self._refusal = refusal
            self.mode.set_ground(ground)
            self.on_second()

    async def _ground_of(self, region: Region | None) -> QImage | None:
        """The picture of a region's mask; None if there is none or it cannot be read."""
        if region is None or region.mask is None:
            return None
        mask = Reference(sha256=region.mask, media_type="image/png")
        try:
            path = await asyncio.to_thread(self._core.library.input_path, mask)
            pixels = await self._core.decoder.pixels(path, edge=MOST // 2)
        except StudioError:
            return None
        return await asyncio.to_thread(ground_of, pixels)

    # --- slots: region ----------------------------------------------------------------------

    def on_edited(self, markup: Markup, run: str) -> None:
        """Keep the user's change in the draft."""
        super().on_edited(markup, run)
        self._composer.on_spent()
        self.on_second()

    def on_draft_changed(self, draft: Draft) -> None:
        """Follow changes of the draft made elsewhere: undo, Remix, another source or model."""
        before = self.editor.markup
        super().on_draft_changed(draft)
        self._show_sent(draft)
        if self.editor.markup != before:
            self.on_second()

    def on_region_drawn(self) -> None:
        """Show the region's share of the picture, and a notice if that is most of it."""
        if self._picture is None:
            return
        region = self.editor.region
        side = round(THUMB * self.page.devicePixelRatioF())
        inverted = region is not None and region.inverted
        image = self.mode.overlay.raster.thumbnail(side, inverted=inverted)
        self.page.show_region(None if region is None else image, self.mode.share)
        self._show_sent(self._composer.draft())
        self.on_panels_changed()
        large = self.mode.share > LARGE
        if large and not self._large:
            self._tell_of_large()
        elif not large:
            self._messages_bar.dismiss("region")
        self._large = large

    def _tell_of_large(self) -> None:
        text = _("Most of the picture is marked. Mark what should stay instead?")
        invert = MessageAction(_("Invert"), self.on_invert_wanted)
        notice = Notice(key="region", text=text, tone="warn", actions=(invert,), here=True)
        self._messages_bar.show_notice(notice)

    def on_invert_wanted(self) -> None:
        """Invert the region."""
        region = self.editor.region
        self.editor.set_inverted(inverted=region is not None and not region.inverted)

    def on_region_missing(self) -> None:
        """Say that nothing is sent without a region, and choose the brush."""
        self._loupe.told.emit(_("Paint a region first"))
        self.mode.choose_tool(StrokeKind.BRUSH)
        self._loupe.focus_view()

    def _show_sent(self, draft: Draft) -> None:
        """Say what is sent for the region."""
        picture, markup = self._picture, self.editor.markup
        if picture is None or markup.region is None:
            self.page.show_sent("")
            return
        model = self._core.catalogue.find(draft.profile, draft.model)
        found = _layout(draft, picture, markup, model)
        self.page.show_sent(_sent_words(found, picture))

    # --- slots: waiting ---------------------------------------------------------------------

    def on_jobs_changed(self) -> None:
        """Follow the requests for the picture."""
        self.on_second()

    def on_second(self) -> None:
        """Show how long the model has been working, or what to do."""
        if self._picture is None:
            return
        started = self._started()
        # A composed picture has a bar of its own, with its result.
        composed = proof_text.of_picture(self._picture) is not None
        refusal = self._refusal or self.conflict_words()
        self.bar.setVisible(started is not None or bool(refusal) or not composed)
        if started is not None:
            self.bar.show_waiting(time.time() - started)
            self._seconds.start()
            return
        self._seconds.stop()
        if refusal:
            self.bar.show_refusal(refusal)
        else:
            self.bar.show_hint()

    def _started(self) -> float | None:
        """Start of the oldest request in progress for a region of the picture, if there is one."""
        now = time.time()
        times = (
            now if job.started is None else job.started
            for job, markup in self.jobs_in_progress()
            if markup.region is not None
        )
        return min(times, default=None)


def _layout(draft: Draft, picture: Picture, markup: Markup, model: Model) -> GuideLayout:
    """The pictures that are drawn for a region."""
    beside = tuple(one for one in draft.references if one.role not in (Role.EDIT, Role.MASK))
    source = Reference(sha256="", media_type="", role=Role.EDIT, picture=picture.id)
    request = GenerationRequest(
        profile=draft.profile,
        model=model.id,
        prompt="",
        references=(source, *beside),
        # A model that accepts only one picture is sent the marked copy alone.
        markup=replace(markup, send_clean=markup.send_clean and model.references != 1),
    )
    return guides.layout(request, model, (picture.width, picture.height))


def _sent_words(found: GuideLayout, picture: Picture) -> str:
    """Description of the pictures that are sent, within a sentence."""
    box = next((one.outline for one in found.guides if one.outline is not None), None)
    if box is not None:
        # Translators: part of a picture, in pixels.
        return _("a crop of {width} × {height} px, and the picture with the crop framed").format(
            width=number(round((box.right - box.left) * picture.width)),
            height=number(round((box.bottom - box.top) * picture.height)),
        )
    if any(word.endswith("alone") for guide in found.guides for word in guide.words):
        return _("only a marked copy")
    return _("the picture and a marked copy")
